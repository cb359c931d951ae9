"""Questions to the archive: events behind a cursor, how far it reaches, and where it begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.portal.lanes import LANES, Vector

if TYPE_CHECKING:
    import asyncpg

    from shared.kernel.tenancy import Connection

_LANE = """
(SELECT a.source, a.position, a.type, a.stream, a.recorded_at, a.body,
  coalesce(a.town, n.town) AS town, concat_ws(' ', a.units, n.handling_unit, p.unit) AS units
FROM read.event_archive a
LEFT JOIN read.need_cards n ON n.county = $1 AND n.need_id = a.need_id
LEFT JOIN read.project_cards p ON p.county = $1 AND p.project_id = a.project_id
WHERE a.county = $1 AND a.source = '{source}' AND a.position > ${after} AND a.position <= ${until} ORDER BY a.position LIMIT $2)
"""
BEHIND = " UNION ALL ".join(
    _LANE.format(source=source, after=index, until=index + len(LANES)) for index, source in enumerate(LANES, 3)
)  # names of our own contracts, numbers of parameters
_END = "SELECT max(position) FROM read.event_archive WHERE county = $1 AND source = $2"
_BEGIN = "SELECT min(position) FROM read.event_archive WHERE county = $1 AND source = $2"
_LAST = "SELECT recorded_at FROM read.event_archive WHERE county = $1 AND source = $2 ORDER BY position DESC LIMIT 1"
_PRUNE = "DELETE FROM read.event_archive WHERE county = $1 AND source = $2 AND position <= $3"
_FOREVER = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Kept:
    """An event of the archive with what streams are filtered by."""

    source: str
    position: int
    type: str
    stream: str
    recorded_at: datetime
    body: bytes
    town: str | None
    units: frozenset[str]


async def behind(connection: "Connection", county: str, after: Vector, until: Vector | None, limit: int) -> tuple[list[Kept], Vector]:
    """Return events behind a vector, up to another, by the time they were recorded; and the vector behind the last of them.

    At most `limit` of each lane: of the others no more than that lane has come to by then.
    """
    ends = (_FOREVER,) * len(LANES) if until is None else until
    rows = await connection.fetch(BEHIND, county, limit, *after, *ends)
    kept = [_kept(row) for row in rows]
    horizons = [max(each) for each in _times(kept) if len(each) == limit]
    if horizons:
        kept = [each for each in kept if each.recorded_at <= min(horizons)]
    kept.sort(key=lambda each: (each.recorded_at, each.source, each.position))
    reached = dict(zip(LANES, after, strict=True))
    for each in kept:
        reached[each.source] = max(reached[each.source], each.position)
    return kept, tuple(reached.values())


async def reach(connection: "Connection", county: str) -> tuple[Vector, Vector]:
    """Return the first and the last positions kept of each lane; 0 where none is."""
    firsts, lasts = [], []
    for lane in LANES:  # from the key's two ends
        firsts.append(await connection.fetchval(_BEGIN, county, lane) or 0)
        lasts.append(await connection.fetchval(_END, county, lane) or 0)
    return tuple(firsts), tuple(lasts)


async def last_recorded(connection: "Connection", county: str) -> datetime | None:
    """Return when the latest event kept was recorded; None where none is."""
    times = [await connection.fetchval(_LAST, county, lane) for lane in LANES]
    return max((at for at in times if at is not None), default=None)


async def prune(connection: "Connection", county: str, keep: int) -> None:
    """Forget all but the last events of each lane."""
    _, lasts = await reach(connection, county)
    for lane, last in zip(LANES, lasts, strict=True):
        await connection.execute(_PRUNE, county, lane, last - keep)


def _times(kept: Iterable[Kept]) -> list[list[datetime]]:
    by_lane: dict[str, list[datetime]] = {}
    for each in kept:
        by_lane.setdefault(each.source, []).append(each.recorded_at)
    return list(by_lane.values())


def _kept(row: "asyncpg.Record") -> Kept:
    units = frozenset(row["units"].split())
    return Kept(row["source"], row["position"], row["type"], row["stream"], row["recorded_at"], row["body"], row["town"], units)
