"""A spot check as its rules see it."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.projects import SpotCheckDrawn


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """What was drawn."""

    drawn: frozenset[UUID] = frozenset()


def evolve_spot_check(_spot_check: SpotCheck, event: SpotCheckDrawn) -> SpotCheck:
    """Return the spot check after a fact."""
    return SpotCheck(frozenset(event.project_ids))
