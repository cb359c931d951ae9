"""The kernel's appender in this process: so many commands in flight, one event on a new stream each."""

import asyncio
import time
from types import TracebackType
from typing import Self

import uvloop

from bench.material import COUNTY, an_append
from shared.contracts.intake import INTAKE
from shared.kernel.appender import Appender
from shared.kernel.clock import SystemClock
from shared.kernel.event_log import EventLog
from shared.kernel.tenancy import Pool, create_pool

_WARM_UP_EVENTS = 1_000


class Ours:
    """An appender on one database, as a service has it; a context that opens and closes its pool."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._pool: Pool
        self._appender: Appender

    def __enter__(self) -> Self:
        """Connect, and append until connections, plans and caches are warm."""
        self._runner.__enter__()
        self._runner.run(self._open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._runner.run(self._close())
        finally:
            self._runner.__exit__(kind, error, trace)

    def sample(self, in_flight: int, seconds: float) -> float:
        """Return events appended per second, durably, with `in_flight` commands waiting at any time."""
        return self._runner.run(for_seconds(self._appender, in_flight, seconds))

    def rows(self) -> int:
        """Return how many events the log holds."""
        return self._runner.run(EventLog(self._pool).head(COUNTY)).position

    async def _open(self) -> None:
        self._pool = await create_pool(self._dsn)
        self._appender = Appender(self._pool, INTAKE, SystemClock())
        await so_many(self._appender, 16, _WARM_UP_EVENTS)

    async def _close(self) -> None:
        await self._appender.close()
        await self._pool.close()


async def for_seconds(appender: Appender, in_flight: int, seconds: float) -> float:
    """Append for a time; return events per second, until the last answer."""
    began = time.perf_counter()
    until = began + seconds

    async def one_after_another() -> int:
        done = 0
        while time.perf_counter() < until:
            await appender.append(COUNTY, an_append())
            done += 1
        return done

    done = sum(await asyncio.gather(*(one_after_another() for _ in range(in_flight))))
    return done / (time.perf_counter() - began)


async def so_many(appender: Appender, in_flight: int, events: int, *, key: str | None = None) -> float:
    """Append a number of events; return seconds. With `key`, each command's id derives from an Idempotency-Key of its own."""
    numbers = iter(range(events))

    async def one_after_another() -> None:
        for number in numbers:
            await appender.append(COUNTY, an_append(key=None if key is None else f"{key}-{number}"))

    began = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return time.perf_counter() - began
