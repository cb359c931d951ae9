"""Look-backs: draws, and what each revisit found."""

from collections.abc import Mapping
from typing import Any, Literal

from shared.kernel.text import UnitCode
from shared.web.routes import Page, Params, Reading, page

_COLUMNS = """
look_back_id AS id, position, version, since, until, unit, level, seed, percent, profile_version, seen_to, candidates, digest, drawn,
confirmed, revoked, drawn_by, drawn_at
"""
LOOK_BACKS = f"""
SELECT {_COLUMNS} FROM read.look_backs
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR unit = $4)
  AND ($5::boolean IS NULL OR (confirmed + revoked < drawn) = $5)
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
LOOK_BACK = f"SELECT {_COLUMNS} FROM read.look_backs WHERE county = $1 AND look_back_id = $2 AND position IS NOT NULL"  # noqa: S608
ITEMS = """
SELECT i.project_id AS id, i.place AS position, i.status, i.remark, i.visited_by, i.visited_at, b.title, b.unit, b.level, b.claimant
FROM read.look_back_items i JOIN read.verification_board b USING (county, project_id)
WHERE i.county = $1 AND i.look_back_id = $4 AND i.place > $2 AND ($5::text IS NULL OR i.status = $5)
ORDER BY i.place LIMIT $3
"""


class LookBackFilters(Params):
    """How the list of look-backs may be narrowed; `open`: something drawn has not been revisited yet."""

    unit: UnitCode | None = None
    open: bool | None = None


class ItemFilters(Params):
    """How the list of drawn projects may be narrowed."""

    status: Literal["waiting", "confirmed", "revoked"] | None = None


async def look_backs(reading: Reading) -> Page:
    """List draws in the order they were made, with the seed, the candidates and their digest."""
    wanted: LookBackFilters = reading.params
    rows = await reading.connection.fetch(LOOK_BACKS, reading.county, wanted.after, wanted.limit, wanted.unit, wanted.open)
    return page(rows, wanted.limit)


async def look_back(reading: Reading) -> Mapping[str, Any] | None:
    """Show one draw."""
    row = await reading.connection.fetchrow(LOOK_BACK, reading.county, reading.ids["look_back_id"])
    return None if row is None else {**dict(row), "position": str(row["position"])}


async def look_back_items(reading: Reading) -> Page | None:
    """List the projects of a draw in the order they were drawn; `position` is their place."""
    wanted: ItemFilters = reading.params
    if await look_back(reading) is None:
        return None
    rows = await reading.connection.fetch(ITEMS, reading.county, wanted.after, wanted.limit, reading.ids["look_back_id"], wanted.status)
    return page(rows, wanted.limit)
