"""Things: made, renamed, owned, broken; a projection of them, a policy, a timer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from shared.kernel.commands import CommandHandler
from shared.kernel.envelope import Meta
from shared.kernel.errors import Rejected
from shared.kernel.events import Contract, Event
from shared.kernel.ids import uuid7
from shared.kernel.projection import Projection
from shared.kernel.rules import Asked, Command, Decider, FromPlatform, Policy
from shared.kernel.sealed import Sealed


class ThingMade(Event):
    thing_id: UUID
    name: str


class ThingRenamed(Event):
    thing_id: UUID
    name: str


class ThingBroken(Event):
    thing_id: UUID
    name: str = ""


class ThingOwned(Event):
    thing_id: UUID
    owner: Sealed


class MakeThing(Command):
    thing_id: Annotated[UUID, FromPlatform]
    name: str


class RenameThing(Command):
    thing_id: Annotated[UUID, FromPlatform]
    name: str


class BreakThing(Command):
    thing_id: UUID


class OwnThing(Command):
    thing_id: UUID
    person: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Thing:
    name: str | None = None
    renamed: int = 0
    broken: bool = False


@dataclass(slots=True)
class ThingRow:
    thing_id: UUID
    name: str | None = None
    changes: int = 0
    last: int = 0
    names: list[str] | None = None


def evolve(thing: Thing, event: Event) -> Thing:
    if isinstance(event, ThingBroken):
        return replace(thing, broken=True)
    if isinstance(event, ThingOwned):
        return thing
    return replace(thing, name=event.name, renamed=thing.renamed + isinstance(event, ThingRenamed))  # type: ignore[attr-defined]


def decide(command: Command, thing: Thing, asked: Asked) -> Sequence[Event]:
    match command:
        case MakeThing():
            asked.actor.require("maker", "system")
            return [] if thing.name is not None else [ThingMade(thing_id=command.thing_id, name=command.name)]
        case RenameThing():
            if thing.name is None:
                raise Rejected("not_found")
            if thing.name == command.name:
                raise Rejected("need_already_closed")
            return [ThingRenamed(thing_id=command.thing_id, name=command.name)]
        case BreakThing():
            return [] if thing.broken else [ThingBroken(thing_id=command.thing_id)]
        case OwnThing():
            return [ThingOwned(thing_id=command.thing_id, owner=Sealed.of(command.person, command.name))]
        case _:
            raise AssertionError(command)


def _letters() -> str:
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid7().hex[-10:])


class Things:
    """One service of its own name, so that topics and lanes are never shared between tests."""

    def __init__(self) -> None:
        self.contract = Contract(f"things{_letters()}", [ThingMade, ThingRenamed, ThingBroken, ThingOwned])
        self.decider: Decider[Thing] = Decider(self.contract, Thing(), evolve, decide)
        stream = CommandHandler(self.decider, stream=lambda command, _county: f"thing-{command.thing_id}")
        self.handlers = {MakeThing: replace(stream, opens=True), RenameThing: stream, BreakThing: stream, OwnThing: stream}
        self.board = board()
        self.shelf = board("thing_shelf", unfit="unkeepable")
        self.shelf.kept = True
        self.policy = Policy("break_when_renamed", on=ThingRenamed, do=lambda event, _meta: [BreakThing(thing_id=event.thing_id)])


def board(name: str = "thing_board", unfit: str = "poison") -> Projection[ThingRow]:
    """Return the projection; a thing named `poison` cannot be folded, one named `unstorable` not be stored."""
    projection = Projection(name, row=ThingRow, key="thing_id")

    def fold(row: ThingRow, event: ThingMade | ThingRenamed, meta: Meta) -> None:
        if event.name == unfit:
            raise LookupError("this name cannot be folded")
        row.name = "a\x00b" if event.name == "unstorable" else event.name
        row.changes += 1
        row.last = meta.position
        row.names = [*(row.names or []), event.name]

    projection.on(ThingMade)(fold)
    projection.on(ThingRenamed)(fold)
    return projection
