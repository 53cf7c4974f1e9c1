"""Commands that tell what was measured: now, at a time, or over a time."""
