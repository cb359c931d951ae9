"""Supervision's ladders, told by given, when, then: what is late climbs, and what climbed to the top is listed."""

from datetime import UTC, date, datetime

import pytest

from services.supervision.decider import WATCH
from shared.contracts.ladders import (
    EscalationDue,
    SubjectEscalated,
    WatchDeadlineMoved,
    WatchEnded,
    WatchPaused,
    WatchResumed,
    WatchStarted,
)
from shared.kernel.testing import Scenario, by, given
from tests.support.a_ladder import (
    OVERDUE,
    reached,
)
from tests.support.a_watch import (
    END,
    LEADER,
    OFFICE,
    PAUSE,
    POLICY,
    TIMER,
    WATCH_ID,
    after,
    climb,
    escalate,
    move,
    reopen,
    resume,
    start,
    started,
)


def test_a_deadline_is_watched_with_the_rungs_of_the_ladder_counted_from_it() -> None:
    given(WATCH).when(start(), POLICY).then(started())
    given(WATCH, started()).when(start(), POLICY).nothing()
    given(WATCH).when(start(rungs=()), POLICY).nothing()
    given(WATCH).when(start(None), POLICY).then_one(WatchStarted, due_on=date(2021, 11, 1))
    given(WATCH).when(start(date(3000, 1, 1)), POLICY).nothing()
    given(WATCH).when(start(date(2021, 12, 30)), POLICY).then_one(WatchStarted, provisional=True)
    given(WATCH).when(start(), OFFICE).rejected("role_not_allowed")


def test_the_clock_climbs_a_rung_once_its_day_is_over_and_not_before() -> None:
    watch = given(WATCH, started(), at=datetime(2021, 11, 8, 15, 59, 59, tzinfo=UTC))
    watch.when(climb(1), TIMER).nothing()
    watch = given(WATCH, started(), at=OVERDUE)
    watch.when(climb(1), OFFICE).rejected("role_not_allowed")
    watch.when(climb(2), TIMER).nothing()
    watch.when(climb(1, number=2), TIMER).nothing()
    watch.when(climb(1), TIMER).then_one(
        SubjectEscalated, rung=1, step="reminder", moved_by="clock", on=date(2021, 11, 9), next_on=date(2021, 11, 11)
    )
    watch.and_then(climb(1), TIMER).when(climb(1), TIMER).nothing()


def test_what_people_move_waits_for_whom_the_ladder_names() -> None:
    due = Scenario(WATCH, reached(2).history, at=after(date(2021, 11, 17)))
    due.when(escalate(3), OFFICE).rejected("rung_not_due")
    due.when(climb(3), TIMER).then_one(EscalationDue, rung=3, step="rectification-letter", moved_by="office")
    waits = due.and_then(climb(3), TIMER)
    waits.when(climb(3), TIMER).nothing()
    waits.when(escalate(3), LEADER).rejected("role_not_allowed")
    waits.when(escalate(3), by("unit", unit="T1")).rejected("role_not_allowed")
    waits.when(escalate(3), by("office", unit="T1")).rejected("own_item")
    waits.when(escalate(4), OFFICE).rejected("rung_not_due")
    waits.when(escalate(3, "两次提醒"), OFFICE).then_one(
        SubjectEscalated, rung=3, moved_by="office", escalated_by="xjb-1", remark="两次提醒", next_on=date(2021, 11, 22)
    )
    waits.and_then(escalate(3), OFFICE).when(escalate(3), OFFICE).nothing()
    reached(4).when(escalate(5), LEADER).rejected("rung_not_due")
    given(WATCH).when(escalate(1), OFFICE).rejected("not_found")


@pytest.mark.parametrize("rung", [0, 1, 2, 3, 4])
def test_a_moved_deadline_sends_the_subject_to_the_foot_of_the_ladder(rung: int) -> None:
    moved = reached(rung).and_then(move(date(2021, 11, 15)), POLICY)
    event = moved.history[-1]
    assert isinstance(event, WatchDeadlineMoved)
    assert (event.climb, event.next_rung, event.due_on) == (2, rung + 1, date(2021, 11, 15))
    moved.when(move(date(2021, 11, 15)), POLICY).nothing()
    late = Scenario(WATCH, moved.history, at=after(date(2021, 12, 31)))
    late.when(climb(rung + 1), TIMER).nothing()
    late.when(climb(1, number=2), TIMER).then_one(SubjectEscalated, climb=2, rung=1, due_on=date(2021, 11, 15))


def test_a_clock_that_stands_still_climbs_nothing_until_it_is_resumed() -> None:
    paused = reached(1).and_then(PAUSE, POLICY)
    assert paused.history[-1] == WatchPaused(watch_id=WATCH_ID, climb=1, next_rung=2, because="ProjectSuspended")
    paused.when(PAUSE, POLICY).nothing()
    Scenario(WATCH, paused.history, at=after(date(2021, 12, 1))).when(climb(2), TIMER).nothing()
    paused.when(move(date(2021, 11, 20)), POLICY).then_one(WatchDeadlineMoved, paused=True)
    paused.when(resume(date(2021, 11, 30)), POLICY).then_one(WatchResumed, climb=2, due_on=date(2021, 11, 30))
    reached(1).when(resume(date(2021, 11, 30)), POLICY).nothing()
    given(WATCH).when(PAUSE, POLICY).nothing()


def test_what_is_done_is_watched_no_more_and_done_again_has_its_days_and_never_less_than_promised() -> None:
    done = reached(2).and_then(END, POLICY)
    assert done.history[-1] == WatchEnded(watch_id=WATCH_ID, climb=1, next_rung=3, because="CompletionDeclared")
    done.when(END, POLICY).nothing()
    done.when(move(date(2021, 12, 1)), POLICY).nothing()
    done.when(reopen(date(2021, 11, 29)), POLICY).then_one(WatchStarted, climb=2, due_on=date(2021, 11, 29))
    done.when(reopen(date(2021, 11, 5)), POLICY).then_one(WatchStarted, climb=2, due_on=date(2021, 11, 8))
    reached(1).when(reopen(date(2021, 11, 29)), POLICY).nothing()


def test_a_new_deadline_where_the_county_has_taken_the_ladder_away_or_for_ever_ends_the_watch() -> None:
    for without in (move(date(2021, 11, 15)).model_copy(update={"rungs": ()}), move(date(9999, 12, 31))):
        reached(1).when(without, POLICY).then_one(WatchEnded, because="ExtensionApproved", next_rung=2)
    paused = reached(1).and_then(PAUSE, POLICY)
    paused.when(resume(date(2021, 11, 30)).model_copy(update={"rungs": ()}), POLICY).then_one(WatchEnded, because="ProjectResumed")
    paused.when(resume(date(9999, 12, 31)), POLICY).then_one(WatchEnded, because="ProjectResumed")
