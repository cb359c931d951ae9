"""What is regular, under rules that come and go, hearings and any clock: no week or month is missed twice, left out, or gone back to."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.supervision.commands.hearings import BeginCadence, HoldActivity, HoldHearing, TurnPeriod
from services.supervision.decider import CADENCE, HEARING
from services.supervision.decider.cadence import last_day_of, period_of
from services.supervision.handlers import HANDLERS
from services.supervision.policies import BEGIN_CADENCE, HOLD_ACTIVITY
from services.supervision.projections import CADENCE_BOARD, TIMERS
from services.supervision.state.hearings import Cadence, CadenceEvent
from shared.contracts.inspections import ActivityExpected, ActivityHeld, ActivityMissed, CadenceEnded, Every, HearingHeld
from shared.contracts.profile import Cadence as Regular
from shared.contracts.profile import Profile, SupervisionRules
from shared.contracts.projects import CountyProfileAdopted
from shared.kernel.actor import SYSTEM, Actor
from shared.kernel.derived import derived
from shared.kernel.rules import Command
from shared.kernel.testing import by
from shared.kernel.workdays import end_of
from tests.support.a_notice import INSPECTOR, LEADER, OFFICE, TIMER, TOWN
from tests.support.a_project import PROFILE
from tests.support.a_service import Ask, Service, anything, every, explore

EVERY: tuple[Every, ...] = ("week", "month")
STREAMS = {at: f"cadence-{derived('cadence', 'dispatch-meeting', at)}" for at in EVERY}
HEARINGS = [UUID(int=number) for number in range(1, 7)]
ANYBODY = (OFFICE, INSPECTOR, LEADER, TOWN, by("member"), by("auditor"), by("citizen"))
BACK = {hearing: timedelta(days=days) for hearing, days in zip(HEARINGS, (0, 0, 2, 9, 30, 60), strict=True)}


def hold(reference: UUID, at: Every) -> HoldActivity:
    return HoldActivity(activity="dispatch-meeting", every=at, reference_id=reference)


USUAL: list[Ask] = [
    *((HoldHearing(hearing_id=each, title="调度会", held_on=date(2021, 11, 1), chaired_by="leader-1"), OFFICE) for each in HEARINGS),
    *((hold(reference, at), OFFICE) for reference in HEARINGS for at in EVERY),
]
ODD: list[Ask] = [
    *((hold(UUID(int=99), at), LEADER) for at in EVERY),
    *((BeginCadence(activity="dispatch-meeting", every=at, since=date(2021, 11, 1)), OFFICE) for at in EVERY),
    *((TurnPeriod(activity="dispatch-meeting", every=at, period="2021-11"), OFFICE) for at in EVERY),
]
ADOPTIONS = st.tuples(st.sampled_from([None, *EVERY, *EVERY]), st.sampled_from((-30, 0, 0, 5, 40)))


class Regularity(Service):
    """A county adopts rules that ask for a meeting every week, every month or not at all; policies hear of it, and of meetings, late."""

    handlers = HANDLERS
    reads = (CADENCE_BOARD, TIMERS)

    def __init__(self) -> None:
        super().__init__()
        self.adopt("month", 0)
        self.hear(BEGIN_CADENCE, 1)

    def adopt(self, asks_for: Every | None, days: int) -> None:
        cadence = () if asks_for is None else (Regular(activity="dispatch-meeting", every=asks_for),)
        rules = {"version": f"v{len(self.told)}", "effective_from": self.today + timedelta(days=days)}
        profile = PROFILE.model_copy(update={**rules, "supervision": SupervisionRules(cadence=cadence)})
        self.learn(CountyProfileAdopted(profile=profile), "projects")

    @rule(
        choice=anything(USUAL, ODD, ANYBODY) | ADOPTIONS,
        days=st.sampled_from((0, 0, 1, 3, 10, 40)),
        hear=st.sampled_from((0, 1, 3)),
    )
    def go_on(self, choice: int | Ask | tuple[Every | None, int], days: int, hear: int) -> None:
        self.pass_days(days)
        self.ring(TIMER, TurnPeriod)
        match choice:
            case (None | "week" | "month" as asks_for, int(after)):
                self.adopt(asks_for, after)
            case _:
                drawn = choice if isinstance(choice, int) else self.now(*choice)
                for command, actor in self.picked(drawn, [self.now(*ask) for ask in USUAL]):
                    self.ask(command, actor)
        self.hear(BEGIN_CADENCE, hear)
        self.hear(HOLD_ACTIVITY, hear)
        self.ring(TIMER, TurnPeriod)

    def now(self, command: Any, actor: Actor) -> Ask:
        """Let a hearing be so many days ago."""
        if isinstance(command, HoldHearing):
            command = command.model_copy(update={"held_on": self.today - BACK[command.hearing_id]})
        return command, actor

    def prepared(self, command: Command) -> Command:
        match command:
            case HoldActivity():
                return command.model_copy(update={"held_on": self.state(HEARING, f"hearing-{command.reference_id}").held_on})
            case TurnPeriod():
                regular = self.in_force().supervision.cadence
                return command.model_copy(update={"still": any(each.every == command.every for each in regular)})
            case _:
                return command

    def in_force(self) -> Profile:
        """Return the latest rules that have taken effect, or are to."""
        profiles: list[Profile] = [event.profile for event in self.events(CountyProfileAdopted)]
        ranked = [(each.effective_from <= self.today, each.effective_from, number) for number, each in enumerate(profiles)]
        return profiles[max(ranked)[2]]

    def cadence(self, at: Every) -> Cadence:
        state: Cadence = self.state(CADENCE, STREAMS[at])
        return state

    def allowed(self, before: Any, event: Any, actor: Actor) -> None:
        if isinstance(event, HearingHeld):
            return
        told = [each for each in self.events(ActivityExpected, ActivityMissed) if each.every == event.every]
        expected = {each.period: each for each in told if isinstance(each, ActivityExpected)}
        assert actor.has(SYSTEM) or isinstance(event, ActivityHeld)
        match event:
            case ActivityExpected():
                assert event.due_on > max((each.due_on for each in expected.values()), default=date.min)
                follows = event.due_on if before.period is None else last_day_of(before.period, event.every) + timedelta(days=1)
                assert (event.period, event.due_on) == period_of(follows, event.every)
            case ActivityMissed():
                assert event.period == before.period
                assert self.at >= end_of(event.due_on)
                assert event.period not in {each.period for each in told if isinstance(each, ActivityMissed)}
                assert event.period not in {period for period, _ in before.held}
            case ActivityHeld():
                assert event.period in expected
                assert (event.period, event.reference_id) not in before.held
                assert event.held_on <= self.today
                assert period_of(event.held_on, event.every)[0] == event.period
            case CadenceEnded():
                assert event.period == before.period
                assert self.at >= end_of(last_day_of(event.period, event.every))
                assert event.every not in {regular.every for regular in self.in_force().supervision.cadence}
            case _:
                raise AssertionError(event)

    @invariant()
    def what_is_due_has_a_clock_that_rings_at_its_end(self) -> None:
        running = {row.payload["every"]: row for row in self.rows["timers"].values() if not row.settled}
        for at in EVERY:
            period = self.cadence(at).period
            assert (period is None) is (at not in running)
            if period is not None:
                assert (running[at].payload["period"], running[at].due_at) == (period, end_of(last_day_of(period, at)))
                assert running[at].due_at > self.at

    @invariant()
    def the_board_says_what_the_rules_remember(self) -> None:
        for (_, at, period), row in self.rows["cadence_board"].items():
            state = self.cadence(at)
            held = [str(reference) for of, reference in state.held if of == period]
            assert (row.held, sorted(row.reference_ids)) == (len(held), sorted(held))
            assert (row.missed, row.position is not None) == (period in state.missed, True)
            assert row.status == ("held" if held else "missed" if row.missed else "due")
            assert row.status != "due" or period == state.period
            assert not (row.final and period == state.period)
        periods = [(event.every, event.period) for event in self.events(ActivityExpected)]
        assert sorted(periods) == sorted((at, period) for _, at, period in self.rows["cadence_board"])


def test_no_order_of_rules_meetings_and_clocks_breaks_what_is_regular() -> None:
    refused = {"reference_not_known", "activity_not_due", "role_not_allowed"}
    explore(Regularity, examples=60, steps=40, reaching={*every(CadenceEvent), *refused})
