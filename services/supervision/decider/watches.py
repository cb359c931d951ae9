"""Watches: what is late climbs its county's ladder."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from services.supervision.commands.watches import (
    ClimbRung,
    EndWatch,
    EscalateSubject,
    MoveWatchDeadline,
    PauseWatch,
    ReopenWatch,
    ResumeWatch,
    StartWatch,
    UnderTheLadder,
    Watching,
    watch_of,
)
from services.supervision.state.watches import Watch, WatchEvent, evolve_watch
from shared.contracts.ladders import (
    EscalationDue,
    Mover,
    PlannedRung,
    SubjectEscalated,
    WatchDeadlineMoved,
    WatchEnded,
    WatchPaused,
    WatchResumed,
    WatchStarted,
)
from shared.contracts.profile import LadderSubject, Rung
from shared.contracts.supervision import SUPERVISION
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import Period, business_day, due, end_of
from shared.kernel.workdays.periods import FIRST_START, LAST_START

WatchCommand = StartWatch | MoveWatchDeadline | PauseWatch | ResumeWatch | ReopenWatch | EndWatch | ClimbRung | EscalateSubject


def decide(command: WatchCommand, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:  # noqa: PLR0911 - one case a command
    """Return the facts a command makes."""
    match command:
        case StartWatch():
            return start(command, watch, asked)
        case MoveWatchDeadline():
            return move_deadline(command, watch, asked)
        case PauseWatch():
            return pause(command, watch, asked)
        case ResumeWatch():
            return resume(command, watch, asked)
        case ReopenWatch():
            return reopen(command, watch, asked)
        case EndWatch():
            return end(command, watch, asked)
        case ClimbRung():
            return climb(command, watch, asked)
        case EscalateSubject():
            return escalate(command, watch, asked)
        case _:
            assert_never(command)


def start(command: StartWatch, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """A subject with a deadline is watched where its county has a ladder for it; one already watched gets the new deadline."""
    asked.actor.require(SYSTEM)
    due_on = command.due_on or command.on
    return _moved(command, watch, due_on) if watch.running else _started(command, watch, due_on)


def move_deadline(command: MoveWatchDeadline, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """A deadline moves only where one is watched, and then the subject climbs from the foot again."""
    asked.actor.require(SYSTEM)
    return _moved(command, watch, command.due_on) if watch.running else []


def pause(command: PauseWatch, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """A clock stands still once."""
    asked.actor.require(SYSTEM)
    if not watch.running or watch.paused:
        return []
    watch_id = watch_of(command.subject, command.subject_id)
    return [WatchPaused(watch_id=watch_id, climb=watch.climb, next_rung=watch.reached + 1, because=command.because)]


def resume(command: ResumeWatch, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """A clock that stood still runs again, from the deadline it is given."""
    asked.actor.require(SYSTEM)
    if not watch.paused:
        return []
    if not command.rungs or not _countable(command.due_on):
        return _ended(command, watch)
    rungs, provisional = _planned(command.rungs, command.due_on)
    return [
        WatchResumed(
            watch_id=watch_of(command.subject, command.subject_id),
            climb=watch.climb + 1,
            due_on=command.due_on,
            rungs=rungs,
            provisional=provisional,
            because=command.because,
        )
    ]


def reopen(command: ReopenWatch, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """What is done again has the county's days for that, and never less than was promised."""
    asked.actor.require(SYSTEM)
    if watch.running:
        return []
    return _started(command, watch, max(watch.due_on or command.on, command.redo_by or command.on))


def end(command: EndWatch, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """What is not late, or not any more, does not climb."""
    asked.actor.require(SYSTEM)
    return _ended(command, watch) if watch.running else []


def climb(command: ClimbRung, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """When a rung's day is over the clock moves the subject, or says that people must; a moved deadline makes it moot."""
    asked.actor.require(SYSTEM)
    rung = watch.next
    moot = not watch.running or watch.paused or watch.waits or watch.climb != command.climb or command.rung != watch.reached + 1
    if moot or rung is None or asked.at < end_of(rung.on):
        return []
    if rung.moved_by == "clock":
        return [_escalated(watch, rung, asked, "clock", None)]
    subject, subject_id = _subject(watch)
    return [
        EscalationDue(
            watch_id=watch_of(subject, subject_id),
            subject=subject,
            subject_id=subject_id,
            unit=watch.unit,
            climb=watch.climb,
            rung=command.rung,
            step=rung.step,
            moved_by=rung.moved_by,
            due_on=watch.due_on or rung.on,
        )
    ]


def escalate(command: EscalateSubject, watch: Watch, asked: Asked) -> Sequence[WatchEvent]:
    """Whom the ladder names moves the subject up once the rung is due; nobody does so with their own unit's."""
    asked.actor.require("office", "leader")
    if watch.subject is None:
        raise Rejected("not_found")
    if watch.running and command.rung <= watch.reached:
        return []
    rung = watch.next
    if rung is None or not watch.waits or command.rung != watch.reached + 1:
        raise Rejected("rung_not_due", pointer="/rung")
    asked.actor.require(rung.moved_by)
    if watch.unit is not None and asked.actor.unit == watch.unit:
        raise Rejected("own_item")
    return [_escalated(watch, rung, asked, rung.moved_by, command.remark)]


def _started(command: UnderTheLadder, watch: Watch, due_on: date) -> Sequence[WatchEvent]:
    if not command.rungs or not _countable(due_on):
        return []
    rungs, provisional = _planned(command.rungs, due_on)
    return [
        WatchStarted(
            watch_id=watch_of(command.subject, command.subject_id),
            climb=watch.climb + 1,
            subject=command.subject,
            subject_id=command.subject_id,
            unit=command.unit,
            due_on=due_on,
            rungs=rungs,
            provisional=provisional,
            because=command.because,
            profile_version=command.profile_version,
        )
    ]


def _moved(command: UnderTheLadder, watch: Watch, due_on: date) -> Sequence[WatchEvent]:
    if due_on == watch.due_on:
        return []
    if not command.rungs or not _countable(due_on):
        return _ended(command, watch)
    rungs, provisional = _planned(command.rungs, due_on)
    return [
        WatchDeadlineMoved(
            watch_id=watch_of(command.subject, command.subject_id),
            climb=watch.climb + 1,
            next_rung=watch.reached + 1,
            due_on=due_on,
            rungs=rungs,
            provisional=provisional,
            paused=watch.paused,
            because=command.because,
        )
    ]


def _ended(command: Watching, watch: Watch) -> Sequence[WatchEvent]:
    """End a watch; also one that a new deadline leaves without a ladder, because the county took it away."""
    watch_id = watch_of(command.subject, command.subject_id)
    return [WatchEnded(watch_id=watch_id, climb=watch.climb, next_rung=watch.reached + 1, because=command.because)]


def _escalated(watch: Watch, rung: PlannedRung, asked: Asked, moved_by: Mover, remark: str | None) -> SubjectEscalated:
    subject, subject_id = _subject(watch)
    following = watch.rungs[watch.reached + 1].on if watch.reached + 1 < len(watch.rungs) else None
    return SubjectEscalated(
        watch_id=watch_of(subject, subject_id),
        subject=subject,
        subject_id=subject_id,
        unit=watch.unit,
        climb=watch.climb,
        rung=watch.reached + 1,
        step=rung.step,
        due_on=watch.due_on or rung.on,
        on=business_day(asked.at),
        moved_by=moved_by,
        escalated_by=asked.actor.sub,
        remark=remark,
        next_on=following,
    )


def _subject(watch: Watch) -> tuple[LadderSubject, str]:
    if watch.subject is None:
        raise Rejected("not_found")
    return watch.subject, watch.subject_id


def _planned(rungs: Sequence[Rung], due_on: date) -> tuple[tuple[PlannedRung, ...], bool]:
    """Return the rungs' days, counted from the deadline, and whether one counts on a year without its holiday notice."""
    deadlines = [due(due_on, Period(days=rung.after.days, unit=rung.after.unit)) for rung in rungs]
    planned = tuple(
        PlannedRung(step=rung.step, on=deadline.due_on, moved_by=rung.moved_by) for rung, deadline in zip(rungs, deadlines, strict=True)
    )
    return planned, any(deadline.provisional for deadline in deadlines)


def _countable(day: date) -> bool:
    """Tell whether days can be counted from a day: what is promised for never is not late."""
    return FIRST_START <= day <= LAST_START


WATCH = Decider(contract=SUPERVISION, initial=Watch(), evolve=evolve_watch, decide=decide)
