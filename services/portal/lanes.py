"""The lanes the portal reads, and vectors of positions over them."""

from shared.contracts.intake import INTAKE
from shared.contracts.projects import PROJECTS
from shared.contracts.scoring import SCORING
from shared.contracts.supervision import SUPERVISION

SOURCES = (INTAKE, PROJECTS, SUPERVISION, SCORING)
LANES = tuple(contract.service for contract in SOURCES)
Vector = tuple[int, ...]
"""Positions, one for each of `LANES`; 0 where nothing was read."""
START: Vector = (0,) * len(LANES)


def within(inner: Vector, outer: Vector) -> bool:
    """Tell whether no lane of the one is further than in the other."""
    return all(mine <= theirs for mine, theirs in zip(inner, outer, strict=True))
