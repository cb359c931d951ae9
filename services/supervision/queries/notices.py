"""Questions about notices, and what the handlers look up."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.contracts.values import NoticeKind
from shared.kernel.text import UnitCode
from shared.web.routes import Page, Params, Reading, page

KNOWN_UNIT = "SELECT code, name FROM read.known_units WHERE county = $1 AND code = $2"
KNOWN_PROJECT = "SELECT code, unit FROM read.known_projects WHERE county = $1 AND code = $2::uuid::text"
CURRENT_PROFILE = """
SELECT profile FROM read.county_profile WHERE county = $1 ORDER BY (effective_from <= $2) DESC, effective_from DESC, position DESC LIMIT 1
"""

_COLUMNS = """
notice_id AS id, position, version, status, kind, title, text, units, project_ids, issued_on, acknowledge_by, reply_by,
provisional, overdue, issued_at, closed_at, year, number, number_text, watch_id, finding_ids, figures_id
"""
NOTICES = f"""
SELECT {_COLUMNS} FROM read.notice_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR status = $5)
  AND ($6::text IS NULL OR units ? $6) AND ($7::boolean IS NULL OR overdue = $7) AND ($8::bigint IS NULL OR year = $8)
  AND ($9::boolean IS NULL OR (jsonb_path_exists(units, '$.*.asks_until ? (@ != null)') = $9))
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
NOTICE = f"SELECT {_COLUMNS} FROM read.notice_board WHERE county = $1 AND notice_id = $2 AND position IS NOT NULL"  # noqa: S608
FIGURES = """
SELECT kind, status, overdue, count(*) AS count, coalesce(sum((SELECT count(*) FROM jsonb_object_keys(units))), 0)::bigint AS addressees,
  coalesce(sum(jsonb_array_length(project_ids)), 0)::bigint AS projects
FROM read.notice_board WHERE county = $1 AND position IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


class NoticeFilters(Params):
    """How the list of notices may be narrowed."""

    kind: NoticeKind | None = None
    status: Literal["issued", "closed"] | None = None
    unit: UnitCode | None = None
    overdue: bool | None = None
    year: Annotated[int | None, Field(ge=1, le=9999)] = None
    extension_asked: bool | None = None


async def notices(reading: Reading) -> Page:
    """List notices in the order they were issued; a unit sees those addressed to it."""
    wanted: NoticeFilters = reading.params
    unit = unit_of(reading, wanted.unit)
    rows = await reading.connection.fetch(
        NOTICES,
        reading.county,
        wanted.after,
        wanted.limit,
        wanted.kind,
        wanted.status,
        unit,
        wanted.overdue,
        wanted.year,
        wanted.extension_asked,
    )
    return page(rows, wanted.limit)


async def notice(reading: Reading) -> Mapping[str, Any] | None:
    """Show one notice; a unit sees those addressed to it."""
    row = await reading.connection.fetchrow(NOTICE, reading.county, reading.ids["notice_id"])
    if row is None or (only_own(reading) and reading.actor.unit not in row["units"]):
        return None
    return {**dict(row), "position": str(row["position"])}


async def notice_figures(reading: Reading) -> Mapping[str, Any]:
    """Count notices by kind, status and whether anybody was overdue."""
    return {"rows": [dict(row) for row in await reading.connection.fetch(FIGURES, reading.county)]}


def only_own(reading: Reading) -> bool:
    """Tell whether the reader sees only what is about their own unit."""
    return not reading.actor.has("office", "leader", "inspector", "auditor")


def unit_of(reading: Reading, wanted: str | None) -> str | None:
    """Return the unit a list is narrowed to: the reader's own where they see only that, otherwise the one they asked for."""
    return reading.actor.unit or "" if only_own(reading) else wanted
