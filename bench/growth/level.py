"""Appending to and projecting from a log that has grown to a size."""

import asyncio
import time
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
from shared.kernel.consumer import BATCH
from shared.kernel.envelope import open_body
from shared.kernel.event_log import EventLog
from shared.kernel.projecting import Projecting
from shared.kernel.records import Received
from shared.kernel.tenancy import Pool, create_pool

_IN_FLIGHT = 64
_WARM_UP_EVENTS = 500


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
        self.append(_WARM_UP_EVENTS, keyed=True)
        self.project(_WARM_UP_EVENTS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._close())

    def append(self, events: int, *, keyed: bool) -> float:
        """Return seconds per event appended, 64 in flight; `keyed` with command ids from Idempotency-Keys, spread at random."""
        self._samples += 1
        key = f"sample-{self._samples}" if keyed else None
        return self._runner.run(so_many(self._appender, _IN_FLIGHT, events, key=key)) / events

    def project(self, events: int) -> float:
        """Return seconds per event from its bytes to the committed read models; the events are appended before, untimed."""
        self.append(events, keyed=True)
        return self._runner.run(self._project(events)) / events

    async def _open(self) -> None:
        self._pool = await create_pool(self._where.app)
        self._appender = Appender(self._pool, INTAKE, SystemClock())
        self._projecting = Projecting("intake.projections", PROJECTIONS, self._pool, Progress(self._pool))

    async def _close(self) -> None:
        await self._appender.close()
        await self._pool.close()

    async def _project(self, events: int) -> float:
        log = EventLog(self._pool)
        seconds = 0.0
        for first in range(0, events, BATCH):
            wanted = min(BATCH, events - first)
            bodies = await log.bodies(COUNTY, after=self._projected, limit=wanted)
            if len(bodies) != wanted:
                raise RuntimeError(f"{wanted} events wanted after {self._projected}, {len(bodies)} found")
            began = time.perf_counter()
            received = [Received(open_body(body), INTAKE, INTAKE.topic, 0, position) for position, body in bodies]
            await self._projecting.apply((INTAKE.service, COUNTY), received)
            seconds += time.perf_counter() - began
            self._projected = bodies[-1][0]
        return seconds
