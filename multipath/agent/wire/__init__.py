"""Packets as bytes. Pure."""
