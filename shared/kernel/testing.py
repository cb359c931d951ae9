"""Given/when/then for deciders: history is events, never rows or mocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.kernel.actor import Actor
from shared.kernel.errors import Rejected
from shared.kernel.events import Event, dump, load
from shared.kernel.rules import Asked, Decider
from shared.kernel.sealed import persons_to_seal

COUNTY = "430523"
_AT = datetime(2021, 11, 1, 1, 0, tzinfo=UTC)
_COMMAND_ID = UUID("0199c1a8-0000-7000-8000-000000000001")


def by(*roles: str, sub: str = "li", unit: str | None = None, branch: str | None = None) -> Actor:
    """Return an actor of these roles."""
    return Actor(sub=sub, roles=roles, unit=unit, branch=branch)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision came to: events, or a refusal."""

    events: Sequence[Event] = ()
    refusal: Rejected | None = None

    def then(self, *expected: Event) -> None:
        """Assert exactly these events."""
        assert self.refusal is None, f"rejected: {self.refusal.code}"
        assert list(self.events) == list(expected)

    def then_one(self, event_type: type[Event], /, **fields: object) -> Event:
        """Assert one event of this type, with these fields among its own; return it."""
        assert self.refusal is None, f"rejected: {self.refusal.code}"
        assert [type(event) for event in self.events] == [event_type]
        event = self.events[0]
        assert {name: getattr(event, name) for name in fields} == fields
        return event

    def nothing(self) -> None:
        """Assert that nothing happened and nothing was refused."""
        self.then()

    def rejected(self, code: str) -> None:
        """Assert a refusal with this code."""
        assert self.refusal is not None, f"not rejected: {list(self.events)}"
        assert self.refusal.code == code


@dataclass(frozen=True, slots=True)
class Scenario:
    """A decider with a history; every event is written and read back first, as the log would."""

    decider: Decider[Any]
    history: Sequence[Event] = ()
    county: str = COUNTY
    at: datetime = field(default=_AT)

    def when(self, command: Any, actor: Actor) -> Outcome:  # noqa: ANN401 - any command the decider takes
        """Decide a command."""
        asked = Asked(county=self.county, actor=actor, at=self.at, command_id=_COMMAND_ID, correlation_id=str(_COMMAND_ID))
        try:
            return Outcome(events=self.decider.decide(command, self.state(), asked))
        except Rejected as refusal:
            return Outcome(refusal=refusal)

    def and_then(self, command: Any, actor: Actor) -> "Scenario":  # noqa: ANN401
        """Return the scenario after a command that must not be refused."""
        outcome = self.when(command, actor)
        assert outcome.refusal is None, f"rejected: {outcome.refusal.code}"
        return Scenario(self.decider, [*self.history, *outcome.events], self.county, self.at)

    def state(self) -> Any:  # noqa: ANN401 - the decider's state
        """Fold the history."""
        state = self.decider.initial
        for event in self.history:
            state = self.decider.evolve(state, self._stored(event))
        return state

    def _stored(self, event: Event) -> Event:
        if persons_to_seal(event):
            return event
        name = type(event).__name__
        return self.decider.contract.read(name, self.decider.contract.dataschema(name), load(dump(event)))


def given(decider: Decider[Any], *history: Event, county: str = COUNTY, at: datetime = _AT) -> Scenario:
    """Begin a test: what has happened."""
    return Scenario(decider, history, county, at)
