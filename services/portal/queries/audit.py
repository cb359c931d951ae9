"""Questions of an audit to the archive: events that name an id, an event at its position, the ends of lanes."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from services.portal.lanes import LANES
from shared.kernel.envelope import Envelope, open_body

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_CHUNK = 50_000
"""Positions looked through in one go: well below the database's time limit."""
_END = "SELECT max(position) FROM read.event_archive WHERE county = $1 AND source = $2"
_NAMING = """
SELECT body FROM read.event_archive WHERE county = $1 AND source = $2 AND position > $3 AND position <= $4
  AND EXISTS (SELECT FROM unnest($5::text[]) AS id WHERE position(convert_to(id, 'UTF8') IN body) > 0)
"""
_NAMED = """
WITH named AS (SELECT * FROM read.event_names WHERE county = $1 AND named = ANY($2::uuid[])),
at AS (
  SELECT source, position FROM named
  UNION SELECT source, position FROM read.event_archive WHERE county = $1 AND need_id = ANY($2::uuid[])
  UNION SELECT source, position FROM read.event_archive WHERE county = $1 AND project_id = ANY($2::uuid[])
  UNION SELECT a.source, a.position FROM read.event_archive a
    WHERE a.county = $1 AND a.stream = ANY(ARRAY(SELECT stream FROM named WHERE right(stream, 36) = named::text))
)
SELECT a.body FROM at JOIN read.event_archive a ON a.county = $1 AND a.source = at.source AND a.position = at.position
"""
_EXISTING = "SELECT DISTINCT stream FROM read.event_archive WHERE county = $1 AND stream = ANY($2::text[])"
_AT = "SELECT body FROM read.event_archive WHERE county = $1 AND source = $2 AND position = $3"


class ArchiveFinder:
    """Finds a county's events in the portal's archive, for a story: by what their data name, else by looking through whole lanes."""

    def __init__(self, connection: "Connection", county: str) -> None:
        self._connection = connection
        self._county = county

    async def naming(self, ids: Collection[str]) -> Iterable[Envelope]:
        """Return the events in whose data one of these ids stands, or whose stream's it is; else those that hold one anywhere."""
        rows = await self._connection.fetch(_NAMED, self._county, [UUID(one) for one in ids])
        return [open_body(row["body"]) for row in rows] if rows else await self._holding(ids)

    async def _holding(self, ids: Collection[str]) -> Iterable[Envelope]:
        """Return the events in which one of these ids stands: as an event's own, its cause's, its request's."""
        found: list[Envelope] = []
        for lane in LANES:
            end = await self._connection.fetchval(_END, self._county, lane) or 0
            for after in range(0, end, _CHUNK):
                rows = await self._connection.fetch(_NAMING, self._county, lane, after, after + _CHUNK, list(ids))
                found += [open_body(row["body"]) for row in rows]
        return found

    async def existing(self, streams: Collection[str]) -> Collection[str]:
        """Return those of these streams that there are."""
        return {row["stream"] for row in await self._connection.fetch(_EXISTING, self._county, list(streams))}


async def event_at(connection: "Connection", county: str, source: str, position: int) -> bytes | None:
    """Return the very bytes of the event at a position of a lane; None where none is kept."""
    body: bytes | None = await connection.fetchval(_AT, county, source, position)
    return body
