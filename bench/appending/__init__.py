"""Appending: what it costs to put an event down for good."""
