"""The peer: a message of the same size from an aiokafka producer to an aiokafka consumer."""

import asyncio
import time
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.lag.pacing import at_a_rate
from bench.material import COUNTY, body_bytes

_TOPIC = "bench.round-trip"
_PARTITIONS = 12
_NUMBER_BYTES = 8
_WARM_UP_SECONDS = 1.0
_LONGEST_SECONDS = 60.0


class RoundTrip:
    """A producer and a consumer on one topic; a context that starts and stops them."""

    def __init__(self, runner: asyncio.Runner, kafka: str) -> None:
        self._runner = runner
        self._kafka = kafka
        self._rest = b"b" * (body_bytes() - _NUMBER_BYTES)
        self._producer: AIOKafkaProducer
        self._consumer: AIOKafkaConsumer

    def __enter__(self) -> Self:
        """Make the topic, start both, and send for a second until everything on the way is warm."""
        self._runner.run(self._open())
        self.sample(100, _WARM_UP_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._close())

    def sample(self, per_second: float, seconds: float) -> list[float]:
        """Return the seconds from handing each message to the producer until the consumer handed it out."""
        return self._runner.run(self._sample(per_second, seconds))

    async def _open(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(_TOPIC, num_partitions=_PARTITIONS, replication_factor=1)])
        finally:
            await admin.close()
        self._producer = AIOKafkaProducer(bootstrap_servers=self._kafka, enable_idempotence=True, acks="all", linger_ms=0)
        await self._producer.start()
        self._consumer = AIOKafkaConsumer(_TOPIC, bootstrap_servers=self._kafka, group_id="bench.round-trip", auto_offset_reset="earliest")
        await self._consumer.start()

    async def _close(self) -> None:
        await self._consumer.stop()
        await self._producer.stop()

    async def _sample(self, per_second: float, seconds: float) -> list[float]:
        sent: list[float] = []
        lags: list[float] = []
        through = asyncio.get_running_loop().create_future()

        async def send(number: int) -> None:
            sent.append(time.perf_counter())
            await self._producer.send(_TOPIC, number.to_bytes(_NUMBER_BYTES) + self._rest, key=COUNTY.encode())

        async def take() -> None:
            while not (through.done() and len(lags) == through.result()):
                for records in (await self._consumer.getmany(timeout_ms=50)).values():
                    now = time.perf_counter()
                    lags.extend(now - sent[int.from_bytes(record.value[:_NUMBER_BYTES])] for record in records)

        async with asyncio.timeout(seconds + _LONGEST_SECONDS), asyncio.TaskGroup() as tasks:
            tasks.create_task(take())
            through.set_result(await at_a_rate(per_second, seconds, send))
        return lags
