"""A lane held against everything that was ever said of it: recomputed from its bodies' bytes, no column believed (DESIGN §6)."""
