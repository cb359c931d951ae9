"""Projects's settings."""

from shared.kernel.settings import ServiceSettings


class Settings(ServiceSettings):
    """What projects needs from its environment; nothing beyond what every service does."""
