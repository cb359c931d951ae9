"""What is regular, hearings with their tasks, visits and figures, told by given, when, then."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.supervision.commands.hearings import (
    AssignTask,
    BeginCadence,
    CompileFigures,
    CompleteTask,
    HearReport,
    HoldActivity,
    HoldHearing,
    MarkTaskOverdue,
    RecordVisit,
    TurnPeriod,
)
from services.supervision.decider import CADENCE, FIGURES, HEARING, VISIT
from services.supervision.decider.cadence import last_day_of, period_of
from services.supervision.policies import begin_cadence, follow_up_notice, hold_activity
from services.supervision.projections import CADENCE_BOARD, HEARING_BOARD, TASK_BOARD
from shared.contracts.inspections import (
    ActivityExpected,
    ActivityHeld,
    ActivityMissed,
    CadenceEnded,
    ContactPointVisited,
    Every,
    Figure,
    FiguresCompiled,
    HearingHeld,
    ReportHeard,
    TaskAssigned,
    TaskCompleted,
    TaskOverdue,
    UnitInspected,
)
from shared.contracts.profile import Cadence, SupervisionRules
from shared.contracts.projects import CountyProfileAdopted
from shared.kernel.actor import Actor
from shared.kernel.projection import Fact
from shared.kernel.testing import by, given
from shared.kernel.workdays import Period
from tests.support.a_notice import INSPECTOR, LEADER, NOTICE_ID, OFFICE, TIMER, TOWN, issued
from tests.support.a_project import PROFILE
from tests.support.envelopes import meta
from tests.support.events import folded

POLICY = Actor.system("begin_cadence_when_county_profile_adopted")
MEETING, HEARING_ID, TASK_ID = (UUID(f"0199c1a8-7777-7000-8000-{number:012}") for number in (1, 2, 3))
NOVEMBER = ActivityExpected(activity="dispatch-meeting", every="month", period="2021-11", due_on=date(2021, 11, 30))
DECEMBER = ActivityExpected(activity="dispatch-meeting", every="month", period="2021-12", due_on=date(2021, 12, 31))
MISSED = ActivityMissed(activity="dispatch-meeting", every="month", period="2021-11", due_on=date(2021, 11, 30))
HELD = ActivityHeld(
    activity="dispatch-meeting", every="month", period="2021-11", held_on=date(2021, 11, 16), reference_id=MEETING, held_by="xjb-1"
)
OVER = datetime(2021, 11, 30, 16, tzinfo=UTC)
MET = HearingHeld(hearing_id=HEARING_ID, title="调度会", held_on=date(2021, 11, 1), chaired_by="leader-1", held_by="xjb-1")
HEAR = HearReport(hearing_id=HEARING_ID, unit="T1", report="已办十件", comment="要快")
ASSIGN = AssignTask(hearing_id=HEARING_ID, task_id=TASK_ID, unit="T1", text="补台账", within=Period(days=3, unit="working"))
ASSIGNED = TaskAssigned(
    hearing_id=HEARING_ID, task_id=TASK_ID, unit="T1", text="补台账", due_on=date(2021, 11, 4), provisional=False, assigned_by="xjb-1"
)
COMPLETE = CompleteTask(hearing_id=HEARING_ID, task_id=TASK_ID, result="已补")
LATE = MarkTaskOverdue(hearing_id=HEARING_ID, task_id=TASK_ID, due_on=date(2021, 11, 4))


def turn(period: str = "2021-11", *, still: bool = True) -> TurnPeriod:
    return TurnPeriod(activity="dispatch-meeting", every="month", period=period, still=still)


def hold(on: date | None = date(2021, 11, 16), reference_id: UUID = MEETING) -> HoldActivity:
    return HoldActivity(activity="dispatch-meeting", every="month", reference_id=reference_id, held_on=on)


@pytest.mark.parametrize(
    ("day", "every", "period", "last"),
    [
        (date(2021, 11, 1), "month", "2021-11", date(2021, 11, 30)),
        (date(2024, 2, 29), "month", "2024-02", date(2024, 2, 29)),
        (date(2021, 11, 8), "week", "2021-W45", date(2021, 11, 14)),
        (date(2021, 1, 1), "week", "2020-W53", date(2021, 1, 3)),
        (date(2024, 12, 30), "week", "2025-W01", date(2025, 1, 5)),
    ],
)
def test_a_day_lies_in_a_week_or_month_with_a_last_day(day: date, every: Every, period: str, last: date) -> None:
    assert period_of(day, every) == (period, last)
    assert last_day_of(period, every) == last


def test_what_the_rules_ask_for_is_due_from_the_day_they_are_in_force() -> None:
    rules = SupervisionRules(cadence=(Cadence(activity="inspection", every="week"), Cadence(activity="work-prompt", every="month")))
    adopted = CountyProfileAdopted(profile=PROFILE.model_copy(update={"supervision": rules, "effective_from": date(2021, 12, 1)}))
    assert begin_cadence(adopted, meta(adopted, "projects")) == [
        BeginCadence(activity="inspection", every="week", since=date(2021, 12, 1)),
        BeginCadence(activity="work-prompt", every="month", since=date(2021, 12, 1)),
    ]
    begin = BeginCadence(activity="dispatch-meeting", every="month", since=date(2021, 11, 5))
    given(CADENCE).when(begin, POLICY).then(NOVEMBER)
    given(CADENCE, NOVEMBER).when(begin, POLICY).nothing()
    given(CADENCE).when(begin.model_copy(update={"since": date(9999, 12, 31)}), POLICY).nothing()
    given(CADENCE).when(begin, OFFICE).rejected("role_not_allowed")


def test_what_was_due_is_not_due_again_when_rules_that_ask_for_it_are_heard_of_late() -> None:
    begin = BeginCadence(activity="dispatch-meeting", every="month", since=date(2021, 11, 30))
    ended = given(CADENCE, NOVEMBER, MISSED, CadenceEnded(activity="dispatch-meeting", every="month", period="2021-11"), at=OVER)
    ended.when(begin, POLICY).then(DECEMBER)
    ended.when(begin.model_copy(update={"since": date(2022, 1, 5)}), POLICY).then_one(ActivityExpected, period="2022-01")


def test_the_clock_finds_what_was_missed_and_the_next_month_follows() -> None:
    given(CADENCE, NOVEMBER, at=OVER).when(turn(), TIMER).then(MISSED, DECEMBER)
    given(CADENCE, NOVEMBER, HELD, at=OVER).when(turn(), TIMER).then(DECEMBER)
    given(CADENCE, NOVEMBER).when(turn(), TIMER).nothing()
    given(CADENCE, NOVEMBER, DECEMBER, at=OVER).when(turn(), TIMER).nothing()
    ended = CadenceEnded(activity="dispatch-meeting", every="month", period="2021-11")
    given(CADENCE, NOVEMBER, at=OVER).when(turn(still=False), TIMER).then(MISSED, ended)
    given(CADENCE, NOVEMBER, MISSED, ended, at=OVER).when(turn(still=False), TIMER).nothing()
    given(CADENCE, NOVEMBER, at=OVER).when(turn(), OFFICE).rejected("role_not_allowed")


def test_a_clock_that_jumped_misses_every_month_in_between_and_none_twice() -> None:
    story = given(CADENCE, NOVEMBER, at=datetime(2031, 11, 15, tzinfo=UTC))
    while (outcome := story.when(turn(story.state().period), TIMER)).events:
        story = type(story)(CADENCE, [*story.history, *outcome.events], at=story.at)
    missed = [event.period for event in story.history if isinstance(event, ActivityMissed)]
    assert (len(missed), len(set(missed)), missed[0], missed[-1]) == (120, 120, "2021-11", "2031-10")
    assert story.state().period == "2031-11"


def test_what_is_named_counts_in_the_month_it_took_place_also_when_recorded_late() -> None:
    due = given(CADENCE, NOVEMBER, at=OVER)
    for actor in (OFFICE, INSPECTOR, LEADER, POLICY):
        due.when(hold(), actor).then(HELD.model_copy(update={"held_by": actor.sub}))
    due.when(hold(), TOWN).rejected("role_not_allowed")
    due.when(hold(None), OFFICE).rejected("reference_not_known")
    due.when(hold(date(2021, 12, 2)), OFFICE).rejected("reference_not_known")
    due.when(hold(date(2021, 10, 31)), OFFICE).rejected("activity_not_due")
    given(CADENCE, at=OVER).when(hold(), OFFICE).rejected("activity_not_due")
    given(CADENCE, NOVEMBER, HELD, at=OVER).when(hold(), OFFICE).nothing()
    late = given(CADENCE, NOVEMBER, MISSED, DECEMBER, at=OVER).and_then(hold(), OFFICE)
    facts = [Fact(event, meta(event, "supervision", position=at)) for at, event in enumerate(late.history, 1)]
    row = folded([CADENCE_BOARD], facts)["cadence_board"]["dispatch-meeting", "month", "2021-11"]
    assert (row.status, row.missed, row.held, row.reference_ids) == ("held", True, 1, [str(MEETING)])


def test_what_took_place_counts_also_where_the_clock_has_not_told_yet_that_the_months_before_are_over() -> None:
    in_december = datetime(2021, 12, 20, tzinfo=UTC)
    december = hold(date(2021, 12, 16)).model_copy(update={"still": True})
    held = HELD.model_copy(update={"period": "2021-12", "held_on": date(2021, 12, 16)})
    given(CADENCE, NOVEMBER, at=in_december).when(december, OFFICE).then(MISSED, DECEMBER, held)
    given(CADENCE, NOVEMBER, HELD, at=in_december).when(december, OFFICE).then(DECEMBER, held)
    given(CADENCE, NOVEMBER, MISSED, DECEMBER, held, at=in_december).when(turn(), TIMER).nothing()
    given(CADENCE, NOVEMBER, at=in_december).when(december.model_copy(update={"still": False}), OFFICE).rejected("activity_not_due")


def test_what_is_recorded_anyway_is_not_asked_for_twice() -> None:
    def held(commands: object) -> list[tuple[str, str, UUID]]:
        return [(at.activity, at.every, at.reference_id) for at in commands if isinstance(at, HoldActivity)]  # type: ignore[attr-defined]

    for kind, activity in (("work-prompt", "work-prompt"), ("bulletin", "bulletin"), ("special-bulletin", "bulletin")):
        notice = issued().model_copy(update={"kind": kind})
        assert held(follow_up_notice(notice, meta(notice, "supervision"))) == [(activity, every, NOTICE_ID) for every in ("week", "month")]
    letter = issued()
    assert held(follow_up_notice(letter, meta(letter, "supervision"))) == []
    assert held(hold_activity(MET, meta(MET, "supervision"))) == [("dispatch-meeting", every, HEARING_ID) for every in ("week", "month")]
    visit = UnitInspected(round_id=MEETING, unit="T1", inspected_on=date(2021, 11, 1), inspected_by="team-2")
    assert held(hold_activity(visit, meta(visit, "supervision"))) == [("inspection", every, MEETING) for every in ("week", "month")]


def test_reports_are_heard_and_commented_on_and_not_by_one_s_own() -> None:
    meet = HoldHearing(hearing_id=HEARING_ID, title="调度会", held_on=date(2021, 11, 1), chaired_by="leader-1")
    given(HEARING).when(meet, OFFICE).then(MET)
    given(HEARING, MET).when(meet, OFFICE).nothing()
    given(HEARING).when(meet.model_copy(update={"held_on": date(2021, 11, 2)}), LEADER).rejected("day_not_yet")
    given(HEARING).when(meet, INSPECTOR).rejected("role_not_allowed")
    heard = ReportHeard(hearing_id=HEARING_ID, unit="T1", report="已办十件", comment="要快", heard_by="xjb-1")
    given(HEARING, MET).when(HEAR, OFFICE).then(heard)
    given(HEARING, MET, heard).when(HEAR, OFFICE).nothing()
    given(HEARING, MET, heard).when(HEAR.model_copy(update={"comment": "很好"}), OFFICE).then_one(ReportHeard, comment="很好")
    given(HEARING, MET).when(HEAR, by("leader", unit="T1")).rejected("own_item")
    for ask in (HEAR, ASSIGN):
        given(HEARING).when(ask, OFFICE).rejected("not_found")


def test_a_task_out_of_a_hearing_is_done_by_its_unit_or_found_overdue() -> None:
    given(HEARING, MET).when(ASSIGN, OFFICE).then(ASSIGNED)
    given(HEARING, MET, ASSIGNED).when(ASSIGN, OFFICE).nothing()
    task = given(HEARING, MET, ASSIGNED)
    task.when(COMPLETE, TOWN).then_one(TaskCompleted, result="已补", completed_on=date(2021, 11, 1))
    task.when(COMPLETE, by("unit", unit="D1")).rejected("task_of_another_unit")
    task.when(COMPLETE, OFFICE).rejected("role_not_allowed")
    given(HEARING, MET).when(COMPLETE, TOWN).rejected("not_found")
    task.and_then(COMPLETE, TOWN).when(COMPLETE, TOWN).rejected("task_already_done")
    late = TaskOverdue(hearing_id=HEARING_ID, task_id=TASK_ID, unit="T1", due_on=date(2021, 11, 4))
    task.when(LATE, TIMER).then(late)
    task.when(LATE, OFFICE).rejected("role_not_allowed")
    task.and_then(LATE, TIMER).when(LATE, TIMER).nothing()
    task.and_then(COMPLETE, TOWN).when(LATE, TIMER).nothing()
    done = task.and_then(LATE, TIMER).and_then(COMPLETE, TOWN)
    rows = folded([HEARING_BOARD, TASK_BOARD], [Fact(event, meta(event, "supervision")) for event in done.history])
    board, row = rows["hearing_board"][HEARING_ID,], rows["task_board"][TASK_ID,]
    assert (board.tasks, board.tasks_done, row.status, row.overdue) == (1, 1, "done", True)


def test_a_leader_records_visits_of_their_own() -> None:
    visit = RecordVisit(visit_id=MEETING, unit="T1", branch="B1", visited_on=date(2021, 11, 1), guidance="指导")
    given(VISIT).when(visit, LEADER).then_one(ContactPointVisited, leader="leader-7", visited_on=date(2021, 11, 1))
    given(VISIT).when(visit, OFFICE).rejected("role_not_allowed")
    given(VISIT).when(visit.model_copy(update={"visited_on": date(2021, 11, 2)}), LEADER).rejected("day_not_yet")
    given(VISIT).and_then(visit, LEADER).when(visit, LEADER).nothing()


def test_figures_keep_the_positions_they_were_counted_at() -> None:
    figures = (Figure(name="replies-accepted", sort=None, count=4, of=5),)
    ask = CompileFigures(
        figures_id=MEETING,
        purpose="month",
        first_on=date(2021, 10, 1),
        last_on=date(2021, 10, 31),
        figures=figures,
        positions={"notice_board@supervision": 128},
    )
    given(FIGURES).when(ask, OFFICE).then_one(FiguresCompiled, figures=figures, positions={"notice_board@supervision": 128})
    given(FIGURES).when(ask, LEADER).rejected("role_not_allowed")
    given(FIGURES).when(ask.model_copy(update={"last_on": date(2021, 9, 30)}), OFFICE).rejected("days_reversed")
    given(FIGURES).when(ask.model_copy(update={"first_on": date(2021, 12, 1), "last_on": date(2021, 12, 31)}), OFFICE).rejected(
        "day_not_yet"
    )
    given(FIGURES).and_then(ask, OFFICE).when(ask, OFFICE).nothing()
