"""The relay: the log is the outbox. One cursor per lane, read in order, idempotent producer, acknowledged by all."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import AIOKafkaProducer

from shared.kernel import metrics
from shared.kernel.envelope import CONTENT_TYPE, traceparent_of
from shared.kernel.tenancy import county_transaction
from shared.kernel.waking import Bell

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

CURSOR = "relay"
_BATCH = 1_000
_POLL_SECONDS = 0.2
_BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)

_CURSOR = "SELECT position FROM log.cursors WHERE county = $1 AND name = $2"
_START = "INSERT INTO log.cursors (county, name, position) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
_ADVANCE = "UPDATE log.cursors SET position = $4 WHERE county = $1 AND name = $2 AND position = $3"
_READ = """
SELECT position, event_id::text AS event_id, type, body FROM log.events
WHERE county = $1 AND position > $2 ORDER BY position LIMIT $3
"""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Lane:
    county: str
    bell: Bell
    position: int = -1
    """What the cursor was when this relay last read or moved it; -1 before that."""


class Relay:
    """Publishes the lanes of one service to its topic. Two at once give duplicates, never loss or disorder."""

    def __init__(self, pool: "Pool", kafka: str, topic: str, counties: Iterable[str]) -> None:
        self._pool = pool
        self._kafka = kafka
        self._topic = topic
        self._lanes = {county: _Lane(county, Bell()) for county in counties}
        self._producer: AIOKafkaProducer | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._connecting = asyncio.Lock()

    def wake(self, county: str) -> None:
        """Tell the relay that this lane has grown."""
        lane = self._lanes.get(county)
        if lane is not None:
            lane.bell.ring()

    async def start(self) -> None:
        """Begin publishing; a broker that is away is waited for in the background."""
        self._tasks = [asyncio.create_task(self._run(lane), name=f"relay-{lane.county}") for lane in self._lanes.values()]

    async def stop(self) -> None:
        """Stop after what is under way; the cursor stands at what the broker confirmed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._drop_producer(self._producer)

    async def _run(self, lane: _Lane) -> None:
        failures = 0
        while True:
            producer = None
            try:
                producer = await self._connected()
                while await self._publish(lane, producer):
                    failures = 0
                await lane.bell.heard(_POLL_SECONDS)
            except asyncio.CancelledError:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever went wrong: a new producer, and on from the cursor
                lane.position = -1
                wait = _BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)]
                failures += 1
                metrics.RELAY_FAILURES.labels(lane.county).inc()
                _log.warning("relay_failed", county=lane.county, error=repr(fault), retry_in_seconds=wait)
                await self._drop_producer(producer)
                await asyncio.sleep(wait)

    async def _publish(self, lane: _Lane, producer: AIOKafkaProducer) -> bool:
        """Publish one batch; tell whether there may be more."""
        async with county_transaction(self._pool, lane.county) as connection:
            if lane.position < 0:
                await connection.execute(_START, lane.county, CURSOR)
                lane.position = await connection.fetchval(_CURSOR, lane.county, CURSOR)
            rows = await connection.fetch(_READ, lane.county, lane.position, _BATCH)
        if not rows:
            return await self._rewound(lane)
        key = lane.county.encode()
        sent = [
            await producer.send(self._topic, row["body"], key=key, headers=_headers(row["event_id"], row["type"], row["body"]))
            for row in rows
        ]
        await asyncio.gather(*sent)
        last = rows[-1]["position"]
        async with county_transaction(self._pool, lane.county) as connection:
            moved = await connection.execute(_ADVANCE, lane.county, CURSOR, lane.position, last)
        lane.position = last if moved == "UPDATE 1" else -1
        metrics.RELAYED.labels(lane.county).inc(len(rows))
        metrics.RELAY_POSITION.labels(lane.county).set(last)
        return len(rows) == _BATCH or lane.position < 0

    async def _rewound(self, lane: _Lane) -> bool:
        """Notice a cursor set back by an operator, or moved on by another relay."""
        async with county_transaction(self._pool, lane.county) as connection:
            position = await connection.fetchval(_CURSOR, lane.county, CURSOR)
        if position == lane.position:
            return False
        lane.position = position
        return True

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._kafka, enable_idempotence=True, acks="all", linger_ms=0, request_timeout_ms=20_000
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    async def _drop_producer(self, producer: Any) -> None:  # noqa: ANN401 - aiokafka has no types
        if producer is None:
            return
        if producer is self._producer:
            self._producer = None
        try:
            async with asyncio.timeout(5):
                await producer.stop()
        except Exception as fault:  # noqa: BLE001 - a poisoned producer may not even stop; it is let go
            _log.warning("producer_not_stopped", error=repr(fault))


def _headers(event_id: str, event_type: str, body: bytes) -> list[tuple[str, bytes]]:
    headers = [("content-type", CONTENT_TYPE.encode()), ("ce_type", event_type.encode()), ("ce_id", event_id.encode())]
    traceparent = traceparent_of(body)
    if traceparent is not None:
        headers.append(("traceparent", traceparent))
    return headers
