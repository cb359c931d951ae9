"""Kafka to handlers: batches sorted into lanes and applied, one after the other; holes fetched again."""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from shared.kernel import metrics
from shared.kernel.checkpoints import CheckpointLost, flush
from shared.kernel.clock import Clock
from shared.kernel.events import Contract
from shared.kernel.lanes import Hole
from shared.kernel.pacing import Pace
from shared.kernel.records import Lane, Received, Stray, keep_strays, sort
from shared.kernel.subscribing import BATCH, subscribe
from shared.kernel.tenancy import TROUBLE
from shared.kernel.turns import WORTH_OVERLAPPING

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_OPENED_AT_ONCE = 50
"""Records that are opened without looking up: some 3 ms."""
_RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_COMMIT_EVERY_SECONDS = 1.0
_COMMIT_SECONDS = 2.0
_CHECK_AFTER_SECONDS = 0.5
_RUSH = 900
"""Events a second of all lanes from which on batches wait for company; relays have made them wait already."""
_SETTLE_SECONDS = 2.0
_FETCH_AGAIN_SECONDS = 60.0
"""How long a lane that waits for a position is left alone before the topic is searched for it again."""
_log = structlog.get_logger(__name__)
Records = Sequence["ConsumerRecord[Any, Any]"]


class Applies(Protocol):
    """What a consumer feeds: projections or a policy."""

    group: str

    def prepare(self, received: Sequence[Received]) -> None:
        """Do for records of a lane what can be done before it is their turn; never raises."""
        ...

    def forget(self) -> None:
        """Ask the database where each lane stands before going on."""
        ...

    async def apply(self, lane: Lane, received: Sequence[Received]) -> Hole | None:
        """Apply what is due in a lane; return the hole that stopped it, if one did."""
        ...

    async def settle(self) -> None:
        """Write where lanes stand that nothing was written of."""
        ...


class Consumer:
    """One subscriber and what it feeds. Offsets are for lag tools; the truth is in the checkpoints."""

    def __init__(
        self,
        kafka: KafkaBroker,
        target: Applies,
        *,
        bootstrap: str,
        contracts: Sequence[Contract],
        counties: Iterable[str],
        pool: "Pool",
        clock: Clock,
        instance: str | None = None,
    ) -> None:
        self.group = target.group
        self.subscriber = subscribe(kafka, [contract.topic for contract in contracts], target.group, counties, instance)
        self.subscriber(self.handle)
        self._contracts: Mapping[str, Contract] = {contract.topic: contract for contract in contracts}
        self._target = target
        self._pool = pool
        self._clock = clock
        self._bootstrap = bootstrap
        self._waiting: dict[Lane, tuple[int, float]] = {}
        self._under_way: asyncio.Task[None] | None = None
        self._alone = asyncio.Lock()
        self._last: dict[Lane, Received] = {}
        self._checking: asyncio.Task[None] | None = None
        self._doubtful = False
        self._stopped = False
        self._done: dict[TopicPartition, int] = {}
        self._committing: asyncio.Task[None] | None = None
        self._pace = Pace(_RUSH)
        self._spent: list[Received] = []
        """What has been applied: let go while the next are opened, since to do so at once would take as long as to make them did."""
        self.batches = 0

    @property
    def busy(self) -> bool:
        """Whether a batch is under way."""
        return self._under_way is not None and not self._under_way.done()

    async def handle(self, records: Records) -> None:
        """Take a batch: it is opened here, while the one before is still being written, and applied when that is done."""
        lanes, strays = await self._open(records)
        if self._under_way is not None and not self._under_way.done():
            await asyncio.wait([self._under_way])  # one batch at a time; a consumer that is stopped here leaves it alone
        if self._stopped:
            return  # what is not begun now comes again to whoever reads next
        self._under_way = under_way = asyncio.create_task(self._take(lanes, strays), name=f"{self.group}-batch")
        if len(records) < WORTH_OVERLAPPING:
            await asyncio.wait([under_way])
        else:
            await asyncio.sleep(0)  # let it begin before the next records are asked for
        self._pace.took(len(records))
        await self._pace.keep()

    async def _open(self, records: Records) -> tuple[Mapping[Lane, Sequence[Received]], Sequence[Stray]]:
        """Sort and prepare records, some at a time: the batch before goes on as soon as the database has answered it."""
        lanes: dict[Lane, list[Received]] = {}
        strays: list[Stray] = []
        for start in range(0, len(records), _OPENED_AT_ONCE):
            if start:
                await asyncio.sleep(0)
                del self._spent[-_OPENED_AT_ONCE:]
            some, odd = sort(records[start : start + _OPENED_AT_ONCE], self._contracts)
            for lane, received in some.items():
                self._target.prepare(received)
                lanes.setdefault(lane, []).extend(received)
            strays += odd
        return lanes, strays

    def doubt(self) -> None:
        """Look whether the database still stands where we left it; called when a connection was lost.

        Moves do not wait for the disk: a server that crashed may come back without the last of them, and would stay
        behind until its lanes' next events.
        """
        self._doubtful = True
        if not self._stopped and (self._checking is None or self._checking.done()):
            self._checking = asyncio.create_task(self._check(), name=f"{self.group}-check")

    async def _check(self) -> None:
        """Apply the last event of every lane again: it is dropped where the database has it, and otherwise finds a hole."""
        while self._doubtful:
            await asyncio.sleep(_CHECK_AFTER_SECONDS)  # connections are lost together
            self._doubtful = False
            async with self._alone:
                self._target.forget()
                for lane, last in list(self._last.items()):
                    await self._apply(lane, [last])

    async def stop(self) -> None:
        """Leave the batch under way where it is, once nothing more comes: what was not committed comes again."""
        self._stopped = True
        tasks = [task for task in (self._under_way, self._checking, self._committing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(CheckpointLost, *TROUBLE):  # it would only read these again
            async with asyncio.timeout(_SETTLE_SECONDS):
                await self._target.settle()

    async def _take(self, lanes: Mapping[Lane, Sequence[Received]], strays: Sequence[Stray]) -> None:
        """Apply a batch, however long trouble lasts; return when every record is applied, dropped, parked or kept."""
        try:
            if strays:
                await self._insist("strays", lambda: keep_strays(self._pool, strays))
            for lane, received in lanes.items():
                self._clock.observe(lane[1], received[-1].envelope.meta.recorded_at)
                async with self._alone:
                    await self._apply(lane, received)
                self._last[lane] = received[-1]
            for record in (*(received[-1] for received in lanes.values()), *(stray.record for stray in strays)):
                partition = TopicPartition(record.topic, record.partition)
                self._done[partition] = max(self._done.get(partition, 0), record.offset + 1)
            if self._committing is None or self._committing.done():
                self._committing = asyncio.create_task(self._commit(), name=f"{self.group}-offsets")
        except Exception:  # noqa: BLE001 - logged whole
            _log.exception("batch_failed", consumer=self.group)  # a fault of ours: the lanes find the hole and fetch it again
        finally:
            self._spent = [record for received in lanes.values() for record in received]
            self.batches += 1

    async def _insist(self, what: str, attempt: Any) -> Any:  # noqa: ANN401 - returns what the attempt returns
        """Try until it works: transient trouble never parks and never passes."""
        failures = 0
        while True:
            try:
                return await attempt()
            except Exception as fault:  # noqa: BLE001 - only trouble that passes gets here
                wait = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)]
                failures += 1
                _log.warning("consumer_retries", consumer=self.group, what=what, error=repr(fault), retry_in_seconds=wait)
                await asyncio.sleep(wait)

    async def _apply(self, lane: Lane, received: Sequence[Received]) -> None:
        """Apply a lane's records; over a hole fetch the lane again, and where the topic does not hold it, wait and say so."""
        hole = await self._insist(lane[1], lambda: self._target.apply(lane, received))
        if hole is None:
            if self._waiting.pop(lane, None) is not None:
                metrics.WAITING.labels(*lane).set(0)
            return
        now = asyncio.get_running_loop().time()
        position, since = self._waiting.get(lane, (0, 0.0))
        if position == hole.position and now - since < _FETCH_AGAIN_SECONDS:
            return
        metrics.HOLES.labels(*lane).inc()
        for offset in dict.fromkeys((hole.offset + 1 if hole.offset is not None else 0, 0)):
            _log.warning(
                "lane_fetched_again", consumer=self.group, source=lane[0], county=lane[1], position=hole.position, from_offset=offset
            )
            hole = await self._insist(lane[1], lambda offset=offset: self._fetch_again(lane, received, offset))
            if hole is None:
                return
        self._waiting[lane] = (hole.position, now)
        metrics.WAITING.labels(*lane).set(1)
        _log.error("lane_waits_for_position", consumer=self.group, source=lane[0], county=lane[1], position=hole.position)

    async def _fetch_again(self, lane: Lane, received: Sequence[Received], offset: int) -> Hole | None:
        """Read the lane's partition from an offset up to these records, apply it and them; return the hole that remains.

        By a reader of its own: the subscriber's position, and so the other lanes, stay where they are. Offsets may be of a broker that
        is no more: what ends before them is read to its end.
        """
        partition, until = TopicPartition(received[0].topic, received[0].partition), received[0].offset
        reader = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest")
        await reader.start()
        try:
            reader.assign([partition])
            beginning = (await reader.beginning_offsets([partition]))[partition]
            until = min(until, (await reader.end_offsets([partition]))[partition])
            reader.seek(partition, max(offset, beginning))
            while await reader.position(partition) < until:
                for records in (await reader.getmany(timeout_ms=500, max_records=BATCH)).values():
                    lanes, _ = sort(records, self._contracts)
                    if lane in lanes:
                        self._target.prepare(lanes[lane])
                        await self._target.apply(lane, lanes[lane])
        finally:
            await reader.stop()
        return await self._target.apply(lane, received)

    async def _commit(self) -> None:
        """Write, and tell the broker, every second how far everything is done, until it is told of all; losing this changes nothing."""
        while self._done:
            await asyncio.sleep(_COMMIT_EVERY_SECONDS)
            done = dict(self._done)
            try:
                async with self._alone:
                    await self._target.settle()
                await flush(self._pool)  # from here on these need not come again
            except (*TROUBLE, CheckpointLost) as fault:
                _log.info("offsets_not_committed", consumer=self.group, error=repr(fault))
                continue
            self._done = {partition: offset for partition, offset in self._done.items() if done.get(partition) != offset}
            consumer = self.subscriber.consumer
            if consumer is None:
                return
            try:
                async with asyncio.timeout(_COMMIT_SECONDS):  # a broker that is slow to answer must not keep us from writing
                    await consumer.commit({partition: offset for partition, offset in done.items() if partition in consumer.assignment()})
            except (KafkaError, TimeoutError) as fault:
                _log.info("offsets_not_committed", consumer=self.group, error=repr(fault))
