"""Decisions start from what a process remembers of a stream, and are never led astray by it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.kernel.actor import Actor
from shared.kernel.checkpoints import Progress
from shared.kernel.commands import Commands
from shared.kernel.errors import Rejected
from shared.kernel.event_log import wrapped_keys
from shared.kernel.ids import uuid7
from shared.kernel.rules import Asked, Command
from shared.kernel.sealing import Context, Sealer, SealingKey, unseal
from shared.kernel.states import States
from shared.kernel.tenancy import county_reading
from tests.support.lab import A, Lab
from tests.support.things.service import BreakThing, MakeThing, OwnThing, RenameThing, Thing, ThingOwned


def asked(*, command_id: UUID | None = None, expected: int | None = None) -> Asked:
    actor = Actor(sub="maker-1", roles=("maker",))
    return Asked(A, actor, datetime(2021, 11, 1, tzinfo=UTC), command_id or uuid7(), "c", expected=expected, fingerprint=b"f")


@pytest.fixture
def other(lab: Lab) -> Commands:
    """Return another process of the same service, as far as the log can tell."""
    return Commands(lab.things.handlers, lab.log, lab.appender, Sealer(b"k" * 32), lab.clock, Progress(lab.pool))


async def test_what_is_remembered_is_what_the_log_would_say(lab: Lab) -> None:
    thing = uuid7()
    commands: list[Command] = [MakeThing(thing_id=thing, name="lamp"), *(RenameThing(thing_id=thing, name=name) for name in "ab")]
    for command in [*commands, BreakThing(thing_id=thing)]:
        await lab.commands.execute(command, asked())
        read = await States(lab.log).last(A, lab.things.decider, f"thing-{thing}")
        assert lab.commands._states._known[A, f"thing-{thing}"] == replace(read, seen=lab.commands._states._known[A, f"thing-{thing}"].seen)
    assert read.state == Thing("b", 2, broken=True)


async def test_what_another_process_did_meanwhile_is_built_upon(lab: Lab, other: Commands) -> None:
    thing = uuid7()
    await lab.commands.execute(MakeThing(thing_id=thing, name="lamp"), asked())
    await other.execute(RenameThing(thing_id=thing, name="torch"), asked())
    answer = await lab.commands.execute(RenameThing(thing_id=thing, name="lantern"), asked())
    assert answer.version == 3


async def test_a_refusal_rests_on_the_last_state_and_not_on_a_remembered_one(lab: Lab, other: Commands) -> None:
    thing = uuid7()
    await lab.commands.execute(MakeThing(thing_id=thing, name="lamp"), asked())
    with pytest.raises(Rejected, match="need_already_closed"):
        await lab.commands.execute(RenameThing(thing_id=thing, name="lamp"), asked())
    await other.execute(RenameThing(thing_id=thing, name="torch"), asked())
    assert (await lab.commands.execute(RenameThing(thing_id=thing, name="lamp"), asked())).version == 3


async def test_that_nothing_changes_rests_on_the_last_state_too(lab: Lab, other: Commands) -> None:
    first, second = uuid7(), uuid7()
    for thing in (first, second):
        await lab.commands.execute(MakeThing(thing_id=thing, name="lamp"), asked())
        await other.execute(BreakThing(thing_id=thing), asked())
    assert (await lab.commands.execute(BreakThing(thing_id=first), asked())).version == 2
    assert [event.meta.type for event in await lab.log.stream(A, f"thing-{first}")] == ["ThingMade", "ThingBroken"]


async def test_the_version_a_user_acted_on_is_held_against_the_last_one(lab: Lab, other: Commands) -> None:
    thing = uuid7()
    await lab.commands.execute(MakeThing(thing_id=thing, name="lamp"), asked())
    await other.execute(RenameThing(thing_id=thing, name="torch"), asked())
    with pytest.raises(Rejected, match="stale_version"):
        await lab.commands.execute(RenameThing(thing_id=thing, name="lantern"), asked(expected=1))
    assert (await lab.commands.execute(RenameThing(thing_id=thing, name="lantern"), asked(expected=2))).version == 3


async def test_a_repeated_command_gets_its_first_answer_whatever_came_after(lab: Lab) -> None:
    thing, command_id = uuid7(), uuid7()
    await lab.commands.execute(MakeThing(thing_id=thing, name="lamp"), asked())
    first = await lab.commands.execute(RenameThing(thing_id=thing, name="a"), asked(command_id=command_id))
    await lab.commands.execute(RenameThing(thing_id=thing, name="b"), asked())
    assert await lab.commands.execute(RenameThing(thing_id=thing, name="a"), asked(command_id=command_id)) == first
    assert (await lab.commands.execute(RenameThing(thing_id=thing, name="c"), asked())).version == 4


async def test_no_more_streams_are_remembered_than_there_is_room_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.kernel.states._MOST", 3)
    for _ in range(5):
        await lab.commands.execute(MakeThing(thing_id=uuid7(), name="lamp"), asked())
    assert len(lab.commands._states._known) == 3


async def test_a_second_event_about_somebody_is_sealed_under_the_key_of_the_first(lab: Lab) -> None:
    thing, person = uuid7(), uuid7()
    await lab.commands.execute(MakeThing(thing_id=thing, name="lamp"), asked())
    for name in ("欧阳𠮷", "欧阳𡈽"):
        await lab.commands.execute(OwnThing(thing_id=thing, person=person, name=name), asked())
    async with county_reading(lab.pool, A) as connection:
        ((_, wrapped),) = (await wrapped_keys(connection, A, [person])).items()
    key = lab.commands.sealer.unwrap(A, SealingKey(person, wrapped))
    told = [envelope for envelope in await lab.log.stream(A, f"thing-{thing}") if envelope.meta.type == "ThingOwned"]
    events = [(envelope.event(lab.things.contract), Context(A, f"thing-{thing}", UUID(envelope.meta.event_id))) for envelope in told]
    opened = [unseal(event.owner, "owner", context, key) for event, context in events if isinstance(event, ThingOwned)]
    assert opened == ["欧阳𠮷", "欧阳𡈽"]
