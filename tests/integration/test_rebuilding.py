"""A rebuild by other folds differs by exactly what they do otherwise; what it cannot fold it does not promote."""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.kernel.checkpoints import Progress
from shared.kernel.envelope import Meta
from shared.kernel.ids import uuid7
from shared.kernel.projecting import Projecting
from shared.kernel.projection import Projection
from shared.kernel.rebuild import Rebuild, RebuildFailed, Wanted
from shared.kernel.rebuild.history import FromKafka, FromLogs
from shared.kernel.rebuild.shadow import Difference, Shadow
from shared.kernel.records import sort
from shared.kernel.tenancy import Connection, Pool, create_pool
from shared.kernel.turns import WORTH_OVERLAPPING
from tests.support.lab import A, B, Lab, eventually
from tests.support.things.service import ThingRenamed, ThingRow


@asynccontextmanager
async def rebuilding(lab: Lab, board: Projection[ThingRow], *, kafka: bool = False) -> AsyncIterator[Rebuild]:
    pool = await create_pool(lab.databases.owner)

    @asynccontextmanager
    async def own(_service: str) -> AsyncIterator[Pool]:
        yield pool

    contract = lab.things.contract
    run = Rebuild(Wanted(contract.service, [board], [contract], [A, B]), pool, FromKafka(lab.kafka) if kafka else FromLogs(own))
    try:
        await run.begin(resume=False)
        await run.catch_up()
        yield run
    finally:
        await run.end()
        await pool.close()


def shouting(lab: Lab) -> Projection[ThingRow]:
    """Return the board with another idea of what a renaming means."""
    board: Projection[ThingRow] = copy.copy(lab.things.board)
    board._folds = {**board._folds, ThingRenamed: []}

    @board.on(ThingRenamed)
    def _louder(row: ThingRow, event: ThingRenamed, meta: Meta) -> None:
        row.name, row.changes, row.last, row.names = event.name.upper(), row.changes + 1, meta.position, [*(row.names or []), event.name]

    return board


@pytest.mark.parametrize("kafka", [False, True])
async def test_a_changed_projection_shows_exactly_what_it_changes(lab: Lab, *, kafka: bool) -> None:
    things = [await lab.make() for _ in range(5)]
    await lab.rename(things[2], 1, "moon")
    await lab.make(county=B)
    await lab.relay.start()
    async with lab.consuming():
        await eventually(lab.standing, 6)
        await eventually(lambda: lab.standing(county=B), 1)
        async with rebuilding(lab, lab.things.board, kafka=kafka) as run:
            assert [(await run.hold_against(lab.things.board.name, county, apply=False)).differing for county in (A, B)] == [0, 0]
        async with rebuilding(lab, shouting(lab), kafka=kafka) as run:
            found = await run.hold_against(lab.things.board.name, A, apply=True)
            assert (await run.hold_against(lab.things.board.name, B, apply=True)).differing == 0
        await lab.rename(things[3], 1, "sun")
        await eventually(lab.standing, 7)
    await lab.relay.stop()
    (difference,) = found.differences
    assert (difference.key, difference.fields) == ({"thing_id": str(things[2])}, ["name"])
    rows = {row["thing_id"]: row["name"] for row in await lab.rows("SELECT thing_id, name FROM read.thing_board")}
    assert (rows[things[2]], rows[things[3]]) == ("MOON", "sun")


async def test_what_could_not_be_folded_is_not_promoted(lab: Lab) -> None:
    await lab.make()
    await lab.relay.start()
    async with lab.consuming():
        await eventually(lab.standing, 1)
    await lab.relay.stop()
    board: Projection[ThingRow] = copy.copy(lab.things.board)
    board._folds = {event: [(keys, _refuses) for keys, _ in folds] for event, folds in board._folds.items()}
    async with rebuilding(lab, board) as run:
        assert (await run.hold_against(board.name, A, apply=False)).differing == 1
        with pytest.raises(RebuildFailed, match="nothing was promoted"):
            await run.hold_against(board.name, A, apply=True)
    assert len(await lab.rows("SELECT FROM read.thing_board")) == 1


async def test_a_history_with_a_hole_is_not_compared(lab: Lab) -> None:
    await lab.produce(*(lab.body(position, stream=f"thing-{uuid7()}") for position in (1, 2, 3)))
    async with lab.consuming():
        await eventually(lab.standing, 3)  # from the topic alone: the log has nothing of it
    async with rebuilding(lab, lab.things.board) as run:
        with pytest.raises(RebuildFailed, match=r"The history read ends at \S+ 0 of \d+, and the live rows have seen 3"):
            await run.hold_against(lab.things.board.name, A, apply=False)


async def test_what_comes_while_rows_are_mended_waits_and_is_kept(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many events at once are written apart by who keeps them: a rebuild waits for these too, or it would remove what it has not read."""
    shelf, many = lab.things.shelf, WORTH_OVERLAPPING + 20
    target = Projecting(f"{lab.things.contract.service}.projections", [lab.things.board, shelf], lab.pool, Progress(lab.pool))
    await lab.produce(*(lab.body(position) for position in range(1, many + 1)))
    lanes, _ = sort(await lab.topic(many), {lab.things.contract.topic: lab.things.contract})
    ((lane, records),) = lanes.items()
    target.prepare(records)
    await target.apply(lane, records[:1])
    differences, stood = Shadow.differences, list[int]()
    async with rebuilding(lab, shelf, kafka=True) as run, asyncio.TaskGroup() as group:

        async def slowly(shadow: Shadow, connection: Connection, county: str, shown: int) -> tuple[int, list[Difference]]:
            group.create_task(target.apply(lane, records[1:]))
            await asyncio.sleep(1)
            stood.append(await lab.standing(shelf.name))
            return await differences(shadow, connection, county, shown)

        monkeypatch.setattr(Shadow, "differences", slowly)
        await run.hold_against(shelf.name, A, apply=True)
    assert stood == [1]
    assert await lab.standing(shelf.name) == many
    assert await lab.rows("SELECT count(*) FROM read.thing_shelf") == [{"count": many}]


def _refuses(*_: object) -> None:
    raise ValueError("these folds do not know what to make of it")
