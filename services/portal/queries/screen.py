"""What the big screen counts besides the funnel: promises day by day, units now and a week ago, days, the latest that is public."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from services.portal.lanes import LANES
from shared.kernel.workdays import end_of

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_BURNDOWN = """
WITH due AS (
  SELECT complete_by, (completed_at AT TIME ZONE 'Asia/Shanghai')::date AS done_on, status = 'claimed' AS in_hand FROM read.project_cards
  WHERE county = $1 AND complete_by <= $3 AND promise IS NOT NULL AND NOT suspended AND status NOT IN ('withdrawn', 'merged')
    AND (complete_by >= $2 OR status = 'claimed' OR completed_at >= $6) AND ($4::text IS NULL OR unit = $4)
    AND ($5::text IS NULL OR level = $5)
)
SELECT day::date AS day, count(*) FILTER (WHERE due.in_hand OR due.done_on > day::date) AS open,
  count(*) FILTER (WHERE due.complete_by > day::date) AS promise
FROM generate_series($2::date, $3::date, '1 day') AS day LEFT JOIN due ON true GROUP BY 1 ORDER BY 1
"""
_RANKING = """
SELECT c.*, u.name, coalesce(u.official_order, 1000000) AS official_order
FROM (
  SELECT unit AS code,
    count(*) FILTER (WHERE approved_at < $2) AS projects, count(*) FILTER (WHERE signed_off_at < $2) AS done,
    count(*) FILTER (WHERE approved_at < $3) AS projects_then, count(*) FILTER (WHERE signed_off_at < $3) AS done_then
  FROM read.project_cards
  WHERE county = $1 AND unit IS NOT NULL AND approved_at IS NOT NULL AND status NOT IN ('withdrawn', 'merged')
    AND ($4::text IS NULL OR level = $4)
  GROUP BY unit
) c LEFT JOIN read.units u ON u.county = $1 AND u.code = c.code
"""
_FLOW = """
SELECT week::date AS week, coalesce(come.needs, 0) AS submitted, coalesce(gone.needs, 0) AS closed
FROM generate_series($2::date, $3::date, '7 days') AS week
LEFT JOIN (
  SELECT date_trunc('week', submitted_at AT TIME ZONE 'Asia/Shanghai') AS week, count(*) AS needs FROM read.need_cards
  WHERE county = $1 AND submitted_at >= $4 GROUP BY 1
) come USING (week)
LEFT JOIN (
  SELECT date_trunc('week', closed_at AT TIME ZONE 'Asia/Shanghai') AS week, count(*) AS needs FROM read.need_cards
  WHERE county = $1 AND closed_at >= $4 GROUP BY 1
) gone USING (week) ORDER BY 1
"""
_LATEST = """
SELECT a.source, a.position, a.type, a.recorded_at, a.body, p.title, p.unit FROM read.event_archive a
LEFT JOIN read.project_cards p ON p.county = $1 AND p.project_id = a.project_id
WHERE a.county = $1 AND a.source = $2 AND a.type = ANY($3)
  AND a.position > (SELECT max(position) FROM read.event_archive WHERE county = $1 AND source = $2) - 2000
ORDER BY a.position DESC LIMIT $4
"""
_RATE = """
SELECT floor(extract(epoch FROM ($2::timestamptz - recorded_at)) / $4)::int AS ago, count(*) AS events FROM read.event_archive
WHERE county = $1 AND recorded_at > $3 AND recorded_at <= $2 GROUP BY 1
"""
Rows = list[dict[str, Any]]


async def burndown(
    connection: "Connection", county: str, first: date, last: date, *, unit: str | None = None, level: str | None = None
) -> Rows:
    """Return by day how many promised projects were not done by its end, and how many would not be if every promise was kept.

    Counted are those promised for days up to `last`, of those promised for days before `first` the ones not done by then.
    """
    begin = end_of(first - timedelta(days=1))
    return [dict(row) for row in await connection.fetch(_BURNDOWN, county, first, last, unit, level, begin)]


async def ranking(connection: "Connection", county: str, now: datetime, then: datetime, *, level: str | None = None) -> Rows:
    """Return units by the part of their projects that is signed off, the largest first; `change` in places since `then`, None if new."""
    rows = [dict(row) for row in await connection.fetch(_RANKING, county, now, then, level)]
    before = {row["code"]: place for place, row in enumerate(_ranked(rows, "done_then", "projects_then"))}
    ranked = _ranked(rows, "done", "projects")
    for place, row in enumerate(ranked):
        row["rate"] = round(100 * row["done"] / row["projects"], 1)
        row["change"] = before[row["code"]] - place if row["code"] in before else None
    return ranked


def _ranked(rows: Rows, done: str, projects: str) -> Rows:
    present = [row for row in rows if row[projects]]
    return sorted(present, key=lambda row: (-row[done] / row[projects], -row[done], row["official_order"], row["code"]))


async def flow(connection: "Connection", county: str, first: date, last: date) -> Rows:
    """Return by week, from the Monday `first`, how many needs came in and how many were closed."""
    return [dict(row) for row in await connection.fetch(_FLOW, county, first, last, end_of(first - timedelta(days=1)))]


async def latest(connection: "Connection", county: str, types: Sequence[str], count: int) -> Rows:
    """Return the last events of some types, the newest first, with the title and unit of their project; bodies opened."""
    rows = [dict(row) for lane in LANES for row in await connection.fetch(_LATEST, county, lane, list(types), count)]
    rows.sort(key=lambda row: (row["recorded_at"], row["position"]), reverse=True)
    return [{**row, "data": orjson.loads(row["body"])["data"]} for row in rows[:count]]


async def rate(connection: "Connection", county: str, now: datetime, pieces: int, piece: timedelta) -> list[int]:
    """Return how many events were recorded in each of the last pieces of time, the oldest first."""
    rows = await connection.fetch(_RATE, county, now, now - pieces * piece, piece.total_seconds())
    counted = {row["ago"]: row["events"] for row in rows}
    return [counted.get(ago, 0) for ago in range(pieces - 1, -1, -1)]
