"""Streams whose parked events a policy is asked to look at again: found by the service, whose commands they become."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog

from shared.kernel.policy import Reacting
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_ASKED = "SELECT projection, source, stream FROM read.redrives WHERE county = $1 ORDER BY asked_at"
_DONE = "DELETE FROM read.redrives WHERE county = $1 AND projection = $2 AND source = $3 AND stream = $4"
_EVERY_SECONDS = 1.0
_log = structlog.get_logger(__name__)


class Redriver:
    """Looks for what operators asked, in every county, and does it once in effect whoever else does it too."""

    def __init__(self, pool: "Pool", reacting: Reacting, counties: Iterable[str]) -> None:
        self._pool = pool
        self._reacting = reacting
        self._counties = list(counties)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin looking."""
        self._task = asyncio.create_task(self._run(), name="redriver")

    async def stop(self) -> None:
        """Stop looking; what was asked stands in its row."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            for county in self._counties:
                try:
                    await self.redrive(county)
                except Exception as fault:  # noqa: BLE001 - trouble that passes: the row stands
                    _log.warning("redrive_failed", county=county, error=repr(fault))
            await asyncio.sleep(_EVERY_SECONDS)

    async def redrive(self, county: str) -> None:
        """Do what is asked now in a county."""
        async with county_transaction(self._pool, county) as connection:
            asked = await connection.fetch(_ASKED, county)
        for policy, source, stream in asked:
            redriven = await self._reacting.redrive(county, policy, source, stream)
            async with county_transaction(self._pool, county) as connection:
                await connection.execute(_DONE, county, policy, source, stream)
            _log.info("parked_redriven", policy=policy, source=source, county=county, applied=redriven.applied, left=redriven.left)
