"""Rounds and findings, told by given, when, then; and no order of asking that closes a round with something swept under."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.supervision.commands.rounds import (
    CloseRound,
    EndFinding,
    InspectUnit,
    LeaveFinding,
    OpenRound,
    RecordFinding,
    ReturnConclusion,
)
from services.supervision.decider import FINDING, ROUND
from services.supervision.policies import end_finding, follow_up_notice
from services.supervision.projections import FINDING_BOARD, ROUND_BOARD, UNIT_VISITS
from shared.contracts.inspections import ConclusionReturned, FindingEnded, FindingRecorded, RoundClosed, RoundOpened, UnitInspected
from shared.contracts.projects import PlanRevised
from shared.kernel.actor import Actor
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.testing import Scenario, by, given
from tests.support.a_notice import INSPECTOR, LEADER, NOTICE_ID, OFFICE, issued
from tests.support.a_project import PROJECT_ID
from tests.support.envelopes import meta
from tests.support.events import folded
from tests.support.refusals import told

ROUND_ID, FOUND, OTHER = (UUID(f"0199c1a8-6666-7000-8000-{number:012}") for number in (1, 2, 3))
AT = datetime(2021, 11, 12, 4, tzinfo=UTC)
POLICY = Actor.system("end_finding_when_plan_revised")
OPEN = OpenRound(
    round_id=ROUND_ID,
    kind="roving-guidance",
    title="第一轮",
    plan="走访两个单位",
    team=("team-2",),
    units=("T1", "D1"),
    first_on=date(2021, 11, 9),
    last_on=date(2021, 11, 12),
)
CLOSE = CloseRound(round_id=ROUND_ID)


def inspect(unit: str = "T1", on: date = date(2021, 11, 10)) -> InspectUnit:
    return InspectUnit(round_id=ROUND_ID, unit=unit, inspected_on=on)


def find(finding: UUID = FOUND, unit: str = "T1") -> RecordFinding:
    return RecordFinding(round_id=ROUND_ID, finding_id=finding, unit=unit, severity="serious", text="台账不实")


def conclude(unit: str = "T1") -> ReturnConclusion:
    return ReturnConclusion(round_id=ROUND_ID, unit=unit, text="一处不实")


def leave(finding: UUID = FOUND) -> LeaveFinding:
    return LeaveFinding(finding_id=finding, reason="当场改正", round_id=ROUND_ID, unit="T1")


def end(finding: UUID = FOUND) -> EndFinding:
    return EndFinding(finding_id=finding, ending="plan-revised", project_id=PROJECT_ID, round_id=ROUND_ID)


def opened() -> Scenario:
    return given(ROUND, at=AT).and_then(OPEN, OFFICE)


def visited() -> Scenario:
    return opened().and_then(inspect(), INSPECTOR)


def test_the_office_or_a_leader_opens_a_round_with_each_unit_once() -> None:
    for actor in (OFFICE, LEADER):
        given(ROUND).when(OPEN, actor).then_one(RoundOpened, opened_by=actor.sub, units=("T1", "D1"))
    given(ROUND).when(OPEN, INSPECTOR).rejected("role_not_allowed")
    given(ROUND).when(OPEN.model_copy(update={"units": ("T1", "T1")}), OFFICE).rejected("unit_twice")
    given(ROUND).when(OPEN.model_copy(update={"last_on": date(2021, 11, 8)}), OFFICE).rejected("days_reversed")
    opened().when(OPEN, OFFICE).nothing()


def test_a_unit_of_the_round_is_visited_on_a_day_that_was_and_not_by_its_own() -> None:
    opened().when(inspect(), INSPECTOR).then_one(UnitInspected, unit="T1", inspected_on=date(2021, 11, 10))
    opened().when(inspect("T2"), INSPECTOR).rejected("unit_not_in_round")
    opened().when(inspect(on=date(2021, 11, 13)), INSPECTOR).rejected("day_not_yet")
    opened().when(inspect(on=date(2021, 11, 8)), INSPECTOR).rejected("day_before_round")
    opened().when(inspect(), by("inspector", unit="T1")).rejected("own_item")
    opened().when(inspect(), by("unit", unit="D1")).rejected("role_not_allowed")
    visited().when(inspect(), INSPECTOR).nothing()
    given(ROUND).when(inspect(), INSPECTOR).rejected("not_found")


def test_something_is_found_and_told_only_where_somebody_went() -> None:
    opened().when(find(), INSPECTOR).rejected("unit_not_inspected")
    opened().when(conclude(), INSPECTOR).rejected("unit_not_inspected")
    visited().when(find(), INSPECTOR).then_one(FindingRecorded, severity="serious", recorded_on=date(2021, 11, 12))
    visited().and_then(find(), INSPECTOR).when(find(), INSPECTOR).nothing()
    visited().when(conclude(), INSPECTOR).then_one(ConclusionReturned, unit="T1", returned_on=date(2021, 11, 12))
    visited().and_then(conclude(), INSPECTOR).when(conclude(), INSPECTOR).nothing()


def test_a_round_is_closed_when_units_were_told_and_findings_have_ended_or_are_named() -> None:
    found = visited().and_then(find(), INSPECTOR)
    assert told(found.when(CLOSE, OFFICE)) == ("conclusions_outstanding", None, {"units": "T1"})
    concluded = found.and_then(conclude(), INSPECTOR)
    assert told(concluded.when(CLOSE, OFFICE)) == ("findings_open", "/leaving_open", {"findings": str(FOUND)})
    named = CLOSE.model_copy(update={"leaving_open": (FOUND,)})
    concluded.when(named, OFFICE).rejected("reason_missing")
    concluded.when(named.model_copy(update={"reason": "整改期未满"}), OFFICE).then_one(RoundClosed, open_findings=(FOUND,))
    concluded.when(CLOSE.model_copy(update={"ended": (FOUND,)}), OFFICE).then_one(RoundClosed, open_findings=())
    concluded.when(named.model_copy(update={"ended": (FOUND,)}), OFFICE).rejected("finding_not_open")
    concluded.when(CLOSE, INSPECTOR).rejected("role_not_allowed")
    closed = concluded.and_then(CLOSE.model_copy(update={"ended": (FOUND,)}), OFFICE)
    for ask in (inspect(), find(OTHER), conclude(), CLOSE):
        closed.when(ask, OFFICE).rejected("round_closed")


def test_a_finding_has_one_end_of_three() -> None:
    given(FINDING).when(leave(), INSPECTOR).then_one(FindingEnded, ending="no-action", reason="当场改正", ended_by="team-2")
    given(FINDING).when(leave(), by("unit", unit="T1")).rejected("role_not_allowed")
    given(FINDING).when(leave(), by("inspector", unit="T1")).rejected("own_item")
    given(FINDING).when(leave().model_copy(update={"round_id": None}), INSPECTOR).rejected("not_found")
    given(FINDING).when(end(), POLICY).then_one(FindingEnded, ending="plan-revised", project_id=PROJECT_ID)
    given(FINDING).when(end(), OFFICE).rejected("role_not_allowed")
    assert told(given(FINDING).when(end().model_copy(update={"round_id": None}), POLICY)) == ("finding_not_known", None, {"finding": FOUND})
    ended = given(FINDING).and_then(end(), POLICY)
    ended.when(end(), POLICY).nothing()
    ended.when(leave(), INSPECTOR).rejected("finding_already_ended")


def test_a_notice_about_a_finding_or_a_plan_revised_because_of_it_ends_it() -> None:
    letter = issued().model_copy(update={"finding_ids": (FOUND, OTHER)})
    ends = [command for command in follow_up_notice(letter, meta(letter, "supervision")) if isinstance(command, EndFinding)]
    assert ends == [EndFinding(finding_id=finding, ending="notice", notice_id=NOTICE_ID) for finding in (FOUND, OTHER)]
    revised = PlanRevised(project_id=PROJECT_ID, unit="T1", text="加装三盏", finding_id=FOUND, revised_by="li")
    assert end_finding(revised, meta(revised, "projects")) == [EndFinding(finding_id=FOUND, ending="plan-revised", project_id=PROJECT_ID)]
    of_one_s_own = revised.model_copy(update={"finding_id": None})
    assert end_finding(of_one_s_own, meta(of_one_s_own, "projects")) == []


ANYBODY = st.sampled_from([OFFICE, LEADER, INSPECTOR, POLICY, by("unit", unit="T1"), by("inspector", unit="T1"), by("member")])
UNITS, FINDINGS = st.sampled_from(["T1", "D1", "T2"]), st.sampled_from([FOUND, OTHER])


class RoundStory(RuleBasedStateMachine):
    """Anybody asks for anything of a round and its findings; its closing sees the ends there are, as its handler looks them up."""

    def __init__(self) -> None:
        super().__init__()
        self.round: list[Event] = []
        self.findings: dict[UUID, list[Event]] = {FOUND: [], OTHER: []}
        self.told: list[Event] = []

    def ask(self, command: Any, actor: Actor) -> None:
        events = Scenario(ROUND, self.round, at=AT).when(command, actor).events
        self.round += events
        self.told += events

    @rule(
        command=st.one_of(st.just(OPEN), st.builds(inspect, UNITS), st.builds(find, FINDINGS, UNITS), st.builds(conclude, UNITS)),
        by=ANYBODY,
    )
    def somebody_works_on_the_round(self, command: Any, by: Actor) -> None:
        self.ask(command, by)

    @rule(finding=FINDINGS, revised=st.booleans(), by=ANYBODY)
    def a_finding_is_ended(self, finding: UUID, revised: bool, by: Actor) -> None:  # noqa: FBT001 - drawn
        if any(isinstance(event, FindingRecorded) and event.finding_id == finding for event in self.round):
            command = end(finding) if revised else leave(finding)
            events = Scenario(FINDING, self.findings[finding], at=AT).when(command, by).events
            self.findings[finding] += events
            self.told += events

    @rule(named=st.sets(FINDINGS), reason=st.sampled_from([None, "整改期未满"]), by=ANYBODY)
    def somebody_closes_it(self, named: set[UUID], reason: str | None, by: Actor) -> None:
        ended = tuple(finding for finding, events in self.findings.items() if events)
        self.ask(CloseRound(round_id=ROUND_ID, leaving_open=tuple(sorted(named)), reason=reason, ended=ended), by)

    @invariant()
    def nothing_is_swept_under(self) -> None:
        visited: set[str] = set()
        open_now: set[UUID] = set()
        concluded: set[str] = set()
        for event in self.told:
            match event:
                case UnitInspected():
                    visited.add(event.unit)
                case FindingRecorded():
                    assert event.unit in visited
                    open_now.add(event.finding_id)
                case FindingEnded():
                    open_now.remove(event.finding_id)
                case ConclusionReturned():
                    assert event.unit in visited - concluded
                    concluded.add(event.unit)
                case RoundClosed():
                    assert visited == concluded
                    assert set(event.open_findings) == open_now
                    assert event.reason or not open_now
        closings = [isinstance(event, RoundClosed) for event in self.round]
        assert not any(closings[:-1])

    @invariant()
    def figures_reconcile(self) -> None:
        facts = [Fact(event, meta(event, "supervision", position=at, version=at)) for at, event in enumerate(self.told, 1)]
        rows = folded([ROUND_BOARD, UNIT_VISITS, FINDING_BOARD], facts)
        if not self.round:
            return
        board, findings = rows["round_board"][ROUND_ID,], rows["finding_board"].values()
        assert board.findings == len(findings) == sum(row.findings for row in rows["unit_visits"].values())
        assert board.findings_ended == sum(row.status == "ended" for row in findings)
        assert board.visits == sum(len(row.days) for row in rows["unit_visits"].values())


RoundStory.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
test_no_order_of_asking_sweeps_a_finding_under = RoundStory.TestCase
