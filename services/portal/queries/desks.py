"""Questions of the desks: what things are called, which promises of a unit are late, what nobody has taken."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_TITLES = """
SELECT need_id AS id, title FROM read.need_cards WHERE county = $1 AND need_id = ANY($2) AND title IS NOT NULL
UNION ALL SELECT project_id, title FROM read.project_cards WHERE county = $1 AND project_id = ANY($2) AND title IS NOT NULL
UNION ALL SELECT notice_id, title FROM read.notice_cards WHERE county = $1 AND notice_id = ANY($2) AND title IS NOT NULL
"""
_LATE = """
SELECT project_id, title, complete_by, percent, complete_by < $3 AS late FROM read.project_cards
WHERE county = $1 AND unit = $2 AND status = 'claimed' AND NOT suspended ORDER BY complete_by NULLS LAST, position LIMIT 40
"""
_UNTAKEN = """
SELECT need_id, title, kind, town, submitted_at, owner_by, status FROM read.need_cards
WHERE county = $1 AND handling_unit IS NULL AND project_id IS NULL AND kind <> 'micro-wish' AND status IN ('submitted', 'accepted')
ORDER BY submitted_at LIMIT 500
"""
_AGES = """
SELECT count(*) AS total, count(*) FILTER (WHERE age <= 3) AS to_3, count(*) FILTER (WHERE age BETWEEN 4 AND 7) AS to_7,
  count(*) FILTER (WHERE age BETWEEN 8 AND 15) AS to_15, count(*) FILTER (WHERE age > 15) AS more
FROM (
  SELECT $2::date - (submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS age FROM read.need_cards
  WHERE county = $1 AND handling_unit IS NULL AND project_id IS NULL AND kind <> 'micro-wish' AND status IN ('submitted', 'accepted')
) AS waiting
"""
_UNCLAIMED = """
SELECT project_id, title, unit, level, approved_at FROM read.project_cards WHERE county = $1 AND status = 'approved'
ORDER BY approved_at LIMIT 500
"""


async def titles(connection: "Connection", county: str, ids: Sequence[UUID]) -> dict[str, str]:
    """Return what needs, projects and notices are called, by id."""
    return {str(row["id"]): row["title"] for row in await connection.fetch(_TITLES, county, list(ids))} if ids else {}


async def held_by(connection: "Connection", county: str, unit: str, today: date) -> list[dict[str, Any]]:
    """Return what a unit has in hand, that which is due first first."""
    return [dict(row) for row in await connection.fetch(_LATE, county, unit, today)]


async def ages(connection: "Connection", county: str, today: date) -> dict[str, int]:
    """Return how many needs nobody is responsible for, all and by how many days they have waited."""
    row = await connection.fetchrow(_AGES, county, today)
    return dict(row) if row is not None else {}


async def untaken(connection: "Connection", county: str) -> list[dict[str, Any]]:
    """Return the needs nobody is responsible for, the oldest first."""
    return [dict(row) for row in await connection.fetch(_UNTAKEN, county)]


async def unclaimed(connection: "Connection", county: str) -> list[dict[str, Any]]:
    """Return the approved projects nobody has claimed, the oldest first."""
    return [dict(row) for row in await connection.fetch(_UNCLAIMED, county)]
