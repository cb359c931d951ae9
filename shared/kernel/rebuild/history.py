"""Lanes read again from where they are kept: the logs of the services, or their topics."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.partitioner import DefaultPartitioner

from shared.kernel.envelope import open_body
from shared.kernel.event_log import EventLog
from shared.kernel.events import Contract
from shared.kernel.records import Lane, Received, sort

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.kernel.tenancy import Pool

BATCH = 4_000
_POLL_MS = 500


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is to be read of a lane: the positions after `after` up to `until`; `offset`: that of the last record before, if known."""

    contract: Contract
    county: str
    after: int
    until: int
    offset: int | None = None

    @property
    def lane(self) -> Lane:
        """The lane's service and county."""
        return self.contract.service, self.county


class History(Protocol):
    """Where events are read from."""

    def read(self, stretches: Sequence[Stretch]) -> "AsyncIterator[tuple[Lane, list[Received]]]":
        """Yield the events of each stretch in order, batch by batch; several lanes may take turns. What is not kept is left out."""
        ...

    async def end(self, lane: Lane) -> int:
        """Return the last position of a lane that a projection can be built up to from nothing; 0 where that cannot be told."""
        ...


class FromLogs:
    """Reads each lane from its service's own log."""

    def __init__(self, pools: "Callable[[str], AbstractAsyncContextManager[Pool]]") -> None:
        self._pools = pools

    async def read(self, stretches: Sequence[Stretch]) -> AsyncIterator[tuple[Lane, list[Received]]]:
        """Yield lane after lane; the next batch is fetched while the one before is worked on."""
        for stretch in stretches:
            if stretch.until <= stretch.after:
                continue
            async with self._pools(stretch.contract.service) as pool:
                log, after = EventLog(pool), stretch.after
                coming = asyncio.create_task(log.bodies(stretch.county, after=after, limit=BATCH))
                try:
                    while rows := await coming:
                        after = rows[-1][0]
                        coming = asyncio.create_task(self._next(log, stretch, after))
                        yield (
                            stretch.lane,
                            [
                                Received(open_body(body), stretch.contract, stretch.contract.topic, -1, position)
                                for position, body in rows
                                if position <= stretch.until
                            ],
                        )
                finally:
                    coming.cancel()
                    await asyncio.gather(coming, return_exceptions=True)

    async def end(self, lane: Lane) -> int:
        """Return the head of the lane's log."""
        service, county = lane
        async with self._pools(service) as pool:
            return (await EventLog(pool).head(county)).position

    @staticmethod
    async def _next(log: EventLog, stretch: Stretch, after: int) -> list[tuple[int, bytes]]:
        return await log.bodies(stretch.county, after=after, limit=BATCH) if after < stretch.until else []


class FromKafka:
    """Reads lanes from their topics, without a group: nobody's offsets are moved."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka

    async def read(self, stretches: Sequence[Stretch]) -> AsyncIterator[tuple[Lane, list[Received]]]:
        """Yield what the topics hold, in the order they hold it, up to their ends of now."""
        contracts = {stretch.contract.topic: stretch.contract for stretch in stretches}
        begins = await self._begins(stretches)
        if not begins:
            return
        async with self._reader() as reader:
            reader.assign(list(begins))
            first, ends = await reader.beginning_offsets(list(begins)), await reader.end_offsets(list(begins))
            for partition, offset in begins.items():
                reader.seek(partition, max(offset, first[partition]))
            left = {partition for partition, end in ends.items() if max(begins[partition], first[partition]) < end}
            until = {stretch.lane: stretch.until for stretch in stretches}
            while left:
                for partition, records in (await reader.getmany(*left, timeout_ms=_POLL_MS, max_records=BATCH)).items():
                    lanes, _ = sort(records, contracts)
                    for lane, received in lanes.items():
                        due = [record for record in received if record.envelope.meta.position <= until.get(lane, 0)]
                        if due:
                            yield lane, due
                    if records[-1].offset + 1 >= ends[partition]:
                        left.discard(partition)
                        reader.pause(partition)

    async def end(self, lane: Lane) -> int:  # noqa: ARG002 - the protocol's
        """Return 0: a topic may lack what the relay has yet to publish."""
        return 0

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=2 << 20,
            fetch_max_bytes=8 << 20,
        )
        await reader.start()
        try:
            yield reader
        finally:
            await reader.stop()

    async def _begins(self, stretches: Sequence[Stretch]) -> dict[TopicPartition, int]:
        """Return the partitions that hold the wanted lanes, each with the offset to begin at."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        try:
            topics = await admin.describe_topics(sorted({stretch.contract.topic for stretch in stretches}))
        finally:
            await admin.close()
        numbers = {topic["topic"]: sorted(partition["partition"] for partition in topic["partitions"]) for topic in topics}
        begins: dict[TopicPartition, int] = {}
        for stretch in stretches:
            partitions = numbers[stretch.contract.topic]
            if stretch.until > stretch.after and partitions:
                partition = TopicPartition(stretch.contract.topic, DefaultPartitioner()(stretch.county.encode(), partitions, partitions))
                offset = 0 if stretch.offset is None else stretch.offset + 1
                begins[partition] = min(begins.get(partition, offset), offset)
        return begins
