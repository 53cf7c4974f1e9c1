"""What the agent is asked to measure, and what it hands back. Pure."""
