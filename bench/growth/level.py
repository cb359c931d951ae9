"""Appending to and projecting from a log that has grown to a size."""

import asyncio
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from bench.appending.ours import so_many
from bench.lab import Database
from bench.material import COUNTY
from services.intake.consumers import PROJECTIONS
from shared.contracts.intake import INTAKE
from shared.kernel.appender import Appender
from shared.kernel.checkpoints import Progress
from shared.kernel.clock import SystemClock
from shared.kernel.envelope import open_body
from shared.kernel.event_log import EventLog
from shared.kernel.projecting import Projecting
from shared.kernel.records import Received
from shared.kernel.subscribing import BATCH
from shared.kernel.tenancy import Pool, create_pool

_IN_FLIGHT = 64
_WARM_UP_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds an event took to append, and to project."""

    appending: float
    projecting: float


class Level:
    """One grown database with an appender and intake's projections; a context that opens and closes their pool."""

    def __init__(self, runner: asyncio.Runner, where: Database, size: int) -> None:
        self._runner = runner
        self._where = where
        self._projected = size
        self._samples = 0
        self._pool: Pool
        self._appender: Appender
        self._projecting: Projecting

    def __enter__(self) -> Self:
        """Connect, tidy up after the filling, and append and project until connections, plans and caches are warm."""
        with psycopg.connect(self._where.superuser, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")  # or autovacuum would do it in the middle of some sample
        self._runner.run(self._open())
        self.sample(_WARM_UP_EVENTS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._close())

    def sample(self, events: int) -> Costs:
        """Append so many events, 64 in flight, and project the same ones, from their bytes to the committed read models.

        Command ids derive from Idempotency-Keys, as clients send them: spread at random over their index, where the cost of a
        long log would show first.
        """
        return self._runner.run(self._sample(events))

    def events(self) -> int:
        """Return how many events the log holds now."""
        return self._projected

    async def _open(self) -> None:
        self._pool = await create_pool(self._where.app)
        self._appender = Appender(self._pool, INTAKE, SystemClock())
        self._projecting = Projecting("intake.projections", PROJECTIONS, self._pool, Progress(self._pool))

    async def _close(self) -> None:
        await self._appender.close()
        await self._pool.close()

    async def _sample(self, events: int) -> Costs:
        self._samples += 1
        appending = await so_many(self._appender, _IN_FLIGHT, events, key=f"sample-{self._samples}")
        projecting = 0.0
        for first in range(0, events, BATCH):
            projecting += await self._project(min(BATCH, events - first))
        return Costs(appending / events, projecting / events)

    async def _project(self, events: int) -> float:
        """Project the next events; return seconds, reading them from the log apart."""
        bodies = await EventLog(self._pool).bodies(COUNTY, after=self._projected, limit=events)
        if len(bodies) != events:
            raise RuntimeError(f"{events} events wanted after {self._projected}, {len(bodies)} found")
        began = time.perf_counter()
        received = [Received(open_body(body), INTAKE, INTAKE.topic, 0, position) for position, body in bodies]
        await self._projecting.apply((INTAKE.service, COUNTY), received)
        self._projected = bodies[-1][0]
        return time.perf_counter() - began
