"""Reading lanes as far as a position: the service's own from its log, other services' from the archive."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from shared.kernel.tenancy import county_reading

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_CHUNK = 2_000
"""Events read in one go: some 2 MB."""
_TO_INDEXES = "SET LOCAL enable_seqscan = off"
"""The archive grows faster than the server's statistics of it."""
_OWN_OF_TYPES = """
SELECT position, body FROM log.events WHERE county = $1 AND position > $2 AND position <= $3 AND type = ANY($4::text[])
ORDER BY position LIMIT $5
"""
_OTHERS_OF_TYPES = """
SELECT position, body FROM read.archive
WHERE county = $1 AND source = $6 AND position > $2 AND position <= $3 AND type = ANY($4::text[]) ORDER BY position LIMIT $5
"""
_OWN_OF_STREAMS = """
SELECT position, body FROM log.events
WHERE county = $1 AND $2::text IS NOT NULL AND stream = ANY($4::text[]) AND position <= $3 AND type = ANY($5::text[])
"""
_OTHERS_OF_STREAMS = """
SELECT position, body FROM read.archive
WHERE county = $1 AND source = $2 AND stream = ANY($4::text[]) AND position <= $3 AND type = ANY($5::text[]) AND body IS NOT NULL
"""
_OWN_NAMING = """
SELECT a.position, e.body FROM read.archive a JOIN log.events e ON e.county = $1 AND e.position = a.position
WHERE a.county = $1 AND a.source = $2 AND a.type = ANY($4::text[]) AND a.position <= $3
  AND position(convert_to($5, 'UTF8') IN e.body) > 0
"""
_OTHERS_NAMING = """
SELECT position, body FROM read.archive
WHERE county = $1 AND source = $2 AND type = ANY($4::text[]) AND position <= $3 AND position(convert_to($5, 'UTF8') IN body) > 0
"""
_SAMPLES = """
SELECT DISTINCT a.position, {body} AS body FROM unnest($4::text[]) AS wanted (type) CROSS JOIN LATERAL (
  (SELECT position, body FROM read.archive WHERE county = $1 AND source = $2 AND type = wanted.type AND position <= $3
    ORDER BY position LIMIT 1)
  UNION ALL
  (SELECT position, body FROM read.archive WHERE county = $1 AND source = $2 AND type = wanted.type AND position <= $3
    ORDER BY position DESC LIMIT 1)
) AS a
"""
_OWN_SAMPLES = _SAMPLES.format(body="(SELECT e.body FROM log.events e WHERE e.county = $1 AND e.position = a.position)")
_OTHERS_SAMPLES = _SAMPLES.format(body="a.body")
_RECORDED = "SELECT recorded_at FROM log.events WHERE county = $1 AND position = $2"
_OWN_AT = "SELECT log.position_at($1, $2)"
_HEAD = "SELECT position FROM log.heads WHERE county = $1"
Found = list[tuple[int, bytes]]
"""Positions and bodies of events, in the order of their lane."""


class Stretch(NamedTuple):
    """A lane of a county, by its service, as far as a position."""

    county: str
    source: str
    until: int


class Lanes:
    """Reads the lanes of a service's sources; other services' as far as they are archived."""

    def __init__(self, pool: "Pool", own: str) -> None:
        self.own = own
        self._pool = pool

    async def head(self, county: str) -> int:
        """Return the end of the service's own lane, 0 while it is empty."""
        async with county_reading(self._pool, county) as connection:
            return await connection.fetchval(_HEAD, county) or 0

    async def position_at(self, county: str, instant: datetime) -> int:
        """Return the last position of the own lane that was recorded at an instant or before; 0 if there is none."""
        return int(await self._pool.fetchval(_OWN_AT, county, instant))

    async def recorded_at(self, county: str, position: int) -> datetime | None:
        """Return when a position of the own lane was recorded, None where there is none."""
        async with county_reading(self._pool, county) as connection:
            found: datetime | None = await connection.fetchval(_RECORDED, county, position)
        return found

    async def of_types(self, stretch: Stretch, types: Sequence[str]) -> AsyncIterator[Found]:
        """Yield events of some types, a part at a time."""
        county, source, until = stretch
        after = 0
        while True:
            async with county_reading(self._pool, county) as connection:
                if source == self.own:
                    rows = await connection.fetch(_OWN_OF_TYPES, county, after, until, types, _CHUNK)
                else:
                    await connection.execute(_TO_INDEXES)
                    rows = await connection.fetch(_OTHERS_OF_TYPES, county, after, until, types, _CHUNK, source)
            if rows:
                yield [(row[0], row[1]) for row in rows]
                after = rows[-1][0]
            if len(rows) < _CHUNK:
                return

    async def of_streams(self, stretch: Stretch, streams: Sequence[str], types: Sequence[str]) -> Found:
        """Return events of some types in some streams."""
        return await self._found(stretch, _OWN_OF_STREAMS, _OTHERS_OF_STREAMS, streams, types)

    async def naming(self, stretch: Stretch, types: Sequence[str], text: str) -> Found:
        """Return events of some types that hold a text."""
        return await self._found(stretch, _OWN_NAMING, _OTHERS_NAMING, types, text)

    async def samples(self, stretch: Stretch, types: Sequence[str]) -> Found:
        """Return the first and the last event of each type."""
        return await self._found(stretch, _OWN_SAMPLES, _OTHERS_SAMPLES, types)

    async def _found(self, stretch: Stretch, own: str, others: str, *arguments: object) -> Found:
        async with county_reading(self._pool, stretch.county) as connection:
            await connection.execute(_TO_INDEXES)
            rows = await connection.fetch(own if stretch.source == self.own else others, *stretch, *arguments)
        return sorted((row[0], row[1]) for row in rows)
