"""YAML → model → edges. Pure but for the loader."""
