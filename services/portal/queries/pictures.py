"""What the pictures for staff count: how far needs come, by which way, how long they take, how units score; by unit, town and level."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_FUNNEL = """
SELECT count(*) AS submitted, count(*) FILTER (WHERE n.status <> 'submitted') AS reviewed, count(n.project_id) AS taken_up,
  count(p.claimed_at) AS claimed_needs, count(*) FILTER (WHERE n.status IN ('answered', 'declined')) AS closed,
  count(*) FILTER (WHERE p.status = 'signed-off') AS done_needs,
  count(*) FILTER (WHERE p.status = 'signed-off' AND n.good > 0) AS done_well
FROM read.need_cards n LEFT JOIN read.project_cards p ON p.county = $1 AND p.project_id = n.project_id
WHERE n.county = $1 AND n.position IS NOT NULL AND ($2::text IS NULL OR coalesce(n.handling_unit, p.unit) = $2)
  AND ($3::text IS NULL OR n.town = $3) AND ($4::text IS NULL OR p.level = $4)
"""
_SCORES = """
SELECT item.key AS item, round(avg(item.value::numeric), 1)::float8 AS county,
  round(avg(item.value::numeric) FILTER (WHERE p.unit = $2), 1)::float8 AS unit, count(*) FILTER (WHERE p.unit = $2) AS scored
FROM read.project_cards p CROSS JOIN LATERAL jsonb_each_text(p.points) AS item
WHERE p.county = $1 AND p.points IS NOT NULL AND ($3::text IS NULL OR p.level = $3) GROUP BY 1
"""
_BEST_KNOWN = """
SELECT unit FROM read.project_cards WHERE county = $1 AND points IS NOT NULL AND unit IS NOT NULL
GROUP BY unit ORDER BY count(*) DESC, unit LIMIT 1
"""
_WAYS = """
SELECT n.channel, n.kind, coalesce(n.handling_unit, p.unit) AS unit, n.status, n.outcome, n.good > 0 AS good, n.rated > 0 AS rated,
  count(*) AS needs
FROM read.need_cards n LEFT JOIN read.project_cards p ON p.county = $1 AND p.project_id = n.project_id
WHERE n.county = $1 AND n.channel IS NOT NULL AND ($2::text IS NULL OR coalesce(n.handling_unit, p.unit) = $2)
  AND ($3::text IS NULL OR n.town = $3) GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_BY_TOWN = """
SELECT c.code, u.name, c.needs
FROM (
  SELECT town AS code, count(*) AS needs FROM read.need_cards
  WHERE county = $1 AND town IS NOT NULL AND ($2::text IS NULL OR handling_unit = $2) GROUP BY town
) c LEFT JOIN read.units u ON u.county = $1 AND u.code = c.code
ORDER BY c.needs DESC, c.code
"""
_WEEKS = """
SELECT date_trunc('week', closed_at AT TIME ZONE 'Asia/Shanghai')::date AS week, count(*) AS needs,
  round(avg(extract(epoch FROM closed_at - submitted_at) / 86400), 2)::float8 AS mean_days
FROM read.need_cards WHERE county = $1 AND closed_at > $2 AND submitted_at IS NOT NULL
  AND ($3::text IS NULL OR handling_unit = $3) AND ($4::text IS NULL OR town = $4) GROUP BY 1 ORDER BY 1
"""
_TIMES = """
SELECT coalesce(n.handling_unit, p.unit) AS code, count(*) AS needs,
  percentile_cont(ARRAY[0, 0.25, 0.5, 0.75, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM n.closed_at - n.submitted_at) / 86400) AS days
FROM read.need_cards n LEFT JOIN read.project_cards p ON p.county = $1 AND p.project_id = n.project_id
WHERE n.county = $1 AND n.closed_at IS NOT NULL AND n.submitted_at IS NOT NULL AND coalesce(n.handling_unit, p.unit) IS NOT NULL
  AND ($2::text IS NULL OR coalesce(n.handling_unit, p.unit) = $2) AND ($3::text IS NULL OR n.town = $3)
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $4
"""
_INTAKE = """
SELECT (submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS needs FROM read.need_cards
WHERE county = $1 AND submitted_at >= $2 AND ($3::text IS NULL OR handling_unit = $3) AND ($4::text IS NULL OR town = $4)
GROUP BY 1 ORDER BY 1
"""
_STATES = """
SELECT project_id, title, status, complete_by, proposed_at, approved_at, claimed_at, completed_at, signed_off_at FROM read.project_cards
WHERE county = $1 AND position IS NOT NULL AND approved_at IS NOT NULL AND status NOT IN ('withdrawn', 'merged', 'returned')
  AND ($2::text IS NULL OR unit = $2) AND ($3::text IS NULL OR level = $3)
ORDER BY status = 'signed-off', complete_by NULLS LAST, position DESC LIMIT $4
"""
_TOWNS = """
SELECT c.code, u.name, c.needs, c.done, c.overdue
FROM (
  SELECT town AS code, count(*) AS needs, count(*) FILTER (WHERE status IN ('answered', 'declined')) AS done,
    count(*) FILTER (WHERE status = 'submitted' AND owner_by < $2) AS overdue
  FROM read.need_cards WHERE county = $1 AND town IS NOT NULL AND ($3::text IS NULL OR handling_unit = $3) GROUP BY town
) c LEFT JOIN read.units u ON u.county = $1 AND u.code = c.code
ORDER BY u.official_order NULLS LAST, c.code
"""
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is counted; None counts all."""

    unit: str | None = None
    town: str | None = None
    level: str | None = None


ALL = Chosen()


async def funnel(connection: "Connection", county: str, chosen: Chosen = ALL) -> Mapping[str, int]:
    """Return how many needs have come how far; of a level, those whose project is of it."""
    row = await connection.fetchrow(_FUNNEL, county, chosen.unit, chosen.town, chosen.level)
    return {} if row is None else dict(row)


async def scores(connection: "Connection", county: str, chosen: Chosen) -> tuple[str | None, Rows]:
    """Return the mean points by item of a unit (unless one is chosen, the one most often scored) and of the county."""
    unit = chosen.unit or await connection.fetchval(_BEST_KNOWN, county)
    return unit, _rows(await connection.fetch(_SCORES, county, unit, chosen.level))


async def ways(connection: "Connection", county: str, chosen: Chosen) -> Rows:
    """Return needs by channel, kind, unit and what became of them."""
    return _rows(await connection.fetch(_WAYS, county, chosen.unit, chosen.town))


async def by_town(connection: "Connection", county: str, chosen: Chosen) -> Rows:
    """Return where needs come from, the most first."""
    return _rows(await connection.fetch(_BY_TOWN, county, chosen.unit))


async def towns(connection: "Connection", county: str, today: date, chosen: Chosen) -> Rows:
    """Return by town, in the official order, needs, those closed, and those that nobody owned in time."""
    return _rows(await connection.fetch(_TOWNS, county, today, chosen.unit))


async def weeks(connection: "Connection", county: str, since: datetime, chosen: Chosen) -> Rows:
    """Return by the week they were closed in how many days needs took in the mean."""
    return _rows(await connection.fetch(_WEEKS, county, since, chosen.unit, chosen.town))


async def times(connection: "Connection", county: str, chosen: Chosen, count: int) -> Rows:
    """Return by unit the least, quartiles and most of days that needs took; units with the most needs first."""
    return _rows(await connection.fetch(_TIMES, county, chosen.unit, chosen.town, count))


async def intake(connection: "Connection", county: str, since: datetime, chosen: Chosen) -> Rows:
    """Return needs by the day they came in."""
    return _rows(await connection.fetch(_INTAKE, county, since, chosen.unit, chosen.town))


async def states(connection: "Connection", county: str, chosen: Chosen, count: int) -> Rows:
    """Return projects with the times of their states: those in hand whose promise is nearest first."""
    return _rows(await connection.fetch(_STATES, county, chosen.unit, chosen.level, count))


def _rows(records: list[Any]) -> Rows:
    return [dict(record) for record in records]
