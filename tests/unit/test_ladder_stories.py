"""What is listed, and climbs in any order of facts, people and timers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.supervision.commands.watches import DelistSubject, ListEscalated, NameListingOwner, listing_of
from services.supervision.decider import LISTING, WATCH
from services.supervision.policies import list_escalated
from services.supervision.projections import ESCALATIONS, LISTING_BOARD, TIMERS, WATCH_BOARD
from shared.contracts.ladders import (
    EscalationDue,
    ListingOwnerNamed,
    SubjectDelisted,
    SubjectEscalated,
    SubjectListed,
    WatchDeadlineMoved,
    WatchEnded,
    WatchPaused,
    WatchResumed,
    WatchStarted,
)
from shared.kernel.actor import Actor
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.testing import Scenario, by, given
from shared.kernel.workdays import end_of
from tests.support.a_ladder import (
    ANYBODY,
    DELIST,
    FACTS,
    LIST,
    LISTING_ID,
)
from tests.support.a_watch import (
    LEADER,
    OFFICE,
    POLICY,
    PROJECT,
    TIMER,
    WATCH_ID,
    climb,
    escalate,
)
from tests.support.envelopes import meta
from tests.support.events import folded
from tests.support.refusals import told


def test_what_climbed_to_the_top_is_listed_also_while_nobody_owns_it() -> None:
    top = SubjectEscalated(
        watch_id=WATCH_ID,
        subject="unowned-need",
        subject_id=PROJECT,
        unit=None,
        climb=1,
        rung=3,
        step="listed-supervision",
        due_on=date(2021, 11, 8),
        on=date(2021, 11, 20),
        moved_by="leader",
        escalated_by="leader-7",
        remark=None,
        next_on=None,
    )
    (command,) = list_escalated(top, meta(top, "supervision"))
    assert command == ListEscalated(subject="need", subject_id=PROJECT, owner=None, watch_id=WATCH_ID)
    assert list_escalated(top.model_copy(update={"step": "bulletin"}), meta(top, "supervision")) == []
    listed = given(LISTING).and_then(command, POLICY)
    listed.when(command, POLICY).nothing()
    own = DelistSubject(listing_id=listing_of("need", PROJECT), evidence="已办", digest="a" * 64)
    listed.when(own, LEADER).rejected("listing_without_owner")
    named = NameListingOwner(listing_id=own.listing_id, owner="T1")
    listed.when(named, OFFICE).then(ListingOwnerNamed(listing_id=own.listing_id, owner="T1", named_by="xjb-1"))
    listed.and_then(named, OFFICE).when(named, OFFICE).nothing()
    listed.and_then(named, OFFICE).when(own, LEADER).then_one(SubjectDelisted, digest="a" * 64)


def test_a_leader_lists_for_a_reason_and_takes_off_on_evidence() -> None:
    given(LISTING).when(LIST, OFFICE).rejected("role_not_allowed")
    given(LISTING).when(LIST.model_copy(update={"criterion": "ladder"}), LEADER).rejected("criterion_not_yours")
    for spelt in ("430523100", PROJECT.upper()):
        given(LISTING).when(LIST.model_copy(update={"subject_id": spelt}), LEADER).rejected("subject_not_known")
    given(LISTING).when(LIST.model_copy(update={"subject": "unit", "subject_id": "T2"}), LEADER).then_one(SubjectListed, subject="unit")
    listed = given(LISTING).and_then(LIST, LEADER)
    assert isinstance(listed.history[0], SubjectListed)
    assert (listed.history[0].listing_id, listed.history[0].owner, listed.history[0].reason) == (LISTING_ID, "T1", "群众反映强烈")
    listed.when(LIST, LEADER).rejected("subject_already_listed")
    listed.when(DELIST, OFFICE).rejected("role_not_allowed")
    listed.when(DELIST, by("leader", unit="T1")).rejected("own_item")
    off = listed.and_then(DELIST, LEADER)
    off.when(DELIST, LEADER).rejected("subject_not_listed")
    off.when(LIST, LEADER).then_one(SubjectListed, owner="T1")
    assert told(given(LISTING).when(DELIST, LEADER)) == ("not_found", None, {})
    board = folded([LISTING_BOARD], [Fact(event, meta(event, "supervision")) for event in off.and_then(LIST, LEADER).history])
    row = board["listing_board"][LISTING_ID,]
    assert (row.status, row.times, row.evidence) == ("listed", 2, None)


def test_nobody_helps_their_own_unit_off_the_list() -> None:
    own = by("leader", unit="T1")
    elsewhere = NameListingOwner(listing_id=LISTING_ID, owner="T2")
    listed = given(LISTING).and_then(LIST, LEADER)
    for actor in (own, by("office", unit="T1")):
        listed.when(elsewhere, actor).rejected("own_item")
    listed.and_then(elsewhere, LEADER).when(DELIST, own).then_one(SubjectDelisted)
    unit = LIST.model_copy(update={"subject": "unit", "subject_id": "T1", "owner": "T2"})
    given(LISTING).and_then(unit, LEADER).when(DELIST, own).rejected("own_item")


class WatchStory(RuleBasedStateMachine):
    """Facts, timers and people in any order over some weeks; every timer row that is due is given, as the sweeper does."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2021, 11, 1, 4, tzinfo=UTC)
        self.story: list[Event] = []
        self.given: set[tuple[Any, Any]] = set()

    def ask(self, command: Any, actor: Actor) -> None:
        self.story += Scenario(WATCH, self.story, at=self.at).when(command, actor).events

    @rule(command=FACTS)
    def a_fact_is_heard(self, command: Any) -> None:
        self.ask(command, POLICY)

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule()
    def timers_ring(self) -> None:
        rows = self.rows()["timers"].values()
        for row in sorted((row for row in rows if not row.settled and row.due_at <= self.at), key=lambda row: row.timer_id):
            if (row.timer_id, row.due_at) not in self.given:
                self.given.add((row.timer_id, row.due_at))
                self.ask(climb(row.payload["rung"], row.payload["climb"]), TIMER)

    @rule(rung=st.integers(1, 5), actor=ANYBODY)
    def somebody_escalates(self, rung: int, actor: Actor) -> None:
        self.ask(escalate(rung), actor)

    @rule(command=st.one_of(FACTS, st.builds(climb, st.integers(1, 5), st.integers(1, 3))), actor=ANYBODY)
    def somebody_asks_for_what_is_not_theirs(self, command: Any, actor: Actor) -> None:
        before = len(self.story)
        self.ask(command, actor)
        assert "system" in actor.roles or len(self.story) == before

    def rows(self) -> dict[str, dict[Any, Any]]:
        facts = [Fact(event, meta(event, "supervision", position=at, version=at)) for at, event in enumerate(self.story, 1)]
        return folded([WATCH_BOARD, ESCALATIONS, TIMERS], facts)

    @invariant()
    def the_story_is_whole(self) -> None:
        paused = running = False
        rungs: tuple[Any, ...] = ()
        reached = number = 0
        waiting = False
        for event in self.story:
            match event:
                case WatchStarted() | WatchDeadlineMoved() | WatchResumed():
                    assert running is not isinstance(event, WatchStarted)
                    assert event.climb == number + 1
                    number, rungs, reached, waiting, running = event.climb, event.rungs, 0, False, True
                    paused = paused and isinstance(event, WatchDeadlineMoved)
                case WatchPaused():
                    assert running
                    assert not paused
                    paused, waiting = True, False
                case WatchEnded():
                    assert running
                    running = paused = waiting = False
                case EscalationDue():
                    assert running
                    assert not paused
                    assert not waiting
                    assert event.rung == reached + 1
                    assert rungs[reached].moved_by != "clock"
                    waiting = True
                case SubjectEscalated():
                    assert running
                    assert not paused
                    assert event.climb == number
                    assert event.rung == reached + 1
                    assert event.on > rungs[reached].on
                    assert waiting is (rungs[reached].moved_by != "clock")
                    reached, waiting = event.rung, False

    @invariant()
    def figures_reconcile(self) -> None:
        rows = self.rows()
        climbed = [event for event in self.story if isinstance(event, SubjectEscalated)]
        assert len(climbed) == sum(row.escalated_on is not None for row in rows["escalations"].values())
        if not self.story:
            return
        board, state = rows["watch_board"][WATCH_ID,], Scenario(WATCH, self.story).state()
        status = "ended" if not state.running else "paused" if state.paused else "waiting" if state.waits else "watching"
        assert (board.status, board.reached, board.due_on) == (status, state.reached, state.due_on)
        ringing = [row for row in rows["timers"].values() if not row.settled]
        wanted = status == "watching" and state.next is not None
        assert len(ringing) == wanted
        assert not ringing or ringing[0].due_at == end_of(state.next.on)
        assert not ringing or (ringing[0].timer_id, ringing[0].due_at) not in self.given


WatchStory.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


test_no_order_of_facts_people_and_timers_breaks_a_watch = WatchStory.TestCase
