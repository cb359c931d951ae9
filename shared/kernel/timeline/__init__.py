"""Timelines: the story of one thing over the lanes of several services."""
