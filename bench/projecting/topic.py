"""A lane of needs on the broker, as a relay would have left it."""

import asyncio

from aiokafka import AIOKafkaProducer

from bench.material import COUNTY, a_body
from shared.contracts.intake import INTAKE
from shared.kernel.envelope import CONTENT_TYPE

_AT_ONCE = 1_000


async def fill(kafka: str, events: int) -> None:
    """Publish this many events of intake's lane, positions from 1, in order."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, acks="all", linger_ms=5)
    await producer.start()
    try:
        for first in range(1, events + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, events)
            sent = [
                await producer.send(INTAKE.topic, a_body(position), key=COUNTY.encode(), headers=_HEADERS)
                for position in range(first, last + 1)
            ]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()


_HEADERS = [("content-type", CONTENT_TYPE.encode()), ("ce_type", b"NeedSubmitted")]
