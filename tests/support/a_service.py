"""A service under whatever anybody asks: its own table and rules decide over streams in memory, its read models are folded beside them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from types import UnionType
from typing import Any, ClassVar, get_args
from uuid import UUID

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from shared.kernel.actor import Actor
from shared.kernel.commands import CommandHandler
from shared.kernel.errors import Rejected
from shared.kernel.events import Event, dump, load
from shared.kernel.projection import Fact, Projection
from shared.kernel.rules import Asked, Command, Decider, Policy
from shared.kernel.sealed import persons_to_seal
from shared.kernel.sealing import KEY_BYTES, Context, seal
from shared.kernel.testing import COUNTY, Outcome
from shared.kernel.timers import TimerRow
from shared.kernel.workdays import business_day
from tests.support.envelopes import meta
from tests.support.events import Rows, folded

Ask = tuple[Command, Actor]
Choice = int | tuple[int, Actor | None] | Ask


def together(kinds: Iterable[tuple[list[Ask], list[Ask]]]) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about several things."""
    usual, odd = zip(*kinds, strict=True)
    return list(chain.from_iterable(usual)), list(chain.from_iterable(odd))


def anything(usual: Sequence[Ask], odd: Sequence[Ask], anybody: Sequence[Actor]) -> st.SearchStrategy[Choice]:
    """Return what may be asked: by number, of what would work now or be refused; what is usual or odd as it stands; anything by anybody."""
    somebody, by_number = st.sampled_from(anybody), st.integers(0, 99)
    by_anybody = st.tuples(st.sampled_from([command for command, _ in (*usual, *odd)]), somebody)
    as_they_stand = (st.sampled_from(usual), st.sampled_from(odd), by_anybody)
    return st.one_of(by_number, st.tuples(by_number, somebody), st.tuples(by_number, st.none()), *as_they_stand)


class Service(RuleBasedStateMachine):
    """One service of one county in memory. Every event is written and read back before anybody sees it, as the log would.

    `usual` is what people ask of each other as a rule, `odd` what some guard should meet; `reached` counts what all runs together
    came to: kinds of events, and codes of refusals.
    """

    handlers: ClassVar[Mapping[type[Command], CommandHandler[Any]]]
    reads: ClassVar[Sequence[Projection[Any]]]
    usual: ClassVar[Sequence[Ask]]
    odd: ClassVar[Sequence[Ask]]
    reached: ClassVar[Counter[str]]

    def __init_subclass__(cls) -> None:
        cls.reached = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2021, 11, 1, 4, tzinfo=UTC)
        self.told: list[Fact] = []
        self.rows: Rows = {projection.name: {} for projection in self.reads}
        self._streams: dict[str, tuple[Any, int]] = {}
        self._heard: Counter[str] = Counter()
        self._rung: set[tuple[UUID, datetime | None]] = set()
        self._asked = 0

    @property
    def today(self) -> date:
        """The business day."""
        return business_day(self.at)

    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.at += timedelta(days=days)

    def state(self, decider: Decider[Any], stream: str) -> Any:
        """Return what the rules remember of a stream."""
        return self._streams.get(stream, (decider.initial, 0))[0]

    def version(self, stream: str) -> int:
        """Return how many events a stream has."""
        return self._streams.get(stream, (None, 0))[1]

    def events(self, *kinds: type[Event]) -> list[Any]:
        """Return what was told of these kinds, in order."""
        return [fact.event for fact in self.told if isinstance(fact.event, kinds)]

    def now(self, command: Any, _actor: Actor) -> Command:
        """Return a command with days that fit the present."""
        asked: Command = command
        return asked

    def prepared(self, command: Command) -> Command:
        """Return a command with what its handler would have looked up."""
        return command

    def ask(self, command: Command, actor: Actor) -> Outcome:
        """Let the rules decide; tell what they make of it."""
        note((actor.sub, actor.roles, command))
        self._asked += 1
        outcome = self._decided(command, actor)
        if outcome.refusal is not None:
            self.reached[outcome.refusal.code] += 1
        handler = self.handlers[type(command)]
        stream = handler.stream(command, COUNTY)
        for event in outcome.events:
            self.allowed(self.state(handler.decider, stream), event, actor)
            self._tell(handler.decider, stream, _stored(handler.decider, stream, event))
        return outcome

    def allowed(self, before: Any, event: Any, actor: Actor) -> None:
        """Assert that a fact may follow on a state, and from whom it comes."""

    def go(self, choice: Choice) -> None:
        """Ask what was drawn; or, by its number, something usual that makes a fact now, something that somebody can do, something refused.

        Anything drawn blindly seldom gets anywhere, what works never meets a guard, and a guard that is missing is met by who should have
        been kept out. Every kind of fact, and every refusal, has the same chance.
        """
        match choice:
            case int():
                self._one_of(choice, self.usual, refused=False)
            case (int() as number, Actor() as actor):
                self._one_of(number, [(command, actor) for command, _ in (*self.usual, *self.odd)], refused=False)
            case (int() as number, None):
                self._one_of(number, (*self.usual, *self.odd), refused=True)
            case (Command() as command, Actor() as actor):
                self.ask(self.now(command, actor), actor)

    def _one_of(self, number: int, asks: Sequence[Ask], *, refused: bool) -> None:
        would: dict[Any, list[Ask]] = {}
        for drawn, actor in asks:
            command = self.now(drawn, actor)
            outcome = self._decided(command, actor)
            kind = outcome.refusal.code if outcome.refusal is not None else tuple(type(event) for event in outcome.events)
            if kind and isinstance(kind, str) is refused:
                would.setdefault(kind, []).append((command, actor))
        if would:
            number += self._asked  # counted on, as nothing is drawn as often as nought
            found = list(would.values())[number % len(would)]
            self.ask(*found[number // len(would) % len(found)])

    def learn(self, event: Event, service: str) -> None:
        """Hear a fact of another service."""
        self._keep(Fact(event, meta(event, service, position=len(self.told) + 1)._replace(recorded_at=self.at)))

    def hear(self, policy: Policy, facts: int) -> None:
        """Let a policy react to so many facts more, in their order; to each twice, which changes nothing."""
        for fact in self.told[self._heard[policy.name] :][:facts]:
            self._heard[policy.name] += 1
            if isinstance(fact.event, policy.facts):
                for command in policy.do(fact.event, fact.meta):
                    self.ask(command, Actor.system(policy.name))
                    assert not self.ask(command, Actor.system(policy.name)).events

    def ring(self, timer: Actor, *kinds: type[Command]) -> None:
        """Give the commands of all that is due, each twice, as a sweeper may that starts anew."""
        named = {kind.__name__: kind for kind in kinds}
        while due := self._due():
            for row in due:
                self._rung.add((row.timer_id, row.due_at))
                command = named[row.command or ""].model_validate(row.payload, strict=False)
                self.ask(command, timer)
                assert not self.ask(command, timer).events

    def _due(self) -> Sequence[TimerRow]:
        running = [row for row in self.rows["timers"].values() if not row.settled and (row.timer_id, row.due_at) not in self._rung]
        return sorted((row for row in running if row.due_at <= self.at), key=lambda row: (row.due_at, row.timer_id))

    def _decided(self, command: Command, actor: Actor) -> Outcome:
        handler = self.handlers[type(command)]
        command_id = UUID(int=self._asked)
        asked = Asked(county=COUNTY, actor=actor, at=self.at, command_id=command_id, correlation_id=str(command_id))
        try:
            state = self.state(handler.decider, handler.stream(command, COUNTY))
            return Outcome(events=handler.decider.decide(self.prepared(command), state, asked))
        except Rejected as refusal:
            return Outcome(refusal=refusal)

    def _tell(self, decider: Decider[Any], stream: str, event: Event) -> None:
        self.reached[type(event).__name__] += 1
        version = self.version(stream) + 1
        self._streams[stream] = (decider.evolve(self.state(decider, stream), event), version)
        envelope = meta(event, decider.contract.service, position=len(self.told) + 1, stream=stream, version=version)
        self._keep(Fact(event, envelope._replace(recorded_at=self.at)))

    def _keep(self, fact: Fact) -> None:
        self.told.append(fact)
        self.rows = folded(self.reads, [fact], onto=self.rows)


def _stored(decider: Decider[Any], stream: str, event: Event) -> Event:
    keys = dict.fromkeys(persons_to_seal(event), bytes(KEY_BYTES))
    sealed = seal(event, Context(COUNTY, stream, UUID(int=0)), keys)
    name = type(event).__name__
    return decider.contract.read(name, decider.contract.dataschema(name), load(dump(sealed)))


def every(facts: UnionType) -> set[str]:
    """Return the names of all facts of an aggregate."""
    return {fact.__name__ for fact in get_args(facts)}


def explore(machine: type[Service], *, examples: int, steps: int, reaching: Collection[str]) -> None:
    """Run a machine, and see that it came wherever it had to come: a state never reached proves nothing."""
    bounds = settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=bounds)
    missed = sorted(set(reaching) - machine.reached.keys())
    assert not missed, f"no run came to {missed}"
