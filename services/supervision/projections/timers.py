"""Deadlines as rows: replies, rungs, weeks and months, tasks."""

from datetime import date
from uuid import UUID

from shared.contracts.inspections import ActivityExpected, CadenceEnded, TaskAssigned, TaskCompleted, TaskOverdue
from shared.contracts.ladders import (
    EscalationDue,
    SubjectEscalated,
    WatchDeadlineMoved,
    WatchEnded,
    WatchPaused,
    WatchResumed,
    WatchStarted,
)
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
    _ring(row, reply_by, "MarkOverdue", notice_id=str(notice_id), due_on=reply_by.isoformat())


def _ring(row: TimerRow, day: date, command: str, **payload: object) -> None:
    """Let a timer give a command when a day is over."""
    row.due_at, row.command, row.settled, row.payload = end_of(day), command, False, payload


def _rung(watch_id: UUID, climb: int, rung: int) -> UUID:
    """Return the timer of one rung of one climb: another climb may have the same days."""
    return derived("rung", str(watch_id), str(climb), str(rung))


def _climb(row: TimerRow, watch_id: UUID, climb: int, rung: int, on: date) -> None:
    _ring(row, on, "ClimbRung", watch_id=str(watch_id), climb=climb, rung=rung)


def _foot(event: WatchStarted | WatchResumed) -> list[tuple[UUID]]:
    return [(_rung(event.watch_id, event.climb, 1),)]


def _stopped(event: WatchPaused | WatchEnded) -> list[tuple[UUID]]:
    return [(_rung(event.watch_id, event.climb, event.next_rung),)]


@TIMERS.on(WatchStarted, keys=_foot)
def _first_rung(row: TimerRow, event: WatchStarted, _meta: Meta) -> None:
    _climb(row, event.watch_id, event.climb, 1, event.rungs[0].on)


@TIMERS.on(WatchResumed, keys=_foot)
def _first_rung_resumed(row: TimerRow, event: WatchResumed, _meta: Meta) -> None:
    _climb(row, event.watch_id, event.climb, 1, event.rungs[0].on)


@TIMERS.on(
    WatchDeadlineMoved,
    keys=lambda event: [(_rung(event.watch_id, event.climb - 1, event.next_rung),), (_rung(event.watch_id, event.climb, 1),)],
)
def _first_rung_moved(row: TimerRow, event: WatchDeadlineMoved, _meta: Meta) -> None:
    if event.paused or row.timer_id != _rung(event.watch_id, event.climb, 1):
        row.settled = True
    else:
        _climb(row, event.watch_id, event.climb, 1, event.rungs[0].on)


@TIMERS.on(
    SubjectEscalated,
    keys=lambda event: [(_rung(event.watch_id, event.climb, rung),) for rung in (event.rung, event.rung + 1)],
)
def _next_rung(row: TimerRow, event: SubjectEscalated, _meta: Meta) -> None:
    if event.next_on is None or row.timer_id == _rung(event.watch_id, event.climb, event.rung):
        row.settled = True
    else:
        _climb(row, event.watch_id, event.climb, event.rung + 1, event.next_on)


@TIMERS.on(WatchPaused, keys=_stopped)
def _stands_still(row: TimerRow, _event: WatchPaused, _meta: Meta) -> None:
    row.settled = True


@TIMERS.on(WatchEnded, keys=_stopped)
def _watched_no_more(row: TimerRow, _event: WatchEnded, _meta: Meta) -> None:
    row.settled = True


@TIMERS.on(EscalationDue, keys=lambda event: [(_rung(event.watch_id, event.climb, event.rung),)])
def _waits_for_people(row: TimerRow, _event: EscalationDue, _meta: Meta) -> None:
    row.settled = True


def _cadence(event: ActivityExpected | CadenceEnded) -> list[tuple[UUID]]:
    return [(derived("cadence", event.activity, event.every),)]


@TIMERS.on(ActivityExpected, keys=_cadence)
def _period_ends(row: TimerRow, event: ActivityExpected, _meta: Meta) -> None:
    _ring(row, event.due_on, "TurnPeriod", activity=event.activity, every=event.every, period=event.period)


@TIMERS.on(CadenceEnded, keys=_cadence)
def _nothing_regular(row: TimerRow, _event: CadenceEnded, _meta: Meta) -> None:
    row.settled = True


def _task(event: TaskAssigned | TaskCompleted | TaskOverdue) -> list[tuple[UUID]]:
    return [(derived("task", str(event.task_id)),)]


@TIMERS.on(TaskAssigned, keys=_task)
def _task_due(row: TimerRow, event: TaskAssigned, _meta: Meta) -> None:
    ids = {"hearing_id": str(event.hearing_id), "task_id": str(event.task_id)}
    _ring(row, event.due_on, "MarkTaskOverdue", **ids, due_on=event.due_on.isoformat())


@TIMERS.on(TaskCompleted, keys=_task)
def _task_done(row: TimerRow, _event: TaskCompleted, _meta: Meta) -> None:
    row.settled = True


@TIMERS.on(TaskOverdue, keys=_task)
def _task_found(row: TimerRow, _event: TaskOverdue, _meta: Meta) -> None:
    row.settled = True
