"""Supervision's read models: notices and their addressees, deadlines, and what it knows of projects."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.projects import CountyProfileAdopted, OrganisationRegistered, ProjectProposed
from shared.contracts.supervision import (
    NoticeAcknowledged,
    NoticeClosed,
    NoticeIssued,
    NoticeOverdue,
    NoticeResponded,
    ResponseAccepted,
    ResponseSentBack,
)
from shared.kernel.derived import derived
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection
from shared.kernel.timers import TimerRow, timers
from shared.kernel.workdays import end_of


@dataclass(slots=True)
class NoticeRow:
    """A notice as lists show it; `units` holds where each addressee is."""

    notice_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "issued"
    kind: str | None = None
    title: str | None = None
    text: str | None = None
    units: dict[str, Any] | None = None
    project_ids: list[str] | None = None
    issued_on: date | None = None
    acknowledge_by: date | None = None
    reply_by: date | None = None
    provisional: bool = False
    overdue: bool = False
    issued_at: datetime | None = None
    closed_at: datetime | None = None


NOTICE_BOARD = Projection("notice_board", row=NoticeRow, key="notice_id")


@NOTICE_BOARD.on(NoticeIssued)
def _issued(row: NoticeRow, event: NoticeIssued, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.kind, row.title, row.text = event.kind, event.title, event.text
    reply_by = None if event.reply_by is None else event.reply_by.isoformat()
    row.units = {unit: {"status": "awaited", "reply_by": reply_by} for unit in event.addressees}
    row.project_ids = [str(project_id) for project_id in event.project_ids]
    row.issued_on, row.acknowledge_by, row.reply_by = event.issued_on, event.acknowledge_by, event.reply_by
    row.provisional, row.issued_at = event.provisional, meta.recorded_at


@NOTICE_BOARD.on(NoticeAcknowledged)
def _acknowledged(row: NoticeRow, event: NoticeAcknowledged, meta: Meta) -> None:
    _at(row, event.unit, meta, status="acknowledged", acknowledged_at=meta.recorded_at.isoformat())


@NOTICE_BOARD.on(NoticeResponded)
def _responded(row: NoticeRow, event: NoticeResponded, meta: Meta) -> None:
    _at(row, event.unit, meta, status="responded", responded_at=meta.recorded_at.isoformat(), text=event.text)


@NOTICE_BOARD.on(ResponseAccepted)
def _accepted(row: NoticeRow, event: ResponseAccepted, meta: Meta) -> None:
    _at(row, event.unit, meta, status="accepted")


@NOTICE_BOARD.on(ResponseSentBack)
def _sent_back(row: NoticeRow, event: ResponseSentBack, meta: Meta) -> None:
    _at(row, event.unit, meta, status="sent-back", reason=event.reason, reply_by=event.reply_by.isoformat())


@NOTICE_BOARD.on(NoticeOverdue)
def _overdue(row: NoticeRow, event: NoticeOverdue, meta: Meta) -> None:
    row.overdue = True
    for unit in event.units:
        _at(row, unit, meta, overdue_since=event.due_on.isoformat())


@NOTICE_BOARD.on(NoticeClosed)
def _closed(row: NoticeRow, _event: NoticeClosed, meta: Meta) -> None:
    row.version, row.status, row.closed_at = meta.version, "closed", meta.recorded_at


def _at(row: NoticeRow, unit: str, meta: Meta, **known: object) -> None:
    row.version = meta.version
    row.units = {**(row.units or {}), unit: {**(row.units or {}).get(unit, {}), **known}}


TIMERS: Projection[TimerRow] = timers()


@TIMERS.on(NoticeIssued, keys=lambda event: [(derived("reply", str(event.notice_id)),)])
def _reply_due(row: TimerRow, event: NoticeIssued, _meta: Meta) -> None:
    if event.reply_by is None:
        row.settled = True
    else:
        _set(row, event.notice_id, event.reply_by)


@TIMERS.on(ResponseSentBack, keys=lambda event: [(derived("reply", str(event.notice_id), event.unit),)])
def _reply_due_again(row: TimerRow, event: ResponseSentBack, _meta: Meta) -> None:
    _set(row, event.notice_id, event.reply_by)


@TIMERS.on(
    NoticeOverdue,
    keys=lambda event: [
        (derived("reply", str(event.notice_id)),),
        *((derived("reply", str(event.notice_id), unit),) for unit in event.units),
    ],
)
def _fired(row: TimerRow, event: NoticeOverdue, _meta: Meta) -> None:
    if row.due_at is None or row.due_at <= end_of(event.due_on):
        row.settled = True


def _set(row: TimerRow, notice_id: UUID, reply_by: date) -> None:
    row.due_at, row.command, row.settled = end_of(reply_by), "MarkOverdue", False
    row.payload = {"notice_id": str(notice_id), "due_on": reply_by.isoformat()}


@dataclass(slots=True)
class ProfileRow:
    """A version of the county's own rules."""

    version_code: str
    position: int | None = None
    effective_from: date | None = None
    profile: dict[str, Any] | None = None


COUNTY_PROFILE = Projection("county_profile", row=ProfileRow, key="version_code")


@COUNTY_PROFILE.on(CountyProfileAdopted, keys=lambda event: [(event.profile.version,)])
def _adopted(row: ProfileRow, event: CountyProfileAdopted, meta: Meta) -> None:
    row.position, row.effective_from = meta.position, event.profile.effective_from
    row.profile = event.profile.model_dump(mode="json")


@dataclass(slots=True)
class KnownRow:
    """Something another service told of, by its id or code."""

    code: str


KNOWN_UNITS = Projection("known_units", row=KnownRow, key="code")
KNOWN_PROJECTS = Projection("known_projects", row=KnownRow, key="code")


@KNOWN_UNITS.on(OrganisationRegistered)
def _known_unit(_row: KnownRow, _event: OrganisationRegistered, _meta: Meta) -> None:
    """Knowing of it is all."""


@KNOWN_PROJECTS.on(ProjectProposed, keys=lambda event: [(str(event.project_id),)])
def _known_project(_row: KnownRow, _event: ProjectProposed, _meta: Meta) -> None:
    """Knowing of it is all."""
