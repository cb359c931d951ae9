"""Deadlines as rows: every due one is found and becomes a command with a derived id; clocks move only by events."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from shared.kernel import metrics
from shared.kernel.actor import Actor
from shared.kernel.checkpoints import Progress
from shared.kernel.commands import Commands
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.projection import Projection
from shared.kernel.rules import Asked, Command
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_DUE = """
SELECT timer_id, due_at, command, payload FROM read.timers
WHERE county = $1 AND NOT settled AND due_at <= $2
  AND (timer_id, due_at) NOT IN (SELECT * FROM unnest($3::uuid[], $4::timestamptz[]))
ORDER BY due_at, timer_id LIMIT 500
"""
_NEXT_DUE = """
SELECT due_at FROM read.timers WHERE county = $1 AND NOT settled AND due_at > $2 ORDER BY due_at LIMIT 1
"""
_EVERY_SECONDS = 0.5
_REST_SECONDS = 5.0
"""How long a county may be left alone whose deadlines are known: other processes may fold them, and rebuilds."""
_TABLE = "timers"
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class TimerRow:
    """A deadline: when it is due, and the command (name and JSON fields) to give then."""

    timer_id: UUID
    due_at: datetime | None = None
    command: str | None = None
    payload: dict[str, Any] | None = None
    settled: bool = False


def timers() -> Projection[TimerRow]:
    """Return the projection a service folds its deadlines into (`read.timers`)."""
    return Projection(_TABLE, row=TimerRow, key="timer_id")


@dataclass(frozen=True, slots=True)
class _Rest:
    """Why a county may be left alone: nothing is due before `until`, as long as its timers are as they were."""

    changes: int
    found_at: float
    until: datetime | None


class Sweeper:
    """Looks for due timers of every county and gives their commands, once each in effect."""

    def __init__(
        self, pool: "Pool", commands: Commands, kinds: Iterable[type[Command]], counties: Iterable[str], progress: Progress
    ) -> None:
        self._pool = pool
        self._commands = commands
        self._progress = progress
        self._rests: dict[str, _Rest] = {}
        self._kinds: Mapping[str, type[Command]] = {kind.__name__: kind for kind in kinds}
        self._counties = list(counties)
        self._given: dict[str, set[tuple[UUID, datetime]]] = {county: set() for county in self._counties}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin sweeping."""
        self._task = asyncio.create_task(self._run(), name="sweeper")

    async def stop(self) -> None:
        """Stop sweeping."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            for county in self._counties:
                try:
                    while not self.may_rest(county) and await self.sweep(county):
                        pass
                    metrics.SWEEPS.labels(county).inc()
                except Exception as fault:  # noqa: BLE001 - the deadline stands in its row; the next sweep finds it
                    _log.warning("sweep_failed", county=county, error=repr(fault))
            await asyncio.sleep(_EVERY_SECONDS)

    def may_rest(self, county: str) -> bool:
        """Tell whether nothing can have become due since it was last found that nothing was."""
        rest = self._rests.get(county)
        if rest is None or rest.changes != self._progress.changes(county, _TABLE) or time.monotonic() > rest.found_at + _REST_SECONDS:
            return False
        return rest.until is None or self._commands.clock.now(county) < rest.until

    async def sweep(self, county: str) -> int:
        """Give the commands of what is due now; return how many."""
        now, changes, found_at = self._commands.clock.now(county), self._progress.changes(county, _TABLE), time.monotonic()
        given = self._given[county]
        async with county_transaction(self._pool, county) as connection:
            rows = await connection.fetch(_DUE, county, now, [timer for timer, _ in given], [due for _, due in given])
            if not rows:
                self._rests[county] = _Rest(changes, found_at, await connection.fetchval(_NEXT_DUE, county, now))
        for row in rows:
            await self._give(county, row["timer_id"], row["due_at"], row["command"], row["payload"])
            given.add((row["timer_id"], row["due_at"]))
        return len(rows)

    async def _give(self, county: str, timer_id: UUID, due_at: datetime, command: str, payload: dict[str, Any]) -> None:
        command_id = derived("timer", str(timer_id), due_at.isoformat())
        asked = Asked(
            county=county,
            actor=Actor.system("timer"),
            at=max(self._commands.clock.now(county), due_at),
            command_id=command_id,
            correlation_id=str(command_id),
        )
        try:
            await self._commands.execute(self._kinds[command].model_validate(payload, strict=False), asked)
            metrics.TIMERS_FIRED.labels(county).inc()
        except Rejected as refusal:
            _log.info("timer_command_rejected", command=command, code=refusal.code)
