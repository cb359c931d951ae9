"""Intake's read models: the needs board, and the units needs can be routed to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.intake import NeedAnswered, NeedDeclined, NeedRouted, NeedSubmitted
from shared.contracts.projects import OrganisationRegistered, ProjectProposed
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class NeedRow:
    """A need as lists show it; personal data stays in the log, sealed."""

    need_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "submitted"
    kind: str | None = None
    channel: str | None = None
    title: str | None = None
    detail: str | None = None
    town: str | None = None
    named: bool = False
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    handling_unit: str | None = None
    responsible_leader: str | None = None
    routed_at: datetime | None = None
    outcome: str | None = None
    answer: str | None = None
    closed_at: datetime | None = None
    project_id: UUID | None = None


NEED_BOARD = Projection("need_board", row=NeedRow, key="need_id")


@NEED_BOARD.on(NeedSubmitted)
def _submitted(row: NeedRow, event: NeedSubmitted, meta: Meta) -> None:
    row.position = meta.position
    row.version = meta.version
    row.kind, row.channel, row.town = event.kind, event.channel, event.town
    row.title, row.detail = event.title, event.detail
    row.named = event.petitioner is not None
    row.submitted_by, row.submitted_at = event.submitted_by, meta.recorded_at


@NEED_BOARD.on(NeedRouted)
def _routed(row: NeedRow, event: NeedRouted, meta: Meta) -> None:
    row.version = meta.version
    row.status = "routed"
    row.handling_unit, row.responsible_leader = event.handling_unit, event.responsible_leader
    row.routed_at = meta.recorded_at


@NEED_BOARD.on(NeedDeclined)
def _declined(row: NeedRow, event: NeedDeclined, meta: Meta) -> None:
    row.version = meta.version
    row.status, row.outcome, row.answer = "declined", event.outcome, event.reason
    row.closed_at = meta.recorded_at


@NEED_BOARD.on(NeedAnswered)
def _answered(row: NeedRow, event: NeedAnswered, meta: Meta) -> None:
    row.version = meta.version
    row.status, row.outcome, row.answer = "answered", event.outcome, event.text
    row.closed_at = meta.recorded_at


@NEED_BOARD.on(ProjectProposed, keys=lambda event: [(need_id,) for need_id in event.need_ids])
def _proposed(row: NeedRow, event: ProjectProposed, _meta: Meta) -> None:
    row.project_id = event.project_id


@dataclass(slots=True)
class UnitRow:
    """An organisation of the county's register, as projects tells it."""

    code: str
    name: str | None = None
    kind: str | None = None


UNITS = Projection("units", row=UnitRow, key="code")


@UNITS.on(OrganisationRegistered)
def _registered(row: UnitRow, event: OrganisationRegistered, _meta: Meta) -> None:
    row.name, row.kind = event.name, event.kind
