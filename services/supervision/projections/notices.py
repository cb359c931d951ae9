"""Notices and where each addressee is."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.supervision import (
    NoticeAcknowledged,
    NoticeClosed,
    NoticeIssued,
    NoticeNumbered,
    NoticeOverdue,
    NoticeResponded,
    ReplyExtensionDeclined,
    ReplyExtensionGranted,
    ReplyExtensionRequested,
    ResponseAccepted,
    ResponseSentBack,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


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
    year: int | None = None
    number: int | None = None
    number_text: str | None = None
    watch_id: UUID | None = None
    finding_ids: list[str] | None = None
    figures_id: UUID | None = None


NOTICE_BOARD = Projection("notice_board", row=NoticeRow, key="notice_id")


@NOTICE_BOARD.on(NoticeIssued)
def _issued(row: NoticeRow, event: NoticeIssued, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.kind, row.title, row.text = event.kind, event.title, event.text
    reply_by = None if event.reply_by is None else event.reply_by.isoformat()
    awaited = {"status": "awaited", "reply_by": reply_by}
    row.units = {unit: awaited | ({"name": event.names[unit]} if unit in event.names else {}) for unit in event.addressees}
    row.project_ids = [str(project_id) for project_id in event.project_ids]
    row.issued_on, row.acknowledge_by, row.reply_by = event.issued_on, event.acknowledge_by, event.reply_by
    row.provisional, row.issued_at = event.provisional, meta.recorded_at
    row.watch_id, row.figures_id = event.watch_id, event.figures_id
    row.finding_ids = [str(finding_id) for finding_id in event.finding_ids]


@NOTICE_BOARD.on(NoticeNumbered)
def _numbered(row: NoticeRow, event: NoticeNumbered, _meta: Meta) -> None:
    row.year, row.number, row.number_text = event.year, event.number, event.text


@NOTICE_BOARD.on(NoticeAcknowledged)
def _acknowledged(row: NoticeRow, event: NoticeAcknowledged, meta: Meta) -> None:
    _at(row, event.unit, meta, status="acknowledged", acknowledged_at=meta.recorded_at.isoformat())


@NOTICE_BOARD.on(NoticeResponded)
def _responded(row: NoticeRow, event: NoticeResponded, meta: Meta) -> None:
    _at(row, event.unit, meta, status="responded", responded_at=meta.recorded_at.isoformat(), text=event.text)


@NOTICE_BOARD.on(ResponseAccepted)
def _accepted(row: NoticeRow, event: ResponseAccepted, meta: Meta) -> None:
    _at(row, event.unit, meta, status="accepted", asks_until=None)


@NOTICE_BOARD.on(ResponseSentBack)
def _sent_back(row: NoticeRow, event: ResponseSentBack, meta: Meta) -> None:
    _at(row, event.unit, meta, status="sent-back", reason=event.reason, reply_by=event.reply_by.isoformat(), asks_until=None)


@NOTICE_BOARD.on(ReplyExtensionRequested)
def _extension_requested(row: NoticeRow, event: ReplyExtensionRequested, meta: Meta) -> None:
    _at(row, event.unit, meta, asks_until=event.reply_by.isoformat(), asks_because=event.reason)


@NOTICE_BOARD.on(ReplyExtensionGranted)
def _extension_granted(row: NoticeRow, event: ReplyExtensionGranted, meta: Meta) -> None:
    _at(row, event.unit, meta, reply_by=event.reply_by.isoformat(), asks_until=None, extension_by=event.approved_by)


@NOTICE_BOARD.on(ReplyExtensionDeclined)
def _extension_declined(row: NoticeRow, event: ReplyExtensionDeclined, meta: Meta) -> None:
    _at(row, event.unit, meta, asks_until=None, extension_declined=event.reason)


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
