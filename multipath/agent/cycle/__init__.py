"""A cycle of packets: when each leaves, what becomes of it, and the figures of them all. Pure."""
