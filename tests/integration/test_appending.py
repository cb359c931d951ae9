"""The event log: dense lanes, group commit, one answer a command, nothing ever changed."""

import asyncio
import itertools

import asyncpg
import pytest

from shared.kernel.appender import Appender
from shared.kernel.clock import SimulatedClock
from shared.kernel.envelope import open_body
from shared.kernel.errors import CommandReused, EventTooLarge, Rejected, VersionConflict
from shared.kernel.event_log import Answer
from shared.kernel.ids import uuid7
from shared.kernel.proof.merkle import leaf_hash
from shared.kernel.tenancy import county_transaction, create_pool
from tests.support.lab import T0, A, B, Lab
from tests.support.things.service import MakeThing, RenameThing, ThingMade

LANE = "SELECT position, stream, version, recorded_at, body, leaf_hash FROM log.events ORDER BY position"


async def test_many_writers_leave_a_lane_without_hole_or_double(lab: Lab) -> None:
    other_pool = await create_pool(lab.databases.app)
    other = Appender(other_pool, lab.things.contract, SimulatedClock())

    async def through(appender: Appender) -> Answer:
        thing = ThingMade(thing_id=uuid7(), name="lamp")
        return await appender.append(A, lab.an_append(f"thing-{thing.thing_id}", 0, [thing]))

    answers = await asyncio.gather(*(through(appender) for _ in range(300) for appender in (lab.appender, other)))
    await other_pool.close()
    assert sorted(answer.position for answer in answers) == list(range(1, 601))
    rows = await lab.rows(LANE)
    assert [row["position"] for row in rows] == list(range(1, 601))
    times = [row["recorded_at"] for row in rows]
    assert all(earlier < later for earlier, later in itertools.pairwise(times))
    for row in rows:
        meta = open_body(row["body"]).meta
        assert (meta.position, meta.stream, meta.version, meta.recorded_at) == (
            row["position"],
            row["stream"],
            row["version"],
            row["recorded_at"],
        )
        assert row["leaf_hash"] == leaf_hash(row["body"])
    assert {answer.stream: answer.position for answer in answers} == {row["stream"]: row["position"] for row in rows}


async def test_counties_have_lanes_of_their_own(lab: Lab) -> None:
    for county in (A, B, A):
        await lab.make(county=county)
    assert [row["position"] for row in await lab.rows(LANE, county=A)] == [1, 2]
    assert [row["position"] for row in await lab.rows(LANE, county=B)] == [1]


async def test_one_conflict_fails_none_of_its_neighbours(lab: Lab) -> None:
    taken = await lab.make()
    things = [ThingMade(thing_id=uuid7(), name="lamp") for _ in range(40)]
    stale = lab.an_append(f"thing-{taken}", 0, [ThingMade(thing_id=taken, name="again")])
    missing = lab.an_append("thing-absent", 7, [ThingMade(thing_id=uuid7(), name="from nowhere")])
    good = [lab.an_append(f"thing-{thing.thing_id}", 0, [thing]) for thing in things]
    answers = await asyncio.gather(
        *(lab.appender.append(A, append) for append in [*good[:20], stale, missing, *good[20:]]), return_exceptions=True
    )
    assert [type(answer) for answer in answers[20:22]] == [VersionConflict, VersionConflict]
    assert sorted(answer.position for answer in answers[:20] + answers[22:] if isinstance(answer, Answer)) == list(range(2, 42))


async def test_of_two_that_saw_the_same_version_one_wins(lab: Lab) -> None:
    thing = await lab.make()
    answers = await asyncio.gather(*(lab.rename(thing, 1, f"name {index}") for index in range(50)), return_exceptions=True)
    assert sum(isinstance(answer, Answer) for answer in answers) == 1
    assert sum(isinstance(answer, VersionConflict) for answer in answers) == 49


async def test_a_repeated_command_gets_its_first_answer_even_beside_itself(lab: Lab) -> None:
    thing_id, command_id = uuid7(), uuid7()

    def again(content: bytes = b"content") -> "asyncio.Future[Answer]":
        event = ThingMade(thing_id=thing_id, name="lamp")
        return asyncio.ensure_future(lab.append(f"thing-{thing_id}", 0, [event], command_id=command_id, content=content))

    answers = await asyncio.gather(*(again() for _ in range(20)))
    assert set(answers) == {Answer(f"thing-{thing_id}", 1, 1)}
    assert await again() == answers[0]
    with pytest.raises(CommandReused):
        await again(b"other content")
    assert len(await lab.rows(LANE)) == 1


async def test_a_command_answered_once_is_answered_so_although_the_rules_would_now_refuse(lab: Lab) -> None:
    thing_id, command_id = await lab.make(), uuid7()
    first = await lab.execute(RenameThing(thing_id=thing_id, name="moon"), command_id=command_id, fingerprint=b"f")
    assert await lab.execute(RenameThing(thing_id=thing_id, name="moon"), command_id=command_id, fingerprint=b"f") == first
    with pytest.raises(Rejected) as refused:
        await lab.execute(RenameThing(thing_id=thing_id, name="moon"))
    assert refused.value.code == "need_already_closed"
    with pytest.raises(Rejected) as reused:
        await lab.execute(RenameThing(thing_id=thing_id, name="moon"), command_id=command_id, fingerprint=b"g")
    assert reused.value.code == "command_reused"


async def test_commands_on_one_stream_wait_for_each_other(lab: Lab) -> None:
    thing_id = await lab.make()
    answers = await asyncio.gather(*(lab.execute(RenameThing(thing_id=thing_id, name=f"name {index}")) for index in range(60)))
    assert sorted(answer.version for answer in answers) == list(range(2, 62))


async def test_a_stale_if_match_is_refused_and_nothing_written(lab: Lab) -> None:
    thing_id = await lab.make()
    with pytest.raises(Rejected) as refused:
        await lab.execute(RenameThing(thing_id=thing_id, name="moon"), expected=3)
    assert refused.value.code == "stale_version"
    assert len(await lab.rows(LANE)) == 1


async def test_an_effect_is_recorded_later_than_its_cause(lab: Lab) -> None:
    cause = T0.replace(year=2022)
    thing = ThingMade(thing_id=uuid7(), name="lamp")
    await lab.append(f"thing-{thing.thing_id}", 0, [thing], after=cause)
    await lab.make()
    first, second = (row["recorded_at"] for row in await lab.rows(LANE))
    assert cause < first < second


async def test_an_event_too_large_is_refused_at_the_door_with_the_field(lab: Lab) -> None:
    with pytest.raises(EventTooLarge) as refused:
        await lab.execute(MakeThing(thing_id=uuid7(), name="长" * 30_000))
    assert refused.value.field == "name"
    assert await lab.rows(LANE) == []


@pytest.mark.parametrize("change", ["UPDATE log.events SET type = 'x'", "DELETE FROM log.events", "TRUNCATE log.events"])
async def test_neither_service_nor_owner_can_change_the_log(lab: Lab, change: str) -> None:
    await lab.make()
    for dsn in (lab.databases.app, lab.databases.owner):
        pool = await create_pool(dsn)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with county_transaction(pool, A) as connection:
                await connection.execute(change)
        await pool.close()
    assert len(await lab.rows(LANE)) == 1


async def test_a_broken_connection_fails_the_waiting_and_the_next_append_works(lab: Lab) -> None:
    await lab.make()
    owner = await asyncpg.connect(lab.databases.app)
    await owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()")
    await owner.close()
    results = await asyncio.gather(*(lab.make() for _ in range(5)), return_exceptions=True)
    assert all(not isinstance(result, AssertionError) for result in results)
    await lab.make()
    positions = [row["position"] for row in await lab.rows(LANE)]
    assert positions == list(range(1, len(positions) + 1))
