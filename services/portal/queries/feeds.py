"""What changed last in a town, and what happened to a project, as far as everybody may see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_NEEDS = """
SELECT need_id, kind, channel, status, outcome, handling_unit, reopened, changed_at FROM read.need_cards
WHERE county = $1 AND town = $2 AND position IS NOT NULL AND changed_at IS NOT NULL ORDER BY changed_at DESC LIMIT $3
"""
_PROJECTS = """
SELECT project_id, title, status, unit, promise, complete_by, percent, reopened, moved, changed_at FROM read.project_cards
WHERE county = $1 AND title IS NOT NULL AND changed_at IS NOT NULL AND (unit = $2 OR project_id IN (
  SELECT n.project_id FROM read.need_cards n WHERE n.county = $1 AND n.town = $2 AND n.project_id IS NOT NULL))
ORDER BY changed_at DESC LIMIT $3
"""
_PROJECT = "SELECT title, unit FROM read.project_cards WHERE county = $1 AND project_id = $2 AND title IS NOT NULL"
_EVENTS = """
SELECT body FROM read.event_archive WHERE county = $1 AND project_id = $2 AND type = ANY($3)
ORDER BY recorded_at DESC, source, position DESC LIMIT $4
"""
Rows = list[dict[str, Any]]


async def town_needs(connection: "Connection", county: str, town: str, count: int) -> Rows:
    """Return the needs of a town that changed last."""
    return [dict(row) for row in await connection.fetch(_NEEDS, county, town, count)]


async def town_projects(connection: "Connection", county: str, town: str, count: int) -> Rows:
    """Return the projects of a town, or for needs of it, that changed last."""
    return [dict(row) for row in await connection.fetch(_PROJECTS, county, town, count)]


async def project(connection: "Connection", county: str, project_id: UUID) -> dict[str, Any] | None:
    """Return a project's title and unit; None where it was not proposed."""
    row = await connection.fetchrow(_PROJECT, county, project_id)
    return None if row is None else dict(row)


async def project_events(connection: "Connection", county: str, project_id: UUID, types: Sequence[str], count: int) -> list[bytes]:
    """Return a project's events of some types as they were published, the latest first, as far as they are kept."""
    return [row["body"] for row in await connection.fetch(_EVENTS, county, project_id, list(types), count)]
