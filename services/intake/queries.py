"""Questions intake answers from its read models."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.values import NeedKind
from shared.kernel.text import TownCode, UnitCode
from shared.web.routes import Page, Params, Reading, page

STAFF = ("clerk", "member", "branch", "unit", "office", "leader", "inspector", "auditor")
"""Who sees needs that are not their own."""

UNIT = "SELECT code FROM read.units WHERE county = $1 AND code = $2"

_COLUMNS = """
need_id AS id, position, version, status, kind, channel, title, detail, town, named, submitted_at, handling_unit,
responsible_leader, routed_at, outcome, answer, closed_at, project_id
"""
NEEDS = f"""
SELECT {_COLUMNS} FROM read.need_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR kind = $5)
  AND ($6::text IS NULL OR handling_unit = $6) AND ($7::text IS NULL OR town = $7)
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
NEED = f"SELECT {_COLUMNS}, submitted_by FROM read.need_board WHERE county = $1 AND need_id = $2 AND position IS NOT NULL"  # noqa: S608
FIGURES = """
SELECT kind, channel, status, outcome, count(*) AS count, count(*) FILTER (WHERE project_id IS NOT NULL) AS in_projects,
  count(*) FILTER (WHERE handling_unit IS NOT NULL AND responsible_leader IS NOT NULL) AS routed
FROM read.need_board WHERE county = $1 AND position IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


class NeedFilters(Params):
    """How a list of needs may be narrowed."""

    status: str | None = None
    kind: NeedKind | None = None
    handling_unit: UnitCode | None = None
    town: TownCode | None = None


async def needs(reading: Reading) -> Page:
    """List needs in the order they came in."""
    wanted: NeedFilters = reading.params
    rows = await reading.connection.fetch(
        NEEDS, reading.county, wanted.after, wanted.limit, wanted.status, wanted.kind, wanted.handling_unit, wanted.town
    )
    return page(rows, wanted.limit)


async def need(reading: Reading) -> Mapping[str, Any] | None:
    """Show one need; a citizen sees only what they submitted themselves."""
    row = await reading.connection.fetchrow(NEED, reading.county, reading.ids["need_id"])
    if row is None:
        return None
    found = {**dict(row), "position": str(row["position"])}
    own = found.pop("submitted_by") == reading.actor.sub
    return found if own or reading.actor.has(*STAFF) else None


async def need_figures(reading: Reading) -> Mapping[str, Any]:
    """Count needs by kind, channel, status and outcome."""
    return {"rows": [dict(row) for row in await reading.connection.fetch(FIGURES, reading.county)]}
