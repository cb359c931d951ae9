"""Questions scoring answers from its read models."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.values import Tier
from shared.kernel.text import UnitCode
from shared.web.routes import Page, Params, Reading, page

CURRENT_PROFILE = """
SELECT profile FROM read.county_profile WHERE county = $1 ORDER BY (effective_from <= $2) DESC, effective_from DESC, position DESC LIMIT 1
"""

_COLUMNS = """
project_id AS id, position, version, status, round, title, level, unit, branch, claimant, tier, sheet, points, total, remark,
reason, refused, opened_at, decided_at
"""
VERIFICATIONS = f"""
SELECT {_COLUMNS} FROM read.verification_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR tier = $5)
  AND ($6::text IS NULL OR unit = $6)
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
VERIFICATION = f"SELECT {_COLUMNS} FROM read.verification_board WHERE county = $1 AND project_id = $2 AND position IS NOT NULL"  # noqa: S608
FIGURES = """
SELECT level, tier, status, count(*) AS count, coalesce(sum(refused), 0)::bigint AS refused,
  count(total) AS scored, coalesce(sum(total), 0)::bigint AS total
FROM read.verification_board WHERE county = $1 AND position IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


class VerificationFilters(Params):
    """How the list of verifications may be narrowed."""

    status: str | None = None
    tier: Tier | None = None
    unit: UnitCode | None = None


async def verifications(reading: Reading) -> Page:
    """List verifications in the order they were first opened."""
    wanted: VerificationFilters = reading.params
    rows = await reading.connection.fetch(
        VERIFICATIONS, reading.county, wanted.after, wanted.limit, wanted.status, wanted.tier, wanted.unit
    )
    return page(rows, wanted.limit)


async def verification(reading: Reading) -> Mapping[str, Any] | None:
    """Show a project's verification."""
    row = await reading.connection.fetchrow(VERIFICATION, reading.county, reading.ids["project_id"])
    return None if row is None else {**dict(row), "position": str(row["position"])}


async def verification_figures(reading: Reading) -> Mapping[str, Any]:
    """Count verifications by level, tier and status, with the sum of totals and the number scored."""
    return {"rows": [dict(row) for row in await reading.connection.fetch(FIGURES, reading.county)]}
