"""The kernel's consumer and projections, from the first record in hand to the last commit."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import psycopg
from faststream.kafka import KafkaBroker

from bench.lab import Database
from bench.material import COUNTY
from shared.contracts.intake import INTAKE
from shared.kernel.checkpoints import Progress
from shared.kernel.clock import SystemClock
from shared.kernel.consumer import Consumer, Records
from shared.kernel.projecting import Projecting
from shared.kernel.projection import Projection
from shared.kernel.records import Lane, Received, Stray
from shared.kernel.subscribing import broker
from shared.kernel.tenancy import Pool, create_pool

_LONGEST_SECONDS = 300.0


class TimedConsumer(Consumer):
    """The consumer as it is, noting when the first records came and when the last were applied."""

    expected = 0
    taken = 0
    began: float | None = None
    ended = 0.0
    through: asyncio.Event

    async def handle(self, records: Records) -> None:
        """Take a batch."""
        if self.began is None:
            self.began = time.perf_counter()
        await super().handle(records)

    async def _take(self, lanes: Mapping[Lane, Sequence[Received]], strays: Sequence[Stray]) -> None:
        await super()._take(lanes, strays)
        self.taken += sum(len(received) for received in lanes.values())
        if self.taken >= self.expected:
            self.ended = time.perf_counter()
            self.through.set()


class Ours:
    """A service's projections on its own database; a context that opens and closes the pool."""

    def __init__(self, runner: asyncio.Runner, kafka: str, where: Database, projections: Sequence[Projection[Any]]) -> None:
        self._runner = runner
        self._kafka = kafka
        self._where = where
        self._projections = projections
        self._group = 0
        self._pool: Pool

    def __enter__(self) -> Self:
        """Connect."""
        self._pool = self._runner.run(create_pool(self._where.app))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._pool.close())

    def sample(self, events: int) -> float:
        """Return events per second through Kafka, checkpoints and read models, starting from empty tables."""
        self._group += 1
        tables = ", ".join(f"read.{projection.name}" for projection in self._projections)
        with psycopg.connect(self._where.superuser) as connection:
            connection.execute(f"TRUNCATE read.checkpoints, {tables}".encode())
        rate = self._runner.run(self._read(events))
        self._check(events)
        return rate

    def _check(self, events: int) -> None:
        """RuntimeError unless every projection stands at the last event: what was not done must not count as fast."""
        with psycopg.connect(self._where.superuser) as connection:
            standing = [row[0] for row in connection.execute("SELECT position FROM read.checkpoints")]
        if standing != [events] * len(self._projections):
            raise RuntimeError(f"{events} events left the projections at {standing}")

    async def _read(self, events: int) -> float:
        kafka: KafkaBroker = broker(self._kafka)
        target = Projecting(f"bench.{self._where.name}.{self._group}", self._projections, self._pool, Progress(self._pool))
        consumer = TimedConsumer(
            kafka, target, bootstrap=self._kafka, contracts=[INTAKE], counties=[COUNTY], pool=self._pool, clock=SystemClock()
        )
        consumer.expected, consumer.through = events, asyncio.Event()
        try:
            await kafka.start()
            async with asyncio.timeout(_LONGEST_SECONDS):
                await consumer.through.wait()
        finally:
            await kafka.stop()
            await consumer.stop()
        assert consumer.began is not None  # noqa: S101 - it is through
        return events / (consumer.ended - consumer.began)
