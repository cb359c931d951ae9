"""What the county has come to, counted from the cards: the funnel, towns, units, channels, days."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncpg

    from shared.kernel.tenancy import Connection

_NEEDS = """
SELECT count(*) AS submitted, count(*) FILTER (WHERE status <> 'submitted') AS reviewed,
  count(*) FILTER (WHERE project_id IS NOT NULL) AS taken_up, count(*) FILTER (WHERE status IN ('answered', 'declined')) AS closed,
  count(*) FILTER (WHERE rated > 0) AS rated, count(*) FILTER (WHERE good > 0) AS satisfied,
  count(*) FILTER (WHERE unowned_at IS NOT NULL AND handling_unit IS NULL AND status IN ('submitted', 'accepted')) AS unowned,
  count(*) FILTER (WHERE kind = 'micro-wish') AS wishes, count(*) FILTER (WHERE wish IN ('fulfilled', 'thanked')) AS fulfilled
FROM read.need_cards WHERE county = $1 AND position IS NOT NULL
"""
_PROJECTS = """
SELECT count(*) AS projects, count(claimed_at) AS claimed, count(*) FILTER (WHERE promise IS NOT NULL) AS pledged,
  count(*) FILTER (WHERE status IN ('completed', 'signed-off')) AS completed, count(*) FILTER (WHERE status = 'signed-off') AS signed_off,
  count(*) FILTER (WHERE status = 'claimed' AND complete_by < $2 AND NOT suspended) AS overdue,
  count(*) FILTER (WHERE status = 'approved') AS waiting
FROM read.project_cards WHERE county = $1 AND status NOT IN ('withdrawn', 'merged')
"""
_TOWNS = """
SELECT c.code, u.name, c.needs, c.done, c.overdue
FROM (
  SELECT town AS code, count(*) AS needs, count(*) FILTER (WHERE status IN ('answered', 'declined')) AS done,
    count(*) FILTER (WHERE status = 'submitted' AND owner_by < $2) AS overdue
  FROM read.need_cards WHERE county = $1 AND town IS NOT NULL GROUP BY town
) c LEFT JOIN read.units u ON u.county = $1 AND u.code = c.code
ORDER BY u.official_order NULLS LAST, c.code
"""
_UNITS = """
SELECT p.unit AS code, u.name, count(*) AS projects, count(p.claimed_at) AS claimed,
  count(*) FILTER (WHERE p.status = 'signed-off') AS signed_off,
  count(*) FILTER (WHERE p.status = 'claimed' AND p.complete_by < $2 AND NOT p.suspended) AS overdue, round(avg(p.total))::int AS mean
FROM read.project_cards p LEFT JOIN read.units u ON u.county = $1 AND u.code = p.unit
WHERE p.county = $1 AND p.unit IS NOT NULL AND p.status NOT IN ('withdrawn', 'merged') GROUP BY 1, 2, u.official_order
ORDER BY count(*) FILTER (WHERE p.status = 'signed-off')::numeric / count(*) DESC, u.official_order NULLS LAST LIMIT 200
"""
_CHANNELS = """
SELECT channel, kind, coalesce(outcome, status) AS outcome, count(*) AS needs
FROM read.need_cards WHERE county = $1 AND channel IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 4 DESC
"""
_DAYS = """
SELECT (submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS needs
FROM read.need_cards WHERE county = $1 AND submitted_at IS NOT NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 371
"""
_DUE = """
SELECT complete_by AS day, count(*) AS projects FROM read.project_cards
WHERE county = $1 AND status = 'claimed' AND complete_by IS NOT NULL AND NOT suspended GROUP BY 1 ORDER BY 1
"""
_LATEST = """
SELECT source, position, type, recorded_at, body FROM read.event_archive WHERE county = $1 AND source = $2 ORDER BY position DESC LIMIT $3
"""
Rows = list[dict[str, Any]]


async def funnel(connection: "Connection", county: str, today: date) -> dict[str, int]:
    """Return how many needs and projects have come how far."""
    needs = await connection.fetchrow(_NEEDS, county)
    projects = await connection.fetchrow(_PROJECTS, county, today)
    return {**_row(needs), **_row(projects)}


async def towns(connection: "Connection", county: str, today: date) -> Rows:
    """Return by town, in the official order, needs, those closed, and those that nobody owned in time."""
    return _rows(await connection.fetch(_TOWNS, county, today))


async def units(connection: "Connection", county: str, today: date) -> Rows:
    """Return by unit projects and how far they are, those first that have the largest part signed off."""
    return _rows(await connection.fetch(_UNITS, county, today))


async def ways(connection: "Connection", county: str) -> Rows:
    """Return needs by channel, kind and what became of them."""
    return _rows(await connection.fetch(_CHANNELS, county))


async def days(connection: "Connection", county: str) -> Rows:
    """Return needs by the day they came in, the last year, the latest first."""
    return _rows(await connection.fetch(_DAYS, county))


async def due(connection: "Connection", county: str) -> Rows:
    """Return claimed projects by the day that was promised."""
    return _rows(await connection.fetch(_DUE, county))


async def latest(connection: "Connection", county: str, lanes: tuple[str, ...], count: int) -> "list[asyncpg.Record]":
    """Return the last events of every lane, the newest first."""
    rows = [row for lane in lanes for row in await connection.fetch(_LATEST, county, lane, count)]
    return sorted(rows, key=lambda row: row["recorded_at"], reverse=True)[:count]


def _row(record: "asyncpg.Record | None") -> dict[str, int]:
    return {} if record is None else dict(record)


def _rows(records: "list[asyncpg.Record]") -> Rows:
    return [dict(record) for record in records]


def share(part: int, whole: int) -> int:
    """Return a part in whole per cent, rounded half up; 0 of nothing."""
    return 0 if whole == 0 else (200 * part + whole) // (2 * whole)


Figures = Mapping[str, int]
