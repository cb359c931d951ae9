"""Consumers: exactly once in effect, whatever the topic holds; nothing skipped, nothing stuck."""

import asyncio

import asyncpg
import orjson
import pytest
from aiokafka import TopicPartition

from shared.kernel.consumer import Consumer
from shared.kernel.ids import uuid7
from shared.kernel.records import sort
from shared.kernel.subscribing import broker, subscribe
from shared.kernel.tenancy import county_transaction
from tests.support.lab import A, B, Lab, eventually
from tests.support.things.service import ThingMade, ThingRenamed

BOARD = "SELECT name, changes, last FROM read.thing_board ORDER BY last"
PARKED = "SELECT position, stream, error FROM read.parked ORDER BY position"


async def test_what_is_published_is_projected_once(lab: Lab) -> None:
    await lab.relay.start()
    async with lab.consuming():
        things = [await lab.make(f"thing {index}") for index in range(10)]
        for thing in things[:5]:
            await lab.rename(thing, 1, "renamed")
        await eventually(lab.standing, 15)
    await lab.relay.stop()
    assert [row["changes"] for row in await lab.rows(BOARD)] == [1] * 5 + [2] * 5


async def test_lists_of_any_length_are_stored_as_they_are(lab: Lab) -> None:
    await lab.relay.start()
    async with lab.consuming():
        first, second = await lab.make("a"), await lab.make("b")
        await eventually(lab.standing, 2)
        for version, name in enumerate(("c", "d"), 1):
            await lab.rename(first, version, name)
        await lab.rename(second, 1, "e")
        await eventually(lab.standing, 5)
    await lab.relay.stop()
    assert [row["names"] for row in await lab.rows("SELECT names FROM read.thing_board ORDER BY names")] == [["b", "e"], ["a", "c", "d"]]
    assert await lab.rows(PARKED) == []


async def test_duplicates_and_positions_of_the_past_change_nothing(lab: Lab) -> None:
    bodies = [lab.body(position) for position in (1, 2, 3)]
    await lab.produce(*bodies, bodies[0], *bodies, lab.body(2))
    async with lab.consuming():
        await eventually(lab.standing, 3)
        await lab.produce(lab.body(4))
        await eventually(lab.standing, 4)
    assert [row["changes"] for row in await lab.rows(BOARD)] == [1, 1, 1, 1]


async def test_a_hole_is_waited_for_and_other_lanes_flow(lab: Lab) -> None:
    bodies = {position: lab.body(position) for position in range(1, 6)}
    async with lab.consuming():
        await lab.produce(bodies[1], bodies[2], bodies[4], bodies[5])
        await lab.produce(lab.body(1, county=B), key=A.encode())  # in the same partition, behind the hole
        await eventually(lab.standing, 2)
        await eventually(lambda: lab.standing(county=B), 1)
        assert await lab.standing() == 2
        await lab.produce(bodies[3], bodies[4], bodies[5])  # what `relay rewind` does
        await eventually(lab.standing, 5)
    assert [row["last"] for row in await lab.rows(BOARD)] == [1, 2, 3, 4, 5]


async def test_a_lane_whose_offsets_ran_ahead_is_fetched_again(lab: Lab) -> None:
    await lab.produce(*(lab.body(position) for position in range(1, 31)))
    async with lab.consuming() as consumer:
        await eventually(lab.standing, 30)
        await consumer.subscriber.consumer.commit()  # type: ignore[union-attr]
    async with county_transaction(lab.pool, A) as connection:  # the database was restored from before
        await connection.execute("UPDATE read.checkpoints SET position = 10, kafka_offset = kafka_offset - 20 WHERE county = $1", A)
    async with lab.consuming():
        await lab.produce(lab.body(31))
        await eventually(lab.standing, 31)
    assert sorted(row["changes"] for row in await lab.rows(BOARD)) == [1] * 11 + [2] * 20


async def test_a_lane_published_again_behind_newer_events_is_read_whole_by_who_comes_new(lab: Lab) -> None:
    bodies = [lab.body(position) for position in range(1, 9)]
    await lab.produce(bodies[6], bodies[7], *bodies)  # the broker began anew, and `relay rewind` came after two more commands
    async with lab.consuming():
        await eventually(lab.standing, 8)
    assert [(row["last"], row["changes"]) for row in await lab.rows(BOARD)] == [(position, 1) for position in range(1, 9)]


async def test_offsets_of_a_broker_that_is_no_more_lead_nobody_astray(lab: Lab) -> None:
    bodies = [lab.body(position) for position in range(1, 9)]
    await lab.produce(*bodies[:4])
    async with lab.consuming():
        await eventually(lab.standing, 4)
    async with county_transaction(lab.pool, A) as connection:  # its log was longer than that of today
        await connection.execute("UPDATE read.checkpoints SET kafka_offset = 9999")
    await lab.produce(*bodies[6:], *bodies)
    async with lab.consuming():
        await eventually(lab.standing, 8)
    assert [(row["last"], row["changes"]) for row in await lab.rows(BOARD)] == [(position, 1) for position in range(1, 9)]


async def test_a_consumer_that_remembers_a_longer_log_reads_the_one_there_is_to_its_end(lab: Lab) -> None:
    await lab.produce(*(lab.body(position) for position in range(1, 6)))
    async with lab.consuming() as consumer:
        await eventually(lab.standing, 5)
        for last in consumer._last.values():
            last.offset = 9_999
        await _as_owner(lab.databases.superuser, "DELETE FROM read.thing_board WHERE last > 2; UPDATE read.checkpoints SET position = 2")
        await lab.lose_connections()
        await eventually(lab.standing, 5)
    assert [(row["last"], row["changes"]) for row in await lab.rows(BOARD)] == [(position, 1) for position in range(1, 6)]


async def test_what_a_crash_took_back_is_applied_again_without_waiting_for_the_next_event(lab: Lab) -> None:
    await lab.produce(*(lab.body(position) for position in range(1, 11)))
    async with lab.consuming():
        await eventually(lab.standing, 10)
        await _as_owner(
            lab.databases.superuser,
            "DELETE FROM read.thing_board WHERE last > 4; UPDATE read.checkpoints SET position = 4, kafka_offset = kafka_offset - 6",
        )
        await lab.lose_connections()
        await eventually(lab.standing, 10)
    assert [(row["last"], row["changes"]) for row in await lab.rows(BOARD)] == [(position, 1) for position in range(1, 11)]


async def test_the_broker_is_told_only_what_is_on_the_disk(lab: Lab) -> None:
    async def committed() -> int | None:
        return await consumer.subscriber.consumer.committed(partition)  # type: ignore[union-attr]

    await lab.produce(lab.body(1), lab.body(2))
    partition = TopicPartition(lab.things.contract.topic, (await lab.topic(1))[0].partition)
    flush = "FUNCTION pg_logical_emit_message(boolean, text, text, boolean)"
    await _as_owner(lab.databases.superuser, f"REVOKE EXECUTE ON {flush} FROM PUBLIC")
    async with lab.consuming() as consumer:
        await eventually(lab.standing, 2)
        await asyncio.sleep(1.5)
        assert await committed() is None
        await _as_owner(lab.databases.superuser, f"GRANT EXECUTE ON {flush} TO PUBLIC")
        await lab.produce(lab.body(3))
        await eventually(committed, 3)


async def test_what_moved_elsewhere_meanwhile_is_seen_before_anything_is_written(lab: Lab) -> None:
    await lab.produce(lab.body(1))
    async with lab.consuming():
        await eventually(lab.standing, 1)
        async with county_transaction(lab.pool, A) as connection:  # another consumer took the partition and went on
            await connection.execute("UPDATE read.checkpoints SET position = 2")
        await lab.produce(lab.body(2), lab.body(3))
        await eventually(lab.standing, 3)
    assert [row["last"] for row in await lab.rows(BOARD)] == [1, 3]


async def test_a_projection_that_came_later_reads_from_the_beginning(lab: Lab) -> None:
    await lab.produce(*(lab.body(position) for position in range(1, 11)))
    async with lab.consuming() as consumer:
        await eventually(lab.standing, 10)
        await consumer.subscriber.consumer.commit()  # type: ignore[union-attr]
    async with county_transaction(lab.pool, A) as connection:
        await connection.execute("UPDATE read.checkpoints SET position = 0, kafka_offset = NULL WHERE county = $1", A)
    async with lab.consuming():
        await lab.produce(lab.body(11))
        await eventually(lab.standing, 11)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "ThingPainted"),
        ("dataschema", "/schemas/x/ThingMade/9"),
        ("dataschema", "nonsense"),
        ("data", {"thing_id": "no uuid", "name": "x"}),
        ("data", {}),
    ],
)
async def test_an_event_nobody_here_can_read_is_parked_with_what_follows_in_its_stream(lab: Lab, field: str, value: object) -> None:
    thing_id = uuid7()
    stream = f"thing-{thing_id}"
    unreadable = {**orjson.loads(lab.body(2, ThingMade(thing_id=thing_id, name="x"), stream=stream)), field: value}
    behind = lab.body(4, ThingRenamed(thing_id=thing_id, name="y"), stream=stream, version=2)
    await lab.produce(lab.body(1), orjson.dumps(unreadable), lab.body(3), behind, lab.body(5))
    async with lab.consuming():
        await eventually(lab.standing, 5)
        await lab.produce(lab.body(6, ThingRenamed(thing_id=thing_id, name="z"), stream=stream, version=3))
        await eventually(lab.standing, 6)
    assert [row["last"] for row in await lab.rows(BOARD)] == [1, 3, 5]
    parked = await lab.rows(PARKED)
    assert [(row["position"], row["stream"]) for row in parked] == [(2, stream), (4, stream), (6, stream)]
    assert parked[1]["error"] == parked[2]["error"] == "behind a parked event of its stream"


@pytest.mark.parametrize("name", ["poison", "unstorable"])
async def test_an_event_that_cannot_be_applied_is_parked_and_other_streams_flow(lab: Lab, name: str) -> None:
    thing_id = uuid7()
    stream = f"thing-{thing_id}"
    bodies = [
        lab.body(1),
        lab.body(2, ThingMade(thing_id=thing_id, name=name), stream=stream),
        lab.body(3, ThingRenamed(thing_id=thing_id, name=name), stream=stream, version=2),
        lab.body(4),
    ]
    await lab.produce(*bodies)
    async with lab.consuming():
        await eventually(lab.standing, 4)
    assert [row["last"] for row in await lab.rows(BOARD)] == [1, 4]
    assert [row["position"] for row in await lab.rows(PARKED)] == [2, 3]


async def test_trouble_that_passes_is_waited_out_and_never_parked(lab: Lab) -> None:
    owner = lab.databases.owner
    await _as_owner(owner, "ALTER TABLE read.thing_board RENAME TO gone")
    async with lab.consuming() as consumer:
        await lab.produce(lab.body(1), lab.body(2))
        await eventually(lambda: _busy(consumer), True)
        await asyncio.sleep(0.5)
        assert consumer.busy
        assert await lab.standing() == 0
        await _as_owner(owner, "ALTER TABLE read.gone RENAME TO thing_board")
        await eventually(lab.standing, 2)
    assert await lab.rows(PARKED) == []


async def test_a_zombie_s_batch_leaves_no_trace(lab: Lab) -> None:
    await lab.produce(lab.body(1))
    async with lab.consuming():
        await eventually(lab.standing, 1)
    async with county_transaction(lab.pool, A) as connection:  # another consumer took the partition and went on
        await connection.execute("UPDATE read.checkpoints SET position = 7 WHERE county = $1", A)
    records = await lab.topic(1)
    lanes, _ = sort(records, {lab.things.contract.topic: lab.things.contract})
    before = await lab.rows(BOARD)
    for lane, received in lanes.items():
        await lab.projecting().apply(lane, received)
    assert await lab.rows(BOARD) == before
    assert await lab.standing() == 7


def test_the_factory_asks_for_at_least_once(lab: Lab) -> None:
    kafka = broker(lab.kafka)
    subscriber = subscribe(kafka, ["intake.events.v1"], "intake.projections", [A])
    arguments = subscriber._connection_args
    assert arguments["auto_offset_reset"] == "earliest"
    assert arguments["enable_auto_commit"] is False
    assert [assignor.own for assignor in arguments["partition_assignment_strategy"]] == [(A,)]
    assert subscriber.ack_policy.name == "MANUAL"
    assert subscriber.group_id == "intake.projections"


async def _as_owner(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def _busy(consumer: Consumer) -> bool:
    return consumer.busy


async def test_a_batch_that_waited_for_another_is_not_begun_once_the_consumer_is_stopped(lab: Lab) -> None:
    async with lab.consuming() as consumer, county_transaction(lab.pool, A, alone_of=consumer.group):
        await lab.produce(lab.body(1))
        await eventually(lambda: _busy(consumer), True)
        waiting = asyncio.create_task(consumer.handle([]))
        await asyncio.sleep(0)
        await consumer.stop()
        await waiting
        assert consumer.batches == 1, "the one that was under way, and none after it"
