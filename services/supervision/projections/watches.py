"""What is watched, how far it has climbed, and what is listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.ladders import (
    EscalationDue,
    ListingOwnerNamed,
    PlannedRung,
    SubjectDelisted,
    SubjectEscalated,
    SubjectListed,
    WatchDeadlineMoved,
    WatchEnded,
    WatchPaused,
    WatchResumed,
    WatchStarted,
)
from shared.contracts.supervision import NoticeIssued
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection
from shared.kernel.workdays import business_day


@dataclass(slots=True)
class WatchRow:
    """A watched subject: its deadline, the last rung reached, the next one, and the letters that went out about it."""

    watch_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "watching"
    subject: str | None = None
    subject_id: str | None = None
    unit: str | None = None
    due_on: date | None = None
    provisional: bool = False
    because: str | None = None
    rungs: list[dict[str, Any]] | None = None
    reached: int = 0
    step: str | None = None
    next_step: str | None = None
    next_on: date | None = None
    next_moved_by: str | None = None
    waiting_since: date | None = None
    started_on: date | None = None
    notice_ids: list[str] | None = None


WATCH_BOARD = Projection("watch_board", row=WatchRow, key="watch_id")


@WATCH_BOARD.on(WatchStarted)
def _started(row: WatchRow, event: WatchStarted, meta: Meta) -> None:
    row.position = row.position or meta.position
    row.subject, row.subject_id, row.unit = event.subject, event.subject_id, event.unit
    row.started_on, row.notice_ids = business_day(meta.recorded_at), row.notice_ids or []
    row.status = "watching"
    _from_the_foot(row, event, meta)


@WATCH_BOARD.on(WatchDeadlineMoved)
def _moved(row: WatchRow, event: WatchDeadlineMoved, meta: Meta) -> None:
    row.status = "paused" if event.paused else "watching"
    _from_the_foot(row, event, meta)


@WATCH_BOARD.on(WatchPaused)
def _paused(row: WatchRow, event: WatchPaused, meta: Meta) -> None:
    row.version, row.status, row.because, row.waiting_since = meta.version, "paused", event.because, None


@WATCH_BOARD.on(WatchResumed)
def _resumed(row: WatchRow, event: WatchResumed, meta: Meta) -> None:
    row.status = "watching"
    _from_the_foot(row, event, meta)


@WATCH_BOARD.on(WatchEnded)
def _ended(row: WatchRow, event: WatchEnded, meta: Meta) -> None:
    row.version, row.status, row.because, row.waiting_since = meta.version, "ended", event.because, None
    row.next_step = row.next_on = row.next_moved_by = None


@WATCH_BOARD.on(EscalationDue)
def _waits(row: WatchRow, _event: EscalationDue, meta: Meta) -> None:
    row.version, row.status, row.waiting_since = meta.version, "waiting", business_day(meta.recorded_at)


@WATCH_BOARD.on(SubjectEscalated)
def _climbed(row: WatchRow, event: SubjectEscalated, meta: Meta) -> None:
    row.version, row.status, row.waiting_since = meta.version, "watching", None
    row.reached, row.step = event.rung, event.step
    _next(row)


@WATCH_BOARD.on(NoticeIssued, keys=lambda event: [(event.watch_id,)] if event.watch_id else [])
def _written(row: WatchRow, event: NoticeIssued, _meta: Meta) -> None:
    row.notice_ids = [*(row.notice_ids or []), str(event.notice_id)]


def _from_the_foot(row: WatchRow, event: WatchStarted | WatchDeadlineMoved | WatchResumed, meta: Meta) -> None:
    row.version, row.due_on, row.provisional, row.because = meta.version, event.due_on, event.provisional, event.because
    row.rungs, row.reached, row.step, row.waiting_since = _plain(event.rungs), 0, None, None
    _next(row)


def _plain(rungs: Sequence[PlannedRung]) -> list[dict[str, Any]]:
    return [rung.model_dump(mode="json") for rung in rungs]


def _next(row: WatchRow) -> None:
    following = (row.rungs or [])[row.reached : row.reached + 1]
    rung = following[0] if following else {}
    row.next_step, row.next_moved_by = rung.get("step"), rung.get("moved_by")
    row.next_on = date.fromisoformat(rung["on"]) if rung else None


@dataclass(slots=True)
class EscalationRow:
    """A rung of a watch in one climb: since when it waited for people, and when and by whom it was reached."""

    watch_id: UUID
    climb: int
    rung: int
    due_on: date | None = None
    position: int | None = None
    subject: str | None = None
    subject_id: str | None = None
    unit: str | None = None
    step: str | None = None
    moved_by: str | None = None
    waiting_since: date | None = None
    escalated_on: date | None = None
    escalated_by: str | None = None
    remark: str | None = None


ESCALATIONS = Projection("escalations", row=EscalationRow, key=("watch_id", "climb", "rung"))


@ESCALATIONS.on(EscalationDue)
def _rung_due(row: EscalationRow, event: EscalationDue, meta: Meta) -> None:
    _about(row, event, meta)
    row.waiting_since = business_day(meta.recorded_at)


@ESCALATIONS.on(SubjectEscalated)
def _rung_reached(row: EscalationRow, event: SubjectEscalated, meta: Meta) -> None:
    _about(row, event, meta)
    row.escalated_on, row.escalated_by, row.remark = event.on, event.escalated_by, event.remark


def _about(row: EscalationRow, event: EscalationDue | SubjectEscalated, meta: Meta) -> None:
    row.position = row.position or meta.position
    row.subject, row.subject_id, row.unit = event.subject, event.subject_id, event.unit
    row.step, row.moved_by, row.due_on = event.step, event.moved_by, event.due_on


@dataclass(slots=True)
class ListingRow:
    """A subject under listed supervision, and how it left the list."""

    listing_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "listed"
    subject: str | None = None
    subject_id: str | None = None
    owner: str | None = None
    criterion: str | None = None
    reason: str | None = None
    watch_id: UUID | None = None
    listed_on: date | None = None
    listed_by: str | None = None
    times: int = 0
    evidence: str | None = None
    digest: str | None = None
    delisted_on: date | None = None
    delisted_by: str | None = None


LISTING_BOARD = Projection("listing_board", row=ListingRow, key="listing_id")


@LISTING_BOARD.on(SubjectListed)
def _listed(row: ListingRow, event: SubjectListed, meta: Meta) -> None:
    row.position, row.version, row.status, row.times = row.position or meta.position, meta.version, "listed", row.times + 1
    row.subject, row.subject_id, row.owner = event.subject, event.subject_id, event.owner
    row.criterion, row.reason, row.watch_id = event.criterion, event.reason, event.watch_id
    row.listed_on, row.listed_by = event.listed_on, event.listed_by
    row.evidence = row.digest = row.delisted_on = row.delisted_by = None


@LISTING_BOARD.on(ListingOwnerNamed)
def _owned(row: ListingRow, event: ListingOwnerNamed, meta: Meta) -> None:
    row.version, row.owner = meta.version, event.owner


@LISTING_BOARD.on(SubjectDelisted)
def _delisted(row: ListingRow, event: SubjectDelisted, meta: Meta) -> None:
    row.version, row.status, row.evidence, row.digest = meta.version, "delisted", event.evidence, event.digest
    row.delisted_on, row.delisted_by = event.delisted_on, event.delisted_by
