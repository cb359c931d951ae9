"""Scoring's settings."""

from shared.kernel.settings import ServiceSettings


class Settings(ServiceSettings):
    """What scoring needs from its environment; nothing beyond what every service does."""
