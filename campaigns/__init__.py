"""The two counties as clients of the public API."""

DEFAULT_SEED = 2021
"""Decides names, texts and scores where nobody gives another."""
