"""A projection built anew from the log or from the topic, as `yinuo rebuild` does it: from nothing to the last commit."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import psycopg

from bench.lab import Database
from bench.material import COUNTY, a_body
from services.intake.projections import NEED_BOARD
from shared.contracts.intake import INTAKE
from shared.kernel.envelope import open_body
from shared.kernel.rebuild import Rebuild, Wanted
from shared.kernel.rebuild.history import FromKafka, FromLogs, History
from shared.kernel.tenancy import Pool, create_pool

_INTO_LOG = "COPY log.events (county, position, stream, version, event_id, type, recorded_at, body) FROM STDIN"
_STANDS = """
INSERT INTO read.checkpoints (county, projection, source, position) VALUES (%s, 'need_board', 'intake', %s)
ON CONFLICT (county, projection, source) DO UPDATE SET position = EXCLUDED.position
"""


class Rebuilding:
    """Intake's board rebuilt on its own database; a context that opens and closes the owner's pool."""

    def __init__(self, runner: asyncio.Runner, kafka: str, where: Database) -> None:
        self._runner = runner
        self._kafka = kafka
        self._where = where
        self._pool: Pool

    def __enter__(self) -> Self:
        """Connect."""
        self._pool = self._runner.run(create_pool(self._where.owner))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._pool.close())

    def fill(self, events: int) -> None:
        """Put the topic's events into the log."""
        with psycopg.connect(self._where.superuser) as connection, connection.cursor().copy(_INTO_LOG) as copy:
            for position in range(1, events + 1):
                body = a_body(position)
                meta = open_body(body).meta
                copy.write_row((COUNTY, position, meta.stream, meta.version, meta.event_id, meta.type, meta.recorded_at, body))

    def from_log(self, events: int) -> float:
        """Return events per second from the log."""
        return self._sample(FromLogs(self._own), events)

    def from_kafka(self, events: int) -> float:
        """Return events per second from the topic."""
        return self._sample(FromKafka(self._kafka), events)

    @asynccontextmanager
    async def _own(self, _service: str) -> AsyncIterator[Pool]:
        yield self._pool

    def _sample(self, history: History, events: int) -> float:
        with psycopg.connect(self._where.superuser) as connection:
            connection.execute(_STANDS, (COUNTY, events))
        return self._runner.run(self._rebuild(history, events))

    async def _rebuild(self, history: History, events: int) -> float:
        run = Rebuild(Wanted("intake", [NEED_BOARD], [INTAKE], [COUNTY]), self._pool, history)
        began = time.perf_counter()
        await run.begin(resume=False)
        await run.catch_up()
        seconds = time.perf_counter() - began
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('app.county', $1, true)", COUNTY)
            rows = await connection.fetchval("SELECT count(*) FROM rebuild.need_board")
        await run.end()
        if rows != events:
            raise RuntimeError(f"{events} events gave {rows} rows")
        return events / seconds
