"""Desired × existing objects → ordered changes. Pure."""
