"""Measurements over time: cycles, summaries, outages, and their drawing. Pure."""
