"""Questions to the cards of needs: what was done, wishes to be claimed, what waits to be looked through."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_STORIES = """
SELECT p.project_id, p.title, p.unit, p.level, p.promise, p.complete_by, p.signed_off_at, p.total,
  (SELECT count(*) FROM read.need_cards n WHERE n.county = $1 AND n.project_id = p.project_id) AS needs,
  (SELECT sum(n.good) FROM read.need_cards n WHERE n.county = $1 AND n.project_id = p.project_id) AS good
FROM read.project_cards p WHERE p.county = $1 AND p.status = 'signed-off' ORDER BY p.signed_off_at DESC LIMIT $2
"""
_WISHES = """
SELECT need_id, position, title, town, wish, wish_unit, wish_at, submitted_at FROM read.need_cards
WHERE county = $1 AND wish = ANY($2) AND ($3::bigint IS NULL OR position > $3) AND ($5::text IS NULL OR town = $5)
ORDER BY position LIMIT $4
"""
_WAITING = """
SELECT need_id, position, kind, channel, title, detail, town, status, submitted_at, owner_by, voices, handling_unit, unowned_at, version
FROM read.need_cards WHERE county = $1 AND status = ANY($2) AND position > $3
  AND ($5::text IS NULL OR town = $5) AND ($6::text IS NULL OR kind = $6) AND ($7::text IS NULL OR handling_unit = $7)
ORDER BY position LIMIT $4
"""
_ONE = "SELECT * FROM read.need_cards WHERE county = $1 AND need_id = $2"
_SOME = """
SELECT need_id, title, detail, kind, town, channel, submitted_at, voices, status FROM read.need_cards
WHERE county = $1 AND need_id = ANY($2) ORDER BY position
"""
_COUNTS = "SELECT status, count(*) AS needs FROM read.need_cards WHERE county = $1 AND position IS NOT NULL GROUP BY 1"
_STANDING = {"published": ["published"], "claimed": ["claimed"], "fulfilled": ["fulfilled", "thanked"]}
Rows = list[dict[str, Any]]


async def stories(connection: "Connection", county: str, count: int) -> Rows:
    """Return the projects signed off last, with the needs they met."""
    return [dict(row) for row in await connection.fetch(_STORIES, county, count)]


async def wishes(connection: "Connection", county: str, standing: str, after: int | None, count: int, *, town: str | None = None) -> Rows:
    """Return micro-wishes: `published`, `claimed` or `fulfilled`."""
    return [dict(row) for row in await connection.fetch(_WISHES, county, _STANDING[standing], after, count, town)]


async def waiting(
    connection: "Connection", county: str, statuses: list[str], filters: Mapping[str, str | None], *, after: int, count: int
) -> Rows:
    """Return needs that stand somewhere, in the order they came."""
    rows = await connection.fetch(_WAITING, county, statuses, after, count, filters.get("town"), filters.get("kind"), filters.get("unit"))
    return [dict(row) for row in rows]


async def need(connection: "Connection", county: str, need_id: UUID) -> dict[str, Any] | None:
    """Return one need."""
    row = await connection.fetchrow(_ONE, county, need_id)
    return None if row is None else dict(row)


async def some(connection: "Connection", county: str, need_ids: list[UUID]) -> Rows:
    """Return needs by their ids."""
    return [dict(row) for row in await connection.fetch(_SOME, county, need_ids)]


async def counts(connection: "Connection", county: str) -> dict[str, int]:
    """Return how many needs stand where."""
    return {row["status"]: row["needs"] for row in await connection.fetch(_COUNTS, county)}
