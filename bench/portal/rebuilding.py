"""The portal's whole history read again: from the topics through its own consumer into its own emptied read models."""

import asyncio
from types import TracebackType
from typing import Self

import psycopg
from faststream.kafka import KafkaBroker

from bench.lab import Database
from bench.projecting.ours import TimedConsumer
from services.portal.consumers import PROJECTIONS, SOURCES
from services.portal.main import PARTS
from shared.kernel.checkpoints import Progress
from shared.kernel.clock import SimulatedClock
from shared.kernel.collecting import collect_seldom
from shared.kernel.ids import uuid7
from shared.kernel.projecting import Projecting
from shared.kernel.subscribing import broker
from shared.kernel.tenancy import Pool, create_pool

_LONGEST_SECONDS = 600.0
_STANDING = "SELECT projection, sum(position) FROM read.checkpoints GROUP BY 1"


class Replayed:
    """The portal's projections on a database of their own; a context that opens and closes the pool."""

    def __init__(self, runner: asyncio.Runner, kafka: str, where: Database, counties: tuple[str, ...]) -> None:
        self._runner = runner
        self._kafka = kafka
        self._where = where
        self._counties = counties
        self._pool: Pool

    def __enter__(self) -> Self:
        """Connect, and be as a service's process is."""
        collect_seldom()
        self._pool = self._runner.run(create_pool(self._where.app))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._pool.close())

    def sample(self, events: int) -> float:
        """Return events per second, from the first record in hand to the last commit, starting from empty tables."""
        tables = ", ".join(f"read.{projection.name}" for projection in PROJECTIONS)
        with psycopg.connect(self._where.superuser) as connection:
            connection.execute(f"TRUNCATE read.checkpoints, {tables}".encode())
        rate = self._runner.run(self._read(events))
        self._check(events)
        return rate

    def _check(self, events: int) -> None:
        """RuntimeError unless every projection stands at the end of every lane and the archive holds it all."""
        with psycopg.connect(self._where.superuser) as connection:
            standing = {str(name): int(position) for name, position in connection.execute(_STANDING).fetchall()}
            ((archived,),) = connection.execute("SELECT count(*) FROM read.event_archive").fetchall()
            ((parked,),) = connection.execute("SELECT count(*) FROM read.parked").fetchall()
        if set(standing.values()) != {events} or len(standing) != len(PROJECTIONS) or archived != events or parked:
            raise RuntimeError(f"{events} events left {archived} in the archive, {parked} parked, the projections at {standing}")

    async def _read(self, events: int) -> float:
        kafka: KafkaBroker = broker(self._kafka)
        progress = Progress(self._pool)
        target = Projecting(f"bench.portal.{uuid7()}", PROJECTIONS, self._pool, progress, at_once=[PARTS.contract.service])
        consumer = TimedConsumer(
            kafka, target, bootstrap=self._kafka, contracts=SOURCES, counties=self._counties, pool=self._pool, clock=SimulatedClock()
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
