"""Rounds and findings as their rules see them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from shared.contracts.inspections import (
    ConclusionReturned,
    FindingEnded,
    FindingRecorded,
    RoundClosed,
    RoundOpened,
    UnitInspected,
)

RoundEvent = RoundOpened | UnitInspected | FindingRecorded | ConclusionReturned | RoundClosed


@dataclass(frozen=True, slots=True)
class Round:
    """A round: its units and those visited, its findings with their units, who was told the conclusions."""

    opened: bool = False
    closed: bool = False
    team: tuple[str, ...] = ()
    first_on: date | None = None
    units: tuple[str, ...] = ()
    visits: tuple[tuple[str, date], ...] = ()
    findings: tuple[tuple[UUID, str], ...] = ()
    told: frozenset[str] = frozenset()

    @property
    def visited(self) -> frozenset[str]:
        """The units visited."""
        return frozenset(unit for unit, _ in self.visits)


def evolve_round(at: Round, event: RoundEvent) -> Round:
    """Return the round after a fact."""
    match event:
        case RoundOpened():
            return Round(opened=True, team=event.team, first_on=event.first_on, units=event.units)
        case UnitInspected():
            return replace(at, visits=(*at.visits, (event.unit, event.inspected_on)))
        case FindingRecorded():
            return replace(at, findings=(*at.findings, (event.finding_id, event.unit)))
        case ConclusionReturned():
            return replace(at, told=at.told | {event.unit})
        case RoundClosed():
            return replace(at, closed=True)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a finding has its end."""

    ended: bool = False


def evolve_finding(_finding: Finding, _event: FindingEnded) -> Finding:
    """Return the finding after its one fact."""
    return Finding(ended=True)
