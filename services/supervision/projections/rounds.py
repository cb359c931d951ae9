"""Rounds, the units visited in them, and findings with their ends."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts.inspections import (
    ConclusionReturned,
    FindingEnded,
    FindingRecorded,
    RoundClosed,
    RoundOpened,
    UnitInspected,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class RoundRow:
    """A round; `findings` counts what was found and `findings_ended` what has its end, also after the round was closed."""

    round_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "open"
    kind: str | None = None
    title: str | None = None
    plan: str | None = None
    team: list[str] | None = None
    units: list[str] | None = None
    first_on: date | None = None
    last_on: date | None = None
    opened_by: str | None = None
    visits: int = 0
    findings: int = 0
    findings_ended: int = 0
    open_findings: list[str] | None = None
    reason: str | None = None
    closed_on: date | None = None


ROUND_BOARD = Projection("round_board", row=RoundRow, key="round_id")


@ROUND_BOARD.on(RoundOpened)
def _opened(row: RoundRow, event: RoundOpened, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.kind, row.title, row.plan, row.opened_by = event.kind, event.title, event.plan, event.opened_by
    row.team, row.units, row.first_on, row.last_on = list(event.team), list(event.units), event.first_on, event.last_on


@ROUND_BOARD.on(UnitInspected)
def _visited(row: RoundRow, _event: UnitInspected, meta: Meta) -> None:
    row.version, row.visits = meta.version, row.visits + 1


@ROUND_BOARD.on(FindingRecorded)
def _found(row: RoundRow, _event: FindingRecorded, meta: Meta) -> None:
    row.version, row.findings = meta.version, row.findings + 1


@ROUND_BOARD.on(FindingEnded)
def _settled(row: RoundRow, _event: FindingEnded, _meta: Meta) -> None:
    row.findings_ended += 1


@ROUND_BOARD.on(ConclusionReturned)
def _returned(row: RoundRow, _event: ConclusionReturned, meta: Meta) -> None:
    row.version = meta.version


@ROUND_BOARD.on(RoundClosed)
def _closed(row: RoundRow, event: RoundClosed, meta: Meta) -> None:
    row.version, row.status, row.closed_on, row.reason = meta.version, "closed", event.closed_on, event.reason
    row.open_findings = [str(finding) for finding in event.open_findings]


@dataclass(slots=True)
class VisitedRow:
    """A unit in a round: the days it was visited, what was found, and what it was told."""

    round_id: UUID
    unit: str
    days: list[str] | None = None
    findings: int = 0
    conclusion: str | None = None
    returned_on: date | None = None


UNIT_VISITS = Projection("unit_visits", row=VisitedRow, key=("round_id", "unit"))


@UNIT_VISITS.on(RoundOpened, keys=lambda event: [(event.round_id, unit) for unit in event.units])
def _planned(row: VisitedRow, _event: RoundOpened, _meta: Meta) -> None:
    row.days = []


@UNIT_VISITS.on(UnitInspected)
def _on_the_day(row: VisitedRow, event: UnitInspected, _meta: Meta) -> None:
    row.days = [*(row.days or []), event.inspected_on.isoformat()]


@UNIT_VISITS.on(FindingRecorded)
def _found_there(row: VisitedRow, _event: FindingRecorded, _meta: Meta) -> None:
    row.findings += 1


@UNIT_VISITS.on(ConclusionReturned)
def _told(row: VisitedRow, event: ConclusionReturned, _meta: Meta) -> None:
    row.conclusion, row.returned_on = event.text, event.returned_on


@dataclass(slots=True)
class FindingRow:
    """A finding, open until it has one of its three ends."""

    finding_id: UUID
    position: int | None = None
    round_id: UUID | None = None
    unit: str | None = None
    severity: str | None = None
    text: str | None = None
    project_id: UUID | None = None
    recorded_on: date | None = None
    status: str = "open"
    ending: str | None = None
    reason: str | None = None
    notice_id: UUID | None = None
    revised_project_id: UUID | None = None
    ended_on: date | None = None


FINDING_BOARD = Projection("finding_board", row=FindingRow, key="finding_id")


@FINDING_BOARD.on(FindingRecorded)
def _recorded(row: FindingRow, event: FindingRecorded, meta: Meta) -> None:
    row.position, row.round_id, row.unit, row.severity = meta.position, event.round_id, event.unit, event.severity
    row.text, row.project_id, row.recorded_on = event.text, event.project_id, event.recorded_on


@FINDING_BOARD.on(FindingEnded)
def _ended(row: FindingRow, event: FindingEnded, _meta: Meta) -> None:
    row.status, row.ending, row.reason, row.ended_on = "ended", event.ending, event.reason, event.ended_on
    row.notice_id, row.revised_project_id = event.notice_id, event.project_id
