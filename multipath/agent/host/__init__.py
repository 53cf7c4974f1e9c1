"""How the agent comes onto a host, runs there as a service, and leaves it."""
