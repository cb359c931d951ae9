"""Scoring's read models."""
