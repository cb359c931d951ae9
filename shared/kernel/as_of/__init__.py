"""The past: what is asked about lanes as far as a position is folded from their events, with the folds of the live read models."""
