"""Policies and timers: commands whose ids derive from what caused them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.checkpoints import Progress
from shared.kernel.derived import derived
from shared.kernel.envelope import open_body
from shared.kernel.ids import uuid7
from shared.kernel.tenancy import county_transaction
from shared.kernel.timers import Sweeper
from tests.support.lab import T0, A, Lab, eventually
from tests.support.things.service import BreakThing, ThingRenamed

LANE = "SELECT type, body FROM log.events ORDER BY position"
POLICY = "break_when_renamed"


async def test_a_fact_becomes_a_command_once_however_often_it_is_delivered(lab: Lab) -> None:
    thing_id = await lab.make()
    fact = lab.body(1, ThingRenamed(thing_id=thing_id, name="moon"), stream=f"thing-{thing_id}")
    await lab.produce(fact, fact)
    async with lab.consuming(lab.reacting()):
        await eventually(lambda: lab.standing(POLICY), 1)
    async with county_transaction(lab.pool, A) as connection:  # the policy's memory was lost
        await connection.execute("UPDATE read.checkpoints SET position = 0, kafka_offset = NULL WHERE county = $1", A)
    async with lab.consuming(lab.reacting()):
        await lab.produce(fact)
        await eventually(lambda: lab.standing(POLICY), 1)
    rows = await lab.rows(LANE)
    assert [row["type"] for row in rows] == ["ThingMade", "ThingBroken"]
    effect, cause = open_body(rows[1]["body"]), open_body(fact)
    assert effect.meta.causation_id == str(cause.meta.event_id)
    assert effect.meta.correlation_id == cause.meta.correlation_id
    assert effect.meta.recorded_at > cause.meta.recorded_at
    assert effect.meta.role == "system"


async def test_a_policy_keeps_the_order_of_a_stream_and_the_streams_apart(lab: Lab) -> None:
    things = [await lab.make() for _ in range(30)]
    bodies = [
        lab.body(index, ThingRenamed(thing_id=thing, name=f"n{index}"), stream=f"thing-{thing}") for index, thing in enumerate(things, 1)
    ]
    await lab.produce(*bodies)
    async with lab.consuming(lab.reacting()):
        await eventually(lambda: lab.standing(POLICY), 30)
    assert len(await lab.rows("SELECT FROM log.events WHERE type = 'ThingBroken'")) == 30


async def test_a_fact_a_policy_cannot_read_is_parked_and_the_next_is_not(lab: Lab) -> None:
    good = await lab.make()
    broken = lab.body(1, ThingRenamed(thing_id=uuid7(), name="x"), data=b'{"thing_id": 5}')
    await lab.produce(broken, lab.body(2, ThingRenamed(thing_id=good, name="y"), stream=f"thing-{good}"))
    async with lab.consuming(lab.reacting()):
        await eventually(lambda: lab.standing(POLICY), 2)
    assert [row["projection"] for row in await lab.rows("SELECT projection FROM read.parked")] == [POLICY]
    assert len(await lab.rows("SELECT FROM log.events WHERE type = 'ThingBroken'")) == 1


async def _due(lab: Lab, thing_id: UUID, seconds: int) -> UUID:
    timer_id = derived("timer of", str(thing_id))
    async with county_transaction(lab.pool, A) as connection:
        await connection.execute(
            "INSERT INTO read.timers (county, timer_id, due_at, command, payload) VALUES ($1, $2, $3, 'BreakThing', $4)",
            A,
            timer_id,
            T0 + timedelta(seconds=seconds),
            {"thing_id": str(thing_id)},
        )
    return timer_id


async def _broken(lab: Lab) -> list[Any]:
    return await lab.rows("SELECT stream FROM log.events WHERE type = 'ThingBroken' ORDER BY position")


async def test_every_due_timer_is_found_and_none_before_its_time(lab: Lab) -> None:
    sweeper = Sweeper(lab.pool, lab.commands, [BreakThing], [A], Progress(lab.pool))
    things = [await lab.make() for _ in range(20)]
    for index, thing in enumerate(things):
        await _due(lab, thing, 10 * (index + 1))
    assert await sweeper.sweep(A) == 0
    lab.clock.observe(A, T0 + timedelta(seconds=100))
    assert await sweeper.sweep(A) == 10
    assert [row["stream"] for row in await _broken(lab)] == [f"thing-{thing}" for thing in things[:10]]
    lab.clock.observe(A, T0 + timedelta(days=1))
    assert await sweeper.sweep(A) == 10


async def test_a_timer_fires_once_though_two_sweep_and_one_forgets(lab: Lab) -> None:
    thing = await lab.make()
    await _due(lab, thing, 1)
    lab.clock.observe(A, T0 + timedelta(seconds=5))
    sweepers = [Sweeper(lab.pool, lab.commands, [BreakThing], [A], Progress(lab.pool)) for _ in range(3)]
    await asyncio.gather(*(sweeper.sweep(A) for sweeper in sweepers))
    await Sweeper(lab.pool, lab.commands, [BreakThing], [A], Progress(lab.pool)).sweep(A)
    assert len(await _broken(lab)) == 1


async def test_a_timer_whose_command_came_to_nothing_does_not_spin(lab: Lab) -> None:
    thing = await lab.make()
    await lab.execute(BreakThing(thing_id=thing))
    await _due(lab, thing, 1)
    lab.clock.observe(A, T0 + timedelta(seconds=5))
    sweeper = Sweeper(lab.pool, lab.commands, [BreakThing], [A], Progress(lab.pool))
    assert await sweeper.sweep(A) == 1
    assert await sweeper.sweep(A) == 0


async def test_a_county_is_left_alone_until_something_can_be_due(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    progress = Progress(lab.pool)
    sweeper = Sweeper(lab.pool, lab.commands, [BreakThing], [A], progress)
    assert not sweeper.may_rest(A)
    assert await sweeper.sweep(A) == 0
    assert sweeper.may_rest(A)
    thing = await lab.make()
    await _due(lab, thing, 100)
    progress.changed(A, ["things"])
    assert sweeper.may_rest(A)
    progress.changed(A, ["timers"])
    assert not sweeper.may_rest(A)
    assert await sweeper.sweep(A) == 0
    assert sweeper.may_rest(A)
    lab.clock.observe(A, T0 + timedelta(seconds=99))
    assert sweeper.may_rest(A)
    lab.clock.observe(A, T0 + timedelta(seconds=100))
    assert not sweeper.may_rest(A)
    assert await sweeper.sweep(A) == 1
    assert await sweeper.sweep(A) == 0
    assert sweeper.may_rest(A)
    monkeypatch.setattr("shared.kernel.timers._REST_SECONDS", 0.0)
    assert not sweeper.may_rest(A)  # who else may fold timers tells this process nothing
