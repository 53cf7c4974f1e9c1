"""What the agent says of itself, and of each packet."""
