"""A watch's story, piece by piece: what facts ask of it, and what has become of it."""

from datetime import UTC, date, datetime
from uuid import UUID

from services.supervision.commands.watches import (
    ClimbRung,
    EndWatch,
    EscalateSubject,
    MoveWatchDeadline,
    PauseWatch,
    ReopenWatch,
    ResumeWatch,
    StartWatch,
    watch_of,
)
from shared.contracts.ladders import PlannedRung, WatchStarted
from shared.contracts.profile import Period, Rung
from shared.kernel.actor import Actor
from shared.kernel.testing import by

PROJECT = "0199c1a8-2222-7000-8000-000000000001"
WATCH_ID: UUID = watch_of("overdue-project", PROJECT)
OFFICE, LEADER, TIMER, POLICY = by("office", sub="xjb-1"), by("leader", sub="leader-7"), Actor.system("timer"), Actor.system("keep_watch")
RUNGS = (
    Rung(step="reminder", after=Period(days=0, unit="working"), moved_by="clock"),
    Rung(step="urging", after=Period(days=3, unit="working"), moved_by="clock"),
    Rung(step="rectification-letter", after=Period(days=7, unit="working"), moved_by="office"),
    Rung(step="listed-supervision", after=Period(days=10, unit="working"), moved_by="leader"),
)
PLANNED = (
    PlannedRung(step="reminder", on=date(2021, 11, 8), moved_by="clock"),
    PlannedRung(step="urging", on=date(2021, 11, 11), moved_by="clock"),
    PlannedRung(step="rectification-letter", on=date(2021, 11, 17), moved_by="office"),
    PlannedRung(step="listed-supervision", on=date(2021, 11, 22), moved_by="leader"),
)
_WHICH = {"subject": "overdue-project", "subject_id": PROJECT, "on": date(2021, 11, 1)}
_COUNTING = {**_WHICH, "rungs": RUNGS, "profile_version": "2021-1", "unit": "T1"}


def start(due_on: date | None = date(2021, 11, 8), **changes: object) -> StartWatch:
    return StartWatch(**{**_COUNTING, "because": "PledgePublished", "due_on": due_on, **changes})  # type: ignore[arg-type]


def move(due_on: date) -> MoveWatchDeadline:
    return MoveWatchDeadline(**_COUNTING, because="ExtensionApproved", due_on=due_on)  # type: ignore[arg-type]


def resume(due_on: date) -> ResumeWatch:
    return ResumeWatch(**_COUNTING, because="ProjectResumed", due_on=due_on)  # type: ignore[arg-type]


def reopen(redo_by: date) -> ReopenWatch:
    return ReopenWatch(**_COUNTING, because="ProjectReopened", redo_by=redo_by)  # type: ignore[arg-type]


PAUSE = PauseWatch(**_WHICH, because="ProjectSuspended")  # type: ignore[arg-type]
END = EndWatch(**_WHICH, because="CompletionDeclared")  # type: ignore[arg-type]


def climb(rung: int, number: int = 1) -> ClimbRung:
    return ClimbRung(watch_id=WATCH_ID, climb=number, rung=rung)


def escalate(rung: int, remark: str | None = None) -> EscalateSubject:
    return EscalateSubject(watch_id=WATCH_ID, rung=rung, remark=remark)


def started(number: int = 1) -> WatchStarted:
    return WatchStarted(
        watch_id=WATCH_ID,
        climb=number,
        subject="overdue-project",
        subject_id=PROJECT,
        unit="T1",
        due_on=date(2021, 11, 8),
        rungs=PLANNED,
        provisional=False,
        because="PledgePublished",
        profile_version="2021-1",
    )


def after(day: date) -> datetime:
    """Return a moment when this day is over in Shanghai."""
    return datetime(day.year, day.month, day.day, 16, 0, 1, tzinfo=UTC)
