"""Verifying: a lane recomputed from its bytes."""
