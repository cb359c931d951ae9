"""What is published month by month: rows in an order of their own, counts of months, and of a month's towns."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from shared.kernel.workdays.instants import SHANGHAI

if TYPE_CHECKING:
    import asyncpg

    from shared.kernel.tenancy import Connection

_DAY = "({field} AT TIME ZONE 'Asia/Shanghai')::date"
_NEEDS = f"""
SELECT {_DAY.format(field="submitted_at")} AS day, kind, channel, town, handling_unit, status, outcome,
  {_DAY.format(field="accepted_at")} AS accepted_on, {_DAY.format(field="routed_at")} AS routed_on,
  {_DAY.format(field="closed_at")} AS closed_on, reopened, last_rating
FROM read.need_cards WHERE county = $1 AND submitted_at >= $2 AND submitted_at < $3
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
"""  # noqa: S608 - names of columns
_PROJECTS = f"""
SELECT project_id, title, level, unit, status, {_DAY.format(field="proposed_at")} AS proposed_on,
  {_DAY.format(field="approved_at")} AS approved_on, {_DAY.format(field="claimed_at")} AS claimed_on,
  {_DAY.format(field="completed_at")} AS completed_on, {_DAY.format(field="signed_off_at")} AS signed_off_on,
  planned_completion, percent, jsonb_array_length(coalesce(need_ids, '[]'::jsonb)) AS needs
FROM read.project_cards WHERE county = $1 AND proposed_at >= $2 AND proposed_at < $3 ORDER BY proposed_at, project_id
"""  # noqa: S608 - the same
_PLEDGES = f"""
SELECT project_id, title, level, unit, promise, complete_by, first_complete_by, moved, venue, status, suspended, percent,
  {_DAY.format(field="signed_off_at")} AS signed_off_on
FROM read.project_cards WHERE county = $1 AND promise IS NOT NULL AND complete_by >= $2 AND complete_by < $3
ORDER BY complete_by, project_id
"""  # noqa: S608 - the same
_MONTHS: Mapping[str, str] = {
    "needs": """
SELECT to_char(submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, count(*) AS rows FROM read.need_cards
WHERE county = $1 AND submitted_at IS NOT NULL GROUP BY 1 ORDER BY 1
""",
    "projects": """
SELECT to_char(proposed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, count(*) AS rows FROM read.project_cards
WHERE county = $1 AND proposed_at IS NOT NULL GROUP BY 1 ORDER BY 1
""",
    "pledges": """
SELECT to_char(complete_by, 'YYYY-MM') AS month, count(*) AS rows FROM read.project_cards
WHERE county = $1 AND promise IS NOT NULL AND complete_by IS NOT NULL GROUP BY 1 ORDER BY 1
""",
}
_ROWS: Mapping[str, str] = {"needs": _NEEDS, "projects": _PROJECTS, "pledges": _PLEDGES}
_TOWNS = """
SELECT coalesce(town, '') AS town, count(*) AS needs FROM read.need_cards
WHERE county = $1 AND submitted_at >= $2 AND submitted_at < $3 GROUP BY 1
"""
_AT_ONCE = 500


async def months(connection: "Connection", county: str, name: str) -> dict[str, int]:
    """Return by month (`2021-11`) how many rows there are of a data set."""
    return {row["month"]: row["rows"] for row in await connection.fetch(_MONTHS[name], county)}


async def towns(connection: "Connection", county: str, month: date) -> dict[str, int]:
    """Return by town how many needs came in a month; those without a town under an empty code."""
    return {row["town"]: row["needs"] for row in await connection.fetch(_TOWNS, county, *_instants(month))}


async def rows(connection: "Connection", county: str, name: str, month: date) -> "AsyncIterator[list[asyncpg.Record]]":
    """Yield a month's rows of a data set, some hundreds at a time: no more are in memory."""
    ends: tuple[Any, Any] = (month, _following(month)) if name == "pledges" else _instants(month)
    cursor = await connection.cursor(_ROWS[name], county, *ends)
    while some := await cursor.fetch(_AT_ONCE):
        yield some


def _instants(month: date) -> tuple[datetime, datetime]:
    first, last = (datetime.combine(day, time(), SHANGHAI) for day in (month, _following(month)))
    return first, last


def _following(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
