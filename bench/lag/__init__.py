"""Lag: how long until another service knows."""
