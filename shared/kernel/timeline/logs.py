"""Finding events in the services' own logs, as an operator or auditor reaches them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from shared.kernel.envelope import Envelope, open_body
from shared.kernel.tenancy import county_reading

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_CHUNK = 50_000
"""Positions looked through in one go: well below the database's time limit."""
_HEAD = "SELECT position FROM log.heads WHERE county = $1"
_NAMING = """
SELECT body FROM log.events WHERE county = $1 AND position > $2 AND position <= $3
  AND EXISTS (SELECT FROM unnest($4::text[]) AS id WHERE position(convert_to(id, 'UTF8') IN body) > 0)
"""
_EXISTING = "SELECT DISTINCT stream FROM log.events WHERE county = $1 AND stream = ANY($2::text[]) AND version = 1"
_AT = "SELECT body FROM log.events WHERE county = $1 AND position = $2"


class LogFinder:
    """Finds a county's events in the logs of several services, by their pools. Every search by name looks through whole lanes."""

    def __init__(self, pools: "Mapping[str, Pool]", county: str) -> None:
        self._pools = pools
        self._county = county

    async def naming(self, ids: Collection[str]) -> Iterable[Envelope]:
        """Return the events in which one of these ids stands, be it as the stream's."""
        found = await asyncio.gather(*(self._naming(pool, list(ids)) for pool in self._pools.values()))
        return [event for events in found for event in events]

    async def existing(self, streams: Collection[str]) -> Collection[str]:
        """Return those of these streams that there are."""
        found: set[str] = set()
        for pool in self._pools.values():
            async with county_reading(pool, self._county) as connection:
                found |= {row[0] for row in await connection.fetch(_EXISTING, self._county, list(streams))}
        return found

    async def at(self, service: str, position: int) -> Envelope | None:
        """Return the event at a position of a service's lane, None where there is none."""
        async with county_reading(self._pools[service], self._county) as connection:
            body = await connection.fetchval(_AT, self._county, position)
        return None if body is None else open_body(body)

    async def _naming(self, pool: "Pool", ids: list[str]) -> list[Envelope]:
        found: list[Envelope] = []
        async with county_reading(pool, self._county) as connection:
            head = await connection.fetchval(_HEAD, self._county) or 0
            for after in range(0, head, _CHUNK):
                rows = await connection.fetch(_NAMING, self._county, after, after + _CHUNK, ids)
                found += [open_body(row[0]) for row in rows]
        return found
