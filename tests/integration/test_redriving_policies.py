"""Parked events that a policy could not take, tried again: their commands have their effect once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.checkpoints import CheckpointLost, Standing
from shared.kernel.policy import Reacting
from shared.kernel.records import sort
from shared.kernel.redriving import Redriver
from shared.kernel.rules import Policy
from shared.kernel.tenancy import county_transaction
from tests.support.lab import A, Lab, eventually
from tests.support.things.service import BreakThing, ThingRenamed

PARKED = "SELECT position, error FROM read.parked ORDER BY position"
BROKEN = "SELECT stream FROM log.events WHERE type = 'ThingBroken'"
ASKED = "SELECT stream FROM read.redrives"
POLICY = "break_when_renamed"


def refusing(*names: str) -> Policy:
    """Return the policy with a rule that cannot take some names."""

    def do(event: ThingRenamed, _meta: Any) -> Sequence[BreakThing]:
        if event.name in names:
            raise LookupError(event.name)
        return [BreakThing(thing_id=event.thing_id)]

    return Policy(POLICY, on=ThingRenamed, do=do)


@dataclass
class Halted:
    """A thing whose renames a policy could not take: they are parked."""

    lab: Lab
    thing_id: UUID

    @property
    def stream(self) -> str:
        """Its name."""
        return f"thing-{self.thing_id}"

    def reacting(self, *names: str) -> Reacting:
        """Return the policy at work, with the names it cannot take."""
        things = self.lab.things
        return Reacting(things.contract.service, [(refusing(*names), things.contract)], self.lab.pool, self.lab.commands)

    async def ask(self) -> None:
        """Ask for another try, as an operator does."""
        async with county_transaction(self.lab.pool, A) as connection:
            await connection.execute(
                "INSERT INTO read.redrives (county, projection, source, stream, asked_by) VALUES ($1, $2, $3, $4, 'li')",
                A,
                POLICY,
                self.lab.things.contract.service,
                self.stream,
            )


@pytest.fixture
async def halted(lab: Lab) -> Halted:
    """Positions 1 and 2: renames of one thing, parked by the policy."""
    found = Halted(lab, await lab.make())
    renames = [ThingRenamed(thing_id=found.thing_id, name=name) for name in ("moon", "sun")]
    await lab.produce(*(lab.body(at, event, stream=found.stream, version=at + 1) for at, event in enumerate(renames, 1)))
    async with lab.consuming(found.reacting("moon")):
        await eventually(lambda: lab.standing(POLICY), 2)
    assert [row["position"] for row in await lab.rows(PARKED)] == [1, 2]
    return found


async def test_a_policy_gives_the_commands_of_what_it_is_asked_to_look_at_again(halted: Halted) -> None:
    lab = halted.lab
    redriver = Redriver(lab.pool, halted.reacting(), [A])
    await redriver.redrive(A)
    assert await lab.rows(BROKEN) == [], "nobody has asked"
    await halted.ask()
    await redriver.redrive(A)
    assert [row["stream"] for row in await lab.rows(BROKEN)] == [halted.stream]
    assert (await lab.rows(PARKED), await lab.rows(ASKED)) == ([], [])


async def test_a_running_service_finds_what_is_asked(halted: Halted) -> None:
    redriver = Redriver(halted.lab.pool, halted.reacting(), [A])
    redriver.start()
    await halted.ask()
    await eventually(lambda: halted.lab.rows(ASKED), [])
    await redriver.stop()
    assert len(await halted.lab.rows(BROKEN)) == 1


async def test_asked_of_several_at_once_a_policy_s_commands_have_their_effect_once(halted: Halted) -> None:
    lab = halted.lab
    await halted.ask()
    await asyncio.gather(*(Redriver(lab.pool, halted.reacting(), [A]).redrive(A) for _ in range(4)))
    assert len(await lab.rows(BROKEN)) == 1
    assert len(await lab.rows("SELECT FROM log.events")) == 2
    assert await lab.rows(PARKED) == []


async def test_what_a_policy_still_cannot_take_stays_and_is_not_tried_for_ever(halted: Halted) -> None:
    await halted.ask()
    await Redriver(halted.lab.pool, halted.reacting("sun"), [A]).redrive(A)
    assert await halted.lab.rows(PARKED) == [{"position": 2, "error": "LookupError: sun"}]
    assert await halted.lab.rows(ASKED) == []


async def test_a_policy_s_consumer_that_looked_before_takes_the_event_itself(halted: Halted) -> None:
    lab, running = halted.lab, halted.reacting()
    lane = (lab.things.contract.service, A)
    seen: Standing = await running._standings[lane[0]].of(lane)
    await halted.ask()
    await Redriver(lab.pool, halted.reacting(), [A]).redrive(A)
    await lab.produce(lab.body(3, ThingRenamed(thing_id=halted.thing_id, name="star"), stream=halted.stream, version=4))
    lanes, _ = sort(await lab.topic(3), {lab.things.contract.topic: lab.things.contract})
    running._standings[lane[0]]._known[lane] = seen
    with pytest.raises(CheckpointLost):
        await running.apply(lane, lanes[lane])
    assert await running.apply(lane, lanes[lane]) is None
    assert (await lab.rows(PARKED), await lab.standing(POLICY)) == ([], 3)
