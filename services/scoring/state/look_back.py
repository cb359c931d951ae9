"""What the rules remember of a look-back: the seed it was drawn with, and what was drawn."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.scoring import LookBackDrawn


@dataclass(frozen=True, slots=True)
class LookBack:
    """A draw; without a seed there was none."""

    seed: str | None = None
    drawn: frozenset[UUID] = frozenset()


def evolve_look_back(_known: LookBack, event: LookBackDrawn) -> LookBack:
    """Return the look-back after its draw."""
    return LookBack(seed=event.seed, drawn=frozenset(event.drawn))
