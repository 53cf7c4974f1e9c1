"""States of edges → what they say together. Pure."""
