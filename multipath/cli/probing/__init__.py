"""Commands that probe by hand, with the agent's own way of sending."""
