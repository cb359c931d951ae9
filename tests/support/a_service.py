"""A service under whatever anybody asks: its own table and rules decide over streams in memory, its read models are folded beside them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
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


def anything(usual: Sequence[Ask], odd: Sequence[Ask], anybody: Sequence[Actor]) -> st.SearchStrategy[int | Ask]:
    """Return what may be asked: something usual by number, something usual or odd, or anything of these by anybody."""
    commands = [command for command, _ in (*usual, *odd)]
    by_anybody = st.tuples(st.sampled_from(commands), st.sampled_from(anybody))
    return st.one_of(st.integers(0, 99), st.integers(100, 199), st.sampled_from(usual), st.sampled_from(odd), by_anybody)


class Service(RuleBasedStateMachine):
    """One service of one county in memory. Every event is written and read back before anybody sees it, as the log would.

    `reached` counts what all runs together came to: kinds of events, and codes of refusals.
    """

    handlers: ClassVar[Mapping[type[Command], CommandHandler[Any]]]
    reads: ClassVar[Sequence[Projection[Any]]]
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
        self._rung: set[tuple[UUID, datetime]] = set()
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

    def picked(self, choice: int | Ask, usual: Sequence[Ask]) -> Sequence[Ask]:
        """Return what is asked: what was drawn as it is, or by its number one of the usual that would make something happen now, if any.

        Anything drawn blindly seldom gets anywhere; what is usual alone never meets a guard. Every kind of fact has the same chance.
        """
        if not isinstance(choice, int):
            return [choice]
        would: dict[tuple[type[Event], ...], list[Ask]] = {}
        for ask in usual:
            if events := self._decided(*ask).events:
                would.setdefault(tuple(type(event) for event in events), []).append(ask)
        if not would:
            return []
        number = choice + self._asked  # counted on, as nothing is drawn as often as nought
        asks = list(would.values())[number % len(would)]
        return [asks[number // len(would) % len(asks)]]

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
                command = named[row.command].model_validate(row.payload, strict=False)
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
