"""Commands of the probe agent: all that its archive has of the command line."""
