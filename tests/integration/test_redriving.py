"""Parked events tried again: in their order, once, beside consumers that go on meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from shared.kernel import projecting
from shared.kernel.checkpoints import Progress
from shared.kernel.ids import uuid7
from shared.kernel.parking import Queue, Redriven, discard
from shared.kernel.projecting import Projecting
from shared.kernel.projection import Projection
from shared.kernel.rebuild import Rebuild, Wanted
from shared.kernel.rebuild.history import FromKafka
from shared.kernel.records import Received, sort
from shared.kernel.tenancy import county_transaction, create_pool
from tests.support.lab import A, Lab, eventually
from tests.support.things.service import ThingMade, ThingRenamed, ThingRow

BOARD = "SELECT name, changes, last, names FROM read.thing_board ORDER BY last"
PARKED = "SELECT position, error FROM read.parked ORDER BY position"
BEHIND = "behind a parked event of its stream"


@dataclass
class Poisoned:
    """A stream whose events from the second on are parked, in a lab."""

    lab: Lab
    thing_id: UUID = field(default_factory=uuid7)

    @property
    def stream(self) -> str:
        """Its name."""
        return f"thing-{self.thing_id}"

    @property
    def lane(self) -> tuple[str, str]:
        """Where it is."""
        return (self.lab.things.contract.service, A)

    def renamed(self, position: int, version: int, name: str) -> bytes:
        """Return a rename of the thing."""
        return self.lab.body(position, ThingRenamed(thing_id=self.thing_id, name=name), stream=self.stream, version=version)

    def queue(self, reader: str = "thing_board") -> Queue:
        """Return its parked events."""
        return Queue(A, reader, self.lab.things.contract, self.stream)

    def projecting(self) -> Projecting:
        """Return what applies lanes by code that has been mended."""
        return Projecting(f"{self.lane[0]}.projections", [mended()], self.lab.pool, Progress(self.lab.pool))

    async def records(self, count: int) -> list[Received]:
        """Return the lane as it stands on the topic, the last `count` of it."""
        lanes, _ = sort(await self.lab.topic(count), {self.lab.things.contract.topic: self.lab.things.contract})
        return lanes[self.lane]


@pytest.fixture
async def poisoned(lab: Lab) -> Poisoned:
    """Positions 1 to 5: a thing made, then renamed to what its projection cannot fold, renamed again; another thing; a third name."""
    found = Poisoned(lab)
    made = lab.body(1, ThingMade(thing_id=found.thing_id, name="a"), stream=found.stream)
    await lab.produce(made, found.renamed(2, 2, "poison"), found.renamed(3, 3, "c"), lab.body(4), found.renamed(5, 4, "e"))
    async with lab.consuming():
        await eventually(lab.standing, 5)
    assert [row["position"] for row in await lab.rows(PARKED)] == [2, 3, 5]
    return found


def mended(until: str = "") -> Projection[ThingRow]:
    """Return the projection with a fold that takes every name but one."""
    projection = Projection("thing_board", row=ThingRow, key="thing_id")

    def fold(row: ThingRow, event: ThingMade | ThingRenamed, meta: Any) -> None:
        if event.name == until:
            raise LookupError("not yet")
        row.name, row.changes, row.last, row.names = event.name, row.changes + 1, meta.position, [*(row.names or []), event.name]

    projection.on(ThingMade)(fold)
    projection.on(ThingRenamed)(fold)
    return projection


async def test_a_stream_is_applied_in_its_order_and_flows_again(poisoned: Poisoned) -> None:
    lab = poisoned.lab
    assert await poisoned.projecting().redrive(poisoned.queue()) == Redriven(3, 0, None)
    assert await lab.rows(PARKED) == []
    async with lab.consuming(poisoned.projecting()):
        await lab.produce(poisoned.renamed(6, 5, "f"))
        await eventually(lab.standing, 6)
    (row,) = [row for row in await lab.rows(BOARD) if row["changes"] > 1]
    assert (row["names"], row["last"]) == (["a", "poison", "c", "e", "f"], 6)


async def test_a_rehearsal_tells_the_same_and_leaves_no_trace(poisoned: Poisoned) -> None:
    before = await poisoned.lab.rows(BOARD), await poisoned.lab.rows(PARKED)
    assert await poisoned.projecting().redrive(poisoned.queue(), rehearse=True) == Redriven(3, 0, None)
    assert (await poisoned.lab.rows(BOARD), await poisoned.lab.rows(PARKED)) == before


async def test_what_still_cannot_be_applied_stays_with_those_behind_it(poisoned: Poisoned) -> None:
    projecting = Projecting(f"{poisoned.lane[0]}.projections", [mended(until="c")], poisoned.lab.pool, Progress(poisoned.lab.pool))
    assert await projecting.redrive(poisoned.queue()) == Redriven(1, 2, "LookupError: not yet")
    assert await poisoned.lab.rows(PARKED) == [{"position": 3, "error": "LookupError: not yet"}, {"position": 5, "error": BEHIND}]
    assert ["a", "poison"] in [row["names"] for row in await poisoned.lab.rows(BOARD)]


async def test_redriven_by_several_at_once_it_is_applied_once(poisoned: Poisoned) -> None:
    outcomes = await asyncio.gather(*(poisoned.projecting().redrive(poisoned.queue()) for _ in range(4)))
    assert sorted(outcome.applied for outcome in outcomes) == [0, 0, 0, 3]
    assert ["a", "poison", "c", "e"] in [row["names"] for row in await poisoned.lab.rows(BOARD)]


async def test_cut_short_it_has_neither_applied_nor_taken_off(poisoned: Poisoned, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cut(*_: object) -> None:
        raise ConnectionResetError

    before = await poisoned.lab.rows(BOARD), await poisoned.lab.rows(PARKED)
    monkeypatch.setattr(projecting, "take_off", cut)
    with pytest.raises(ConnectionResetError):
        await poisoned.projecting().redrive(poisoned.queue())
    assert (await poisoned.lab.rows(BOARD), await poisoned.lab.rows(PARKED)) == before


async def test_a_consumer_that_looked_before_does_not_park_behind_what_was_released(poisoned: Poisoned) -> None:
    lab, running = poisoned.lab, poisoned.projecting()
    seen = await running._standings.of(poisoned.lane)
    assert seen.parked == {"thing_board": {poisoned.stream}}
    await poisoned.projecting().redrive(poisoned.queue())
    running._standings._known[poisoned.lane] = seen
    await lab.produce(poisoned.renamed(6, 5, "f"))
    received = await poisoned.records(6)
    running.prepare(received)
    assert await running.apply(poisoned.lane, received) is None
    assert await lab.rows(PARKED) == []
    assert await lab.standing() == 6


async def test_discarded_it_leaves_a_record_and_those_behind_it(poisoned: Poisoned) -> None:
    lab = poisoned.lab
    service = poisoned.lane[0]
    async with county_transaction(lab.pool, A) as connection:
        assert await discard(connection, A, "thing_board", service, 2, by="li@desk", reason="测试数据")
        assert not await discard(connection, A, "thing_board", service, 2, by="li@desk", reason="again")
    kept = await lab.rows("SELECT position, discarded_by, reason, leaf_hash, error FROM read.discarded")
    assert [(row["position"], row["discarded_by"], row["reason"]) for row in kept] == [(2, "li@desk", "测试数据")]
    assert kept[0]["error"].startswith("LookupError")
    assert await poisoned.projecting().redrive(poisoned.queue()) == Redriven(2, 0, None)
    assert ["a", "c", "e"] in [row["names"] for row in await lab.rows(BOARD)]


@asynccontextmanager
async def rebuilding(poisoned: Poisoned, board: Projection[ThingRow]) -> AsyncIterator[Rebuild]:
    """Lend a rebuild of the board, by these folds, that has caught up with the topic."""
    pool = await create_pool(poisoned.lab.databases.owner)
    contract = poisoned.lab.things.contract
    run = Rebuild(Wanted(contract.service, [board], [contract], [A]), pool, FromKafka(poisoned.lab.kafka))
    await run.begin(resume=False)
    await run.catch_up()
    yield run
    await run.end()
    await pool.close()


async def test_what_was_parked_is_among_rebuilt_rows_and_not_applied_once_more(poisoned: Poisoned) -> None:
    lab = poisoned.lab
    async with rebuilding(poisoned, mended()) as run:
        assert (await run.hold_against("thing_board", A, apply=False)).differing == 1
        assert len(await lab.rows(PARKED)) == 3
        await run.hold_against("thing_board", A, apply=True)
    assert await lab.rows(PARKED) == []
    assert await poisoned.projecting().redrive(poisoned.queue()) == Redriven(0, 0, None)
    async with lab.consuming(poisoned.projecting()):
        await lab.produce(poisoned.renamed(6, 5, "f"))
        await eventually(lab.standing, 6)
    assert ["a", "poison", "c", "e", "f"] in [row["names"] for row in await lab.rows(BOARD)]


async def test_what_was_discarded_is_passed_over_by_a_rebuild_too(poisoned: Poisoned) -> None:
    lab = poisoned.lab
    async with county_transaction(lab.pool, A) as connection:
        assert await discard(connection, A, "thing_board", poisoned.lane[0], 2, by="li", reason="测试")
    await lab.projecting().redrive(poisoned.queue())
    before = await lab.rows(BOARD)
    async with rebuilding(poisoned, lab.things.board) as run:
        assert (await run.hold_against("thing_board", A, apply=True)).differing == 0
    assert await lab.rows(BOARD) == before
