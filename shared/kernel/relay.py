"""The relay: the log is the outbox. One cursor per lane, read in order, idempotent producer, acknowledged by all."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import AIOKafkaProducer

from shared.kernel import metrics
from shared.kernel.envelope import CONTENT_TYPE, traceparent_of
from shared.kernel.pacing import Pace
from shared.kernel.waking import Bell

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

CURSOR = "relay"
_BATCH = 1_000
_POLL_SECONDS = 1.0
"""How often a lane is looked at that nobody rang for: what other processes append they publish themselves, unless they die."""
_RUSH = 300
"""Events a second of a lane from which on its batches wait for company."""
_STORE_EVERY_SECONDS = 0.1
"""How often the cursor is stored; what was published since is published again after a crash, and dropped by consumers."""
_OFFERED = 5_000
"""Events handed over in memory at most; what does not fit is read from the log."""
_BACKOFF_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)

_CURSOR = "SELECT log.cursor_of($1, $2)"
_ADVANCE = "SELECT log.advance($1, $2, $3, $4)"
_READ = "SELECT event_position, event_id, event_type, event_body FROM log.lane_after($1, $2, $3)"

_log = structlog.get_logger(__name__)

Published = tuple[int, str, str, bytes]
"""Position, event id, type and body of a committed event."""


@dataclass(slots=True)
class _Lane:
    county: str
    bell: Bell
    position: int = -1
    """What the cursor was when this relay last read or moved it; -1 before that."""
    offered: deque[Published] = field(default_factory=deque)
    pace: Pace = field(default_factory=lambda: Pace(_RUSH))
    stored: int = -1
    stored_at: float = 0.0


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

    def offer(self, county: str, committed: Sequence[Published]) -> None:
        """Hand over what this process has just committed, so that it need not be read back; the log stays the truth."""
        lane = self._lanes.get(county)
        if lane is None:
            return
        if len(lane.offered) + len(committed) <= _OFFERED:
            lane.offered.extend(committed)
        lane.bell.ring()

    async def start(self) -> None:
        """Begin publishing; a broker that is away is waited for in the background."""
        self._tasks = [asyncio.create_task(self._run(lane), name=f"relay-{lane.county}") for lane in self._lanes.values()]

    async def stop(self) -> None:
        """Stop after what is under way; the cursor stands at what the broker confirmed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for lane in self._lanes.values():
            if lane.position > lane.stored >= 0:
                with contextlib.suppress(Exception):  # it would only publish these again
                    await self._store(lane)
        await self._drop_producer(self._producer)

    async def _run(self, lane: _Lane) -> None:
        failures = 0
        while True:
            producer = None
            try:
                producer = await self._connected()
                while await self._publish(lane, producer):
                    failures = 0
                rang = await lane.bell.heard(_POLL_SECONDS if lane.stored == lane.position else _STORE_EVERY_SECONDS)
                if not rang and lane.stored != lane.position:
                    await self._store(lane)
                elif not rang:
                    lane.position = -1  # nobody here rang: look at the cursor, an operator or another relay may have moved it
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
        if lane.position < 0:
            lane.position = lane.stored = await self._pool.fetchval(_CURSOR, lane.county, CURSOR)
        await lane.pace.keep()
        taken = self._taken(lane)
        batch = taken or await self._pool.fetch(_READ, lane.county, lane.position, _BATCH)
        if not batch:
            return False
        key = lane.county.encode()
        sent = [
            await producer.send(self._topic, body, key=key, headers=_headers(event_id, event_type, body))
            for _, event_id, event_type, body in batch
        ]
        await asyncio.gather(*sent)
        last = batch[-1][0]
        lane.position = last
        lane.pace.took(len(batch))
        if asyncio.get_running_loop().time() - lane.stored_at > _STORE_EVERY_SECONDS:
            await self._store(lane)
        metrics.RELAYED.labels(lane.county).inc(len(batch))
        metrics.RELAY_POSITION.labels(lane.county).set(last)
        return bool(lane.offered) if taken else len(batch) == _BATCH

    async def _store(self, lane: _Lane) -> None:
        """Store the cursor by compare-and-set; if somebody else moved it, go on from where they left it."""
        moved = await self._pool.fetchval(_ADVANCE, lane.county, CURSOR, lane.stored, lane.position)
        lane.stored_at = asyncio.get_running_loop().time()
        if moved:
            lane.stored = lane.position
        else:
            lane.position = -1

    @staticmethod
    def _taken(lane: _Lane) -> list[Published]:
        """Take what was handed over, as far as it follows the cursor without a gap."""
        taken: list[Published] = []
        position = lane.position
        while lane.offered and len(taken) < _BATCH:
            if lane.offered[0][0] > position + 1:
                break  # the log has what lies between
            offered = lane.offered.popleft()
            if offered[0] == position + 1:
                taken.append(offered)
                position += 1
        return taken

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
