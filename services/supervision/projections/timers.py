"""Deadlines as rows: replies, rungs, weeks and months, tasks."""

from datetime import date
from uuid import UUID

from shared.contracts.supervision import NoticeIssued, NoticeOverdue, ReplyExtensionGranted, ResponseSentBack
from shared.kernel.derived import derived
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection
from shared.kernel.timers import TimerRow, timers
from shared.kernel.workdays import end_of

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


@TIMERS.on(ReplyExtensionGranted, keys=lambda event: [(derived("reply", str(event.notice_id), event.unit),)])
def _reply_due_later(row: TimerRow, event: ReplyExtensionGranted, _meta: Meta) -> None:
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
