"""The past of a lane: at every position what the live read model showed there, whichever way it is asked for."""

import random
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from shared.kernel.as_of.moments import Vector, read_moment
from shared.kernel.errors import Rejected
from shared.kernel.projection import Projection
from shared.kernel.tenancy import assert_isolation
from tests.support.lab import T0, A, B, Lab, eventually
from tests.support.past import BOARD, ONE, Row, as_of, at, the_past
from tests.support.things.service import ThingBroken, ThingMade, ThingRenamed, ThingRow, board

HEADS = "SELECT position, recorded_at FROM log.heads WHERE county = $1"
CHECKPOINTS = "SELECT projection, source, position FROM read.checkpoints WHERE county = $1"


async def a_history(lab: Lab, length: int = 24, *, names: tuple[str, ...] = ("a", "b", "路灯")) -> list[UUID]:
    """Make, rename and break things at random, a minute apart; return the things."""
    chance = random.Random(7)  # noqa: S311 - a history, the same every time
    things: list[UUID] = []
    versions: dict[UUID, int] = {}
    for step in range(length):
        lab.clock.observe(A, T0 + timedelta(minutes=step))
        if not things or chance.random() < 0.3:
            thing = await lab.make(chance.choice(names))
            things.append(thing)
        else:
            thing = chance.choice(things)
            await lab.rename(thing, versions[thing], chance.choice(names))
        versions[thing] = versions.get(thing, 0) + 1
    return things


async def lived(lab: Lab, length: int = 24) -> dict[int, list[Row]]:
    """Let a history happen; return what the live read model showed at each position."""
    shown: dict[int, list[Row]] = {}
    chance = random.Random(7)  # noqa: S311
    versions: dict[UUID, int] = {}
    await lab.relay.start()
    async with lab.consuming():
        for position in range(1, length + 1):
            lab.clock.observe(A, T0 + timedelta(minutes=position))
            if not versions or chance.random() < 0.3:
                versions[await lab.make(chance.choice("abc"))] = 1
            else:
                thing = chance.choice(list(versions))
                await lab.rename(thing, versions[thing], chance.choice(["d", "路灯", "𠮷"]))
                versions[thing] += 1
            await eventually(lab.standing, position)
            shown[position] = await lab.rows(BOARD, A)
    await lab.relay.stop()
    return shown


async def test_at_every_position_the_past_is_what_the_live_read_model_showed(lab: Lab) -> None:
    shown = await lived(lab)
    async with the_past(lab) as past:
        for position, rows in shown.items():
            assert await as_of(past, f"@{position}") == rows
            for row in rows:
                assert await as_of(past, f"@{position}", ONE, row["thing_id"]) == [row]


async def test_a_time_is_the_last_position_recorded_by_then(lab: Lab) -> None:
    await a_history(lab, 12)
    own = lab.things.contract.service
    recorded = {row["position"]: row["recorded_at"] for row in await lab.rows("SELECT position, recorded_at FROM log.events")}
    lab.clock.observe(A, T0 + timedelta(days=2))
    async with the_past(lab) as past:
        for position, at_then in recorded.items():
            for seconds in (0, 0.000001, 59):
                moment = (at_then + timedelta(seconds=seconds)).isoformat(timespec="microseconds")
                last = max(number for number, told in recorded.items() if told <= at_then + timedelta(seconds=seconds))
                assert (await past.vector(A, read_moment(moment)))[own] == last
            assert (await past.vector(A, read_moment(f"@{position}")))[own] == position
        assert await as_of(past, "2021-11-01") == await as_of(past, "@12") == await as_of(past, f"{own}@12")


NO_MOMENTS = {
    "2021-10-31": "as_of_before_history",
    "2021-10-31T23:59:59.999999Z": "as_of_before_history",
    "@0": "as_of_before_history",
    "@4": "as_of_position_unknown",
    "2021-11-02": "as_of_in_the_future",
    "2021-11-01T00:02:00.000001Z": "as_of_in_the_future",
    "intake@1": "as_of_incomplete",
}


async def test_moments_there_are_not_are_refused(lab: Lab) -> None:
    await a_history(lab, 3)
    refused: dict[str, str] = {}
    async with the_past(lab) as past:
        for moment in NO_MOMENTS:
            with pytest.raises(Rejected) as refusal:
                await past.vector(A, read_moment(moment))
            refused[moment] = refusal.value.code
    assert refused == NO_MOMENTS


async def test_a_day_that_has_begun_reaches_as_far_as_it_has_come(lab: Lab) -> None:
    await a_history(lab, 3)
    async with the_past(lab) as past:
        assert str(await past.vector(A, read_moment("2021-11-01"))) == f"{lab.things.contract.service}@3"


async def test_counties_have_pasts_of_their_own(lab: Lab) -> None:
    await lab.make("ours")
    await lab.make("theirs", county=B)
    async with the_past(lab) as past:
        assert [row["name"] for row in await as_of(past, "@1")] == ["ours"]
        assert [row["name"] for row in await as_of(past, "@1", county=B)] == ["theirs"]
        with pytest.raises(Rejected, match="as_of_position_unknown"):
            await as_of(past, "@2")


async def test_the_end_of_the_lane_and_checkpoints_are_those_of_the_vector(lab: Lab) -> None:
    await a_history(lab, 5)
    own = lab.things.contract.service
    async with the_past(lab) as past:
        (head,) = await as_of(past, "@3", HEADS)
        assert (head["position"], head["recorded_at"]) == (3, T0 + timedelta(minutes=2))
        assert await as_of(past, "@3", CHECKPOINTS) == [{"projection": "thing_board", "source": own, "position": 3}]
        both = "SELECT h.position, count(*) AS things FROM log.heads h JOIN read.thing_board b ON b.county = h.county GROUP BY 1"
        assert [row["position"] for row in await as_of(past, "@3", f"{both} HAVING max(h.county) = $1")] == [3]


async def test_what_is_no_read_model_cannot_be_asked_for(lab: Lab) -> None:
    await a_history(lab, 2)
    async with the_past(lab) as past:
        for query in ("SELECT * FROM read.parked WHERE county = $1", "SELECT body FROM log.events WHERE county = $1"):
            with pytest.raises(Rejected, match="as_of_not_kept"):
                await as_of(past, "@1", query)


async def test_an_event_that_cannot_be_folded_is_passed_over_as_it_was(lab: Lab) -> None:
    async def broken(position: int) -> list[Row]:
        await eventually(lab.standing, position)
        return await lab.rows(BOARD, A)

    await lab.relay.start()
    async with lab.consuming():
        first, second = await lab.make("lamp"), await lab.make("road")
        await lab.rename(first, 1, "poison")
        await lab.rename(first, 2, "lamp again")
        await lab.rename(second, 1, "bridge")
        shown = await broken(5)
    await lab.relay.stop()
    assert [row["changes"] for row in shown] == [1, 2]
    async with the_past(lab) as past:
        assert await as_of(past, "@5") == shown
        assert [await as_of(past, "@5", ONE, thing) for thing in (first, second)] == [[row] for row in shown]


def neighbours() -> Projection[ThingRow]:
    """Return the things board with a fold for rows of other streams: breaking a thing is told to the one it names."""
    projection = board()

    def told(row: ThingRow, event: ThingBroken, _meta: object) -> None:
        row.names = [*(row.names or []), f"lost {event.thing_id}"]

    projection.on(ThingBroken, keys=lambda event: [(UUID(event.name),)] if event.name else [])(told)
    return projection


async def test_one_row_has_what_other_streams_told_it(lab: Lab) -> None:
    first, second, third = await lab.make("lamp"), await lab.make("road"), await lab.make("bridge")
    for thing, tells in ((second, ""), (third, str(first))):
        await lab.append(f"thing-{thing}", 1, [ThingBroken(thing_id=thing, name=tells)])
    await lab.rename(first, 1, "lamp post")
    async with the_past(lab, [neighbours()]) as past:
        for position in range(1, 7):
            whole = await as_of(past, f"@{position}")
            for thing in (first, second, third):
                assert await as_of(past, f"@{position}", ONE, thing) == [row for row in whole if row["thing_id"] == thing]
        assert (await as_of(past, "@6", ONE, first))[0]["names"] == ["lamp", f"lost {third}", "lamp post"]


async def test_rows_whose_keys_stand_in_no_event_are_found_all_the_same(lab: Lab) -> None:
    shifted = Projection("thing_board", row=ThingRow, key="thing_id")

    def fold(row: ThingRow, event: ThingMade | ThingRenamed, _meta: object) -> None:
        row.name, row.changes = event.name, row.changes + 1

    def next_to(event: ThingMade | ThingRenamed) -> list[tuple[UUID]]:
        return [(UUID(int=event.thing_id.int + 1),)]

    shifted.on(ThingMade, keys=next_to)(fold)
    shifted.on(ThingRenamed, keys=next_to)(fold)
    thing = await lab.make("lamp")
    await lab.rename(thing, 1, "lamp post")
    async with the_past(lab, [shifted]) as past:
        assert [row["changes"] for row in await as_of(past, "@2", ONE, UUID(int=thing.int + 1))] == [2]


async def spoil(lab: Lab, stream: str) -> None:
    """Make what a stream says unreadable, as nobody but the server's superuser could."""
    superuser = await asyncpg.connect(lab.databases.superuser)
    await superuser.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    await superuser.execute("UPDATE log.events SET body = 'spoilt' WHERE stream = $1", stream)
    await superuser.close()


async def test_one_row_is_folded_from_nothing_but_what_can_have_touched_it(lab: Lab) -> None:
    first, *others = await a_history(lab, 20)
    async with the_past(lab) as past:
        (row,) = await as_of(past, "@20", ONE, first)
        for thing in others:
            await spoil(lab, f"thing-{thing}")
        assert await as_of(past, "@20", ONE, first) == [row]
        with pytest.raises(ValueError, match="unexpected"):
            await as_of(past, "@20")


async def test_a_past_that_was_folded_is_kept_for_the_next_page(lab: Lab) -> None:
    first, *_ = await a_history(lab, 10)
    async with the_past(lab) as past:
        rows = await as_of(past, "@9")
        await spoil(lab, f"thing-{first}")
        assert [await as_of(past, "@9", f"{BOARD} LIMIT 1 OFFSET {page}") for page in range(len(rows))] == [[row] for row in rows]


async def test_what_a_lost_connection_took_along_is_folded_again(lab: Lab) -> None:
    await a_history(lab, 10)
    async with the_past(lab) as past:
        rows = await as_of(past, "@9")
        await lab.lose_connections()
        assert await as_of(past, "@9") == rows


async def test_a_service_may_start_while_a_past_is_kept(lab: Lab) -> None:
    await a_history(lab, 3)
    async with the_past(lab) as past:
        await as_of(past, "@3")
        assert await lab.rows("SELECT relname FROM pg_class WHERE relpersistence = 't' AND relname = 'thing_board'")
        await assert_isolation(lab.pool)


def vector(lab: Lab, position: int) -> Vector:
    return Vector(((lab.things.contract.service, position),))


async def test_more_vectors_than_are_kept_are_answered_one_after_the_other(lab: Lab) -> None:
    await a_history(lab, 8)
    async with the_past(lab) as past:
        once = {position: await at(past, vector(lab, position)) for position in range(1, 9)}
        again = {position: await at(past, vector(lab, position)) for position in (8, 1, 4, 8)}
    assert all(again[position] == once[position] for position in again)
    assert [len(rows) <= position for position, rows in once.items()] == [True] * 8
