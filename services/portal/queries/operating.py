"""How far the portal's own projections are, and what they set aside."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_CHECKPOINTS = "SELECT projection, source, position FROM read.checkpoints WHERE county = $1 ORDER BY projection, source"
_PARKED = """
SELECT projection, source, position, stream, error, code_version, parked_at FROM read.parked WHERE county = $1
ORDER BY parked_at, projection, source, position LIMIT $2
"""
_PARKED_COUNT = "SELECT count(*) FROM read.parked WHERE county = $1"


async def checkpoints(connection: "Connection", county: str) -> list[dict[str, Any]]:
    """Return where every projection of the portal stands in every lane."""
    return [dict(row) for row in await connection.fetch(_CHECKPOINTS, county)]


async def parked(connection: "Connection", county: str, most: int) -> tuple[list[dict[str, Any]], int]:
    """Return the events the portal's projections set aside, the first ones first, and how many there are."""
    rows = [dict(row) for row in await connection.fetch(_PARKED, county, most)]
    return rows, await connection.fetchval(_PARKED_COUNT, county)
