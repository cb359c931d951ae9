"""Identifiers that follow from others, for repeated requests."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("6f0f6cb2-6f0a-5d0e-9f0b-9d1c9a7e5b10")


def derived(*parts: str) -> UUID:
    """Return the one UUIDv5 that these parts always give; a repeated cause gives a repeated id."""
    return uuid5(_NAMESPACE, "\x1f".join(parts))
