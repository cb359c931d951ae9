"""The relay: in order, from the cursor, never lost."""

import asyncio
from collections import Counter

from aiokafka import AIOKafkaConsumer

from shared.kernel.envelope import CONTENT_TYPE, open_body
from shared.kernel.relay import Relay
from shared.kernel.tenancy import county_transaction
from tests.support.lab import A, B, Lab, eventually

CURSOR = "SELECT position FROM log.cursors WHERE name = 'relay'"


async def test_every_event_reaches_the_topic_in_order_as_the_very_bytes(lab: Lab) -> None:
    await asyncio.gather(*(lab.make(county=county) for county in (A, B) for _ in range(150)))
    await lab.relay.start()
    records = await lab.topic(300)
    await lab.relay.stop()
    for county in (A, B):
        stored = [
            (row["position"], row["body"])
            for row in await lab.rows("SELECT position, body FROM log.events ORDER BY position", county=county)
        ]
        sent = [(open_body(record.value).meta.position, record.value) for record in records if record.key == county.encode()]
        assert sent == stored
    headers = dict(records[0].headers)
    assert headers["content-type"].decode() == CONTENT_TYPE
    assert headers["ce_type"] == b"ThingMade"
    assert headers["ce_id"].decode() == str(open_body(records[0].value).meta.event_id)


async def test_an_append_wakes_the_relay(lab: Lab) -> None:
    await lab.relay.start()
    thing = await lab.make()
    assert open_body((await lab.topic(1))[0].value).meta.stream == f"thing-{thing}"
    await lab.relay.stop()


async def test_two_relays_at_once_lose_nothing(lab: Lab) -> None:
    other = Relay(lab.pool, lab.kafka, lab.things.contract.topic, [A])
    await lab.relay.start()
    await other.start()
    await asyncio.gather(*(lab.make() for _ in range(400)))
    await eventually(lambda: _cursor(lab), 400)
    await lab.relay.stop()
    await other.stop()
    seen = Counter(open_body(record.value).meta.position for record in await lab.topic(400))
    assert sorted(seen) == list(range(1, 401))


async def test_a_cursor_set_back_publishes_again_from_there(lab: Lab) -> None:
    await lab.relay.start()
    for _ in range(5):
        await lab.make()
    await eventually(lambda: _cursor(lab), 5)
    async with county_transaction(lab.pool, A) as connection:
        await connection.execute("UPDATE log.cursors SET position = 2 WHERE county = $1", A)
    records = await lab.topic(8)
    await lab.relay.stop()
    assert [open_body(record.value).meta.position for record in records] == [1, 2, 3, 4, 5, 3, 4, 5]


async def test_a_relay_that_was_killed_goes_on_from_its_cursor(lab: Lab) -> None:
    await lab.relay.start()
    await lab.make()
    await eventually(lambda: _cursor(lab), 1)
    await lab.relay.stop()
    await lab.make()
    successor = Relay(lab.pool, lab.kafka, lab.things.contract.topic, [A])
    await successor.start()
    await eventually(lambda: _cursor(lab), 2)
    await successor.stop()
    assert [open_body(record.value).meta.position for record in await lab.topic(2)] == [1, 2]


async def test_a_relay_that_never_rests_notices_a_cursor_set_back(lab: Lab) -> None:
    resting = asyncio.Event()

    async def work() -> None:
        while not resting.is_set():
            await lab.make()

    published: Counter[int] = Counter()
    reader = AIOKafkaConsumer(lab.things.contract.topic, bootstrap_servers=lab.kafka, group_id=None, auto_offset_reset="earliest")
    await reader.start()
    await lab.relay.start()
    workers = [asyncio.create_task(work()) for _ in range(20)]
    try:
        async with asyncio.timeout(30):
            await eventually(lambda: _beyond(lab, 100), True)
            async with county_transaction(lab.pool, A) as connection:
                await connection.execute("UPDATE log.cursors SET position = 10")
            while published[11] < 2:
                published.update(await _read(reader))
            resting.set()
            await asyncio.gather(*workers)
            head = (await lab.log.head(A)).position
            while not published[head]:
                published.update(await _read(reader))
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await lab.relay.stop()
        await reader.stop()
    assert set(published) == set(range(1, head + 1))
    assert {published[position] for position in range(1, 11)} == {1}


async def _read(reader: AIOKafkaConsumer) -> list[int]:
    records = [record for batch in (await reader.getmany(timeout_ms=200)).values() for record in batch]
    return [open_body(record.value).meta.position for record in records]


async def _beyond(lab: Lab, position: int) -> bool:
    return await _cursor(lab) > position


async def _cursor(lab: Lab) -> int:
    rows = await lab.rows(CURSOR)
    return rows[0]["position"] if rows else 0
