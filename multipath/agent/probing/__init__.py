"""The measuring loop: which edge's packets leave now, and which cycles are over."""
