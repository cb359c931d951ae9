"""Questions to the cards of projects: the wall, the hall, what somebody holds, what waits for review."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_PLEDGES = """
SELECT project_id, position, title, level, unit, promise, complete_by, first_complete_by, moved, percent, status, venue, claimant_role,
  signed_off_at, suspended
FROM read.project_cards
WHERE county = $1 AND promise IS NOT NULL AND ($2::bigint IS NULL OR position < $2)
  AND ($4::text IS NULL OR unit = $4) AND ($5::text IS NULL OR level = $5) AND ($6::text IS NULL OR status = $6)
ORDER BY position DESC LIMIT $3
"""
_HALL = """
SELECT project_id, position, title, level, unit, branch, planned_completion, approved_at, claimed_by, need_ids FROM read.project_cards
WHERE county = $1 AND status = 'approved' AND position > $2
  AND ($4::text IS NULL OR unit = $4) AND ($5::text IS NULL OR level = $5) AND ($6::text IS NULL OR claimed_by ? $6)
ORDER BY position LIMIT $3
"""
_MINE = """
SELECT * FROM read.project_cards WHERE county = $1 AND claimant = $2 AND status IN ('claimed', 'completed', 'signed-off')
ORDER BY status = 'signed-off', complete_by NULLS FIRST, position LIMIT 200
"""
_REVIEW = """
SELECT project_id, position, title, level, unit, branch, planned_completion, proposed_at, submission, need_ids, status
FROM read.project_cards WHERE county = $1 AND status = $2 AND review_by = ANY($3) AND ($4::text IS NULL OR unit = $4)
  AND ($5::text IS NULL OR branch = $5) AND position > $6 ORDER BY position LIMIT $7
"""
_ONE = "SELECT * FROM read.project_cards WHERE county = $1 AND project_id = $2"
Rows = list[dict[str, Any]]


async def pledges(
    connection: "Connection", county: str, filters: Mapping[str, str], before: int | None, count: int
) -> tuple[Rows, int | None]:
    """Return what was promised, the latest first, and where the next page begins."""
    chosen = (filters.get(name) or None for name in ("unit", "level", "status"))
    rows = [dict(row) for row in await connection.fetch(_PLEDGES, county, before, count, *chosen)]
    return rows, rows[-1]["position"] if len(rows) == count else None


async def hall(connection: "Connection", county: str, filters: Mapping[str, str | None], after: int, count: int) -> tuple[Rows, int | None]:
    """Return approved projects nobody has claimed, those that wait longest first; `role` keeps those that role may claim."""
    chosen = (filters.get(name) or None for name in ("unit", "level", "role"))
    rows = [dict(row) for row in await connection.fetch(_HALL, county, after, count, *chosen)]
    return rows, rows[-1]["position"] if len(rows) == count else None


async def mine(connection: "Connection", county: str, claimant: str) -> Rows:
    """Return what somebody holds or has done."""
    return [dict(row) for row in await connection.fetch(_MINE, county, claimant)]


async def to_review(
    connection: "Connection", county: str, tiers: list[str], filters: Mapping[str, str | None], *, after: int, count: int
) -> Rows:
    """Return proposals that wait for one of the tiers; those returned with `status` = `returned`."""
    status = filters.get("status") or "proposed"
    rows = await connection.fetch(_REVIEW, county, status, tiers, filters.get("unit"), filters.get("branch"), after, count)
    return [dict(row) for row in rows]


async def project(connection: "Connection", county: str, project_id: UUID) -> dict[str, Any] | None:
    """Return one project."""
    row = await connection.fetchrow(_ONE, county, project_id)
    return None if row is None else dict(row)
