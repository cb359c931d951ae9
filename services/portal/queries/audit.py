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
_AROUND_MILLISECONDS = 2_000
"""How far ids of neighbouring events may be out of the order of their times: processes make them, and wait for each other."""
_END = "SELECT max(position) FROM read.event_archive WHERE county = $1 AND source = $2"
_NEXT = "SELECT position, body FROM read.event_archive WHERE county = $1 AND source = $2 AND position >= $3 ORDER BY position LIMIT $4"
_ONE_BY_ONE = 500
_TIMED = 7
"""The version of ids that begin with their time."""
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
        if rows:
            return [open_body(row["body"]) for row in rows]
        own = [found for one in ids if (found := await self._event(UUID(one))) is not None]
        return own or await self._holding(ids)

    async def _event(self, event_id: UUID) -> Envelope | None:
        """Return the event of an id, where it stands about as its time tells: lanes grow with time, and so do the ids of events."""
        if event_id.version != _TIMED:
            return None
        begins = _milliseconds(event_id) - _AROUND_MILLISECONDS
        for lane in LANES:
            low, high = 1, (await self._connection.fetchval(_END, self._county, lane) or 0) + 1
            while low < high:  # the first event of that time
                middle = (low + high) // 2
                (row,) = await self._connection.fetch(_NEXT, self._county, lane, middle, 1)
                if _milliseconds(UUID(open_body(row["body"]).meta.event_id)) < begins:
                    low = row["position"] + 1
                else:
                    high = middle
            found = await self._from(lane, low, event_id)
            if found is not None:
                return found
        return None

    async def _from(self, lane: str, position: int, event_id: UUID) -> Envelope | None:
        """Return an event of a lane, looked for from a position on as long as its time is not over."""
        while rows := await self._connection.fetch(_NEXT, self._county, lane, position, _ONE_BY_ONE):
            for row in rows:
                envelope = open_body(row["body"])
                if envelope.meta.event_id == str(event_id):
                    return envelope
                if _milliseconds(UUID(envelope.meta.event_id)) > _milliseconds(event_id) + _AROUND_MILLISECONDS:
                    return None
            position = rows[-1]["position"] + 1
        return None

    async def _holding(self, ids: Collection[str]) -> Iterable[Envelope]:
        """Return the events in which one of these ids stands anywhere, as its request's: everything is read."""
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


def _milliseconds(event_id: UUID) -> int:
    """Return when an id was made, by the machine's clock (RFC 9562, version 7)."""
    return event_id.int >> 80


async def event_at(connection: "Connection", county: str, source: str, position: int) -> bytes | None:
    """Return the very bytes of the event at a position of a lane; None where none is kept."""
    body: bytes | None = await connection.fetchval(_AT, county, source, position)
    return body
