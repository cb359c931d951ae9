"""Scoring: score sheets, verification and the tiered sign-off."""
