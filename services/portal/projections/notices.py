"""Cards of notices: prompts, letters and bulletins, and how each addressee stands with them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.supervision import (
    NoticeAcknowledged,
    NoticeClosed,
    NoticeIssued,
    NoticeNumbered,
    NoticeOverdue,
    NoticeResponded,
    ReplyExtensionGranted,
    ResponseAccepted,
    ResponseSentBack,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class NoticeCard:
    """A notice; `units` holds by addressee the status, and the day to reply by where one runs."""

    notice_id: UUID
    position: int | None = None
    kind: str | None = None
    title: str | None = None
    number: str | None = None
    issued_on: date | None = None
    reply_by: date | None = None
    units: dict[str, dict[str, str | None]] | None = None
    project_ids: list[str] | None = None
    overdue: bool = False
    closed_at: datetime | None = None
    changed_at: datetime | None = None


NOTICE_CARDS = Projection("notice_cards", row=NoticeCard, key="notice_id")


def _set(row: NoticeCard, unit: str, meta: Meta, **told: str | None) -> None:
    units = row.units or {}
    row.units, row.changed_at = {**units, unit: {**units.get(unit, {}), **told}}, meta.recorded_at


@NOTICE_CARDS.on(NoticeIssued)
def _issued(row: NoticeCard, event: NoticeIssued, meta: Meta) -> None:
    row.position, row.kind, row.title = meta.position, event.kind, event.title
    row.issued_on, row.reply_by = event.issued_on, event.reply_by
    row.project_ids = [str(project_id) for project_id in event.project_ids]
    day = None if event.reply_by is None else event.reply_by.isoformat()
    for unit in event.addressees:
        _set(row, unit, meta, status="issued", reply_by=day)


@NOTICE_CARDS.on(NoticeNumbered)
def _numbered(row: NoticeCard, event: NoticeNumbered, _meta: Meta) -> None:
    row.number = event.text or f"{event.year}-{event.number}"


@NOTICE_CARDS.on(NoticeAcknowledged)
def _acknowledged(row: NoticeCard, event: NoticeAcknowledged, meta: Meta) -> None:
    _set(row, event.unit, meta, status="acknowledged")


@NOTICE_CARDS.on(NoticeResponded)
def _responded(row: NoticeCard, event: NoticeResponded, meta: Meta) -> None:
    _set(row, event.unit, meta, status="responded")


@NOTICE_CARDS.on(ResponseAccepted)
def _accepted(row: NoticeCard, event: ResponseAccepted, meta: Meta) -> None:
    _set(row, event.unit, meta, status="accepted")


@NOTICE_CARDS.on(ResponseSentBack)
def _sent_back(row: NoticeCard, event: ResponseSentBack, meta: Meta) -> None:
    _set(row, event.unit, meta, status="sent-back", reply_by=event.reply_by.isoformat())


@NOTICE_CARDS.on(ReplyExtensionGranted)
def _extended(row: NoticeCard, event: ReplyExtensionGranted, meta: Meta) -> None:
    _set(row, event.unit, meta, reply_by=event.reply_by.isoformat())


@NOTICE_CARDS.on(NoticeOverdue)
def _overdue(row: NoticeCard, event: NoticeOverdue, meta: Meta) -> None:
    row.overdue = True
    for unit in event.units:
        _set(row, unit, meta, status="overdue")


@NOTICE_CARDS.on(NoticeClosed)
def _closed(row: NoticeCard, _event: NoticeClosed, meta: Meta) -> None:
    row.closed_at = row.changed_at = meta.recorded_at
