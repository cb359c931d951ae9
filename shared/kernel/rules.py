"""What rules are made of, and nothing else: commands, what they are asked in, deciders, policies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.kernel.actor import Actor
from shared.kernel.envelope import Meta
from shared.kernel.events import Contract, Event


class FromPlatform:
    """Marks a command's field that the platform fills in (ids, path, facts looked up), never the caller."""


class Command(BaseModel):
    """A request to change something: strict, complete, with its time, ids and actor inside."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """The circumstances of a command: who, where, when, under which id, because of what."""

    county: str
    actor: Actor
    at: datetime
    command_id: UUID
    correlation_id: str
    causation_id: str | None = None
    caused_at: datetime | None = None
    expected: int | None = None
    """The stream version the user acted on (`If-Match`), where they said."""
    fingerprint: bytes = b""
    traceparent: str | None = None


S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """The rules of one aggregate: its state before anything happened, how facts change it, what a command makes happen.

    `decide(command, state, asked)` returns the new facts, none when nothing changes, or raises Rejected; both are pure.
    """

    contract: Contract
    initial: S
    evolve: Callable[[S, Any], S]
    decide: Callable[[Any, S, Asked], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Policy:
    """What follows from one kind of fact. `do(event, meta)` is pure and returns the commands to give.

    `also` are further facts of the same topic: facts of one stream are reacted to in their order, which separate policies
    would not keep between each other.
    """

    name: str
    on: type[Event]
    do: Callable[[Any, Meta], Sequence[Command]]
    also: tuple[type[Event], ...] = ()

    @property
    def facts(self) -> tuple[type[Event], ...]:
        """Every fact it reacts to."""
        return (self.on, *self.also)
