"""Many events at once: who keeps them writes beside who folds them, each with its own place, and neither anything twice."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from shared.kernel.checkpoints import Progress
from shared.kernel.ids import uuid7
from shared.kernel.projecting import Projecting
from shared.kernel.projection import Fact
from shared.kernel.records import Lane, Received, sort
from shared.kernel.tenancy import Connection
from shared.kernel.turns import WORTH_OVERLAPPING, through
from tests.support.lab import A, Lab, eventually
from tests.support.things.service import ThingMade

MANY = WORTH_OVERLAPPING + 30


def both(lab: Lab) -> Projecting:
    return Projecting(f"{lab.things.contract.service}.projections", [lab.things.board, lab.things.shelf], lab.pool, Progress(lab.pool))


def bodies(lab: Lab, count: int, **named: str) -> list[bytes]:
    """Return events of one lane; `at_7="lamp"` names the thing of position 7."""
    made = [ThingMade(thing_id=uuid7(), name=named.get(f"at_{position}", "lamp")) for position in range(1, count + 1)]
    return [lab.body(position, event) for position, event in enumerate(made, 1)]


async def received(lab: Lab, values: Sequence[bytes]) -> tuple[Lane, list[Received]]:
    await lab.produce(*values)
    lanes, _ = sort(await lab.topic(len(values)), {lab.things.contract.topic: lab.things.contract})
    ((lane, records),) = lanes.items()
    return lane, records


async def stands(lab: Lab) -> tuple[int, int]:
    return await lab.standing("thing_board"), await lab.standing("thing_shelf")


@pytest.mark.parametrize(("count", "transactions"), [(WORTH_OVERLAPPING - 1, 1), (MANY, 2)])
async def test_many_are_written_in_transactions_of_their_own_and_few_in_one(lab: Lab, count: int, transactions: int) -> None:
    lane, records = await received(lab, bodies(lab, count))
    target = both(lab)
    target.prepare(records)
    assert await target.apply(lane, records) is None
    assert await stands(lab) == (count, count)
    assert len(await lab.rows("SELECT xmin::text FROM read.thing_board UNION SELECT xmin::text FROM read.thing_shelf")) == transactions
    assert await lab.rows("SELECT * FROM read.thing_board EXCEPT SELECT * FROM read.thing_shelf") == []
    assert await lab.rows("SELECT count(*) FROM read.thing_shelf") == [{"count": count}]


async def test_what_one_cannot_write_yet_is_written_later_and_the_other_writes_nothing_twice(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane, records = await received(lab, bodies(lab, MANY))
    target = both(lab)
    target.prepare(records)

    async def gone(_connection: Connection, _county: str, _facts: Sequence[Fact]) -> int:
        raise ConnectionError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr(lab.things.shelf, "apply", gone)
        with pytest.raises(ConnectionError):
            await target.apply(lane, records)
    assert await stands(lab) == (MANY, 0), "each stands where its rows are"
    assert await target.apply(lane, records) is None
    assert await stands(lab) == (MANY, MANY)
    assert await lab.rows("SELECT DISTINCT changes FROM read.thing_board UNION ALL SELECT DISTINCT changes FROM read.thing_shelf") == [
        {"changes": 1},
        {"changes": 1},
    ]


async def test_an_event_that_one_cannot_fold_is_parked_for_that_one_alone(lab: Lab) -> None:
    lane, records = await received(lab, bodies(lab, MANY, at_7="poison", at_9="unkeepable"))
    target = both(lab)
    target.prepare(records)
    assert await target.apply(lane, records) is None
    assert await stands(lab) == (MANY, MANY)
    assert await lab.rows("SELECT projection, position FROM read.parked ORDER BY position") == [
        {"projection": "thing_board", "position": 7},
        {"projection": "thing_shelf", "position": 9},
    ]


async def test_records_that_are_no_events_among_many_change_nothing_of_the_others(lab: Lab) -> None:
    values = bodies(lab, MANY)
    await lab.produce(*values[:60], b"no event", *values[60:], b"")
    async with lab.consuming(both(lab)):
        await eventually(lambda: stands(lab), (MANY, MANY))
    async with lab.pool.acquire() as connection:
        strays = await connection.fetchval("SELECT count(*) FROM read.strays WHERE topic = $1", lab.things.contract.topic)
    assert strays == 2
    assert await lab.rows("SELECT count(*) FROM read.thing_shelf", county=A) == [{"count": MANY}]


async def test_what_failed_first_is_raised_once_all_have_ended() -> None:
    ended: list[UUID] = []

    async def fail(error: Exception, after: float) -> None:
        await asyncio.sleep(after)
        raise error

    async def end() -> None:
        await asyncio.sleep(0.05)
        ended.append(uuid7())

    with pytest.raises(LookupError, match="first"):
        await through([fail(ValueError("second"), 0.02), end(), fail(LookupError("first"), 0.0)])
    assert len(ended) == 1
