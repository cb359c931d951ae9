"""Verifications: lists, one with its round, figures."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.scoring.decider.weighing import half_up
from shared.contracts.values import Tier
from shared.kernel.text import UnitCode
from shared.web.routes import Page, Params, Reading, page

Status = Literal["open", "scored", "verified", "refused", "withdrawn", "revoked"]

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
ROUNDS = """
SELECT round, closing, profile_version, claimed_as, seen, scores, total, awaiting, outcome, reason, redo, redo_by, provisional, confirmed
FROM read.verification_rounds WHERE county = $1 AND project_id = $2 ORDER BY round
"""
CLOSED_SURVEYS = """
SELECT survey_id, project_id, good, rated, aware, asked FROM read.surveys
WHERE county = $1 AND status = 'closed' AND (project_id = $2 OR (project_id IS NULL AND unit = $3)) ORDER BY position
"""
FIGURES = """
SELECT level, tier, status, count(*) AS count, coalesce(sum(refused), 0)::bigint AS refused,
  count(total) AS scored, coalesce(sum(total), 0)::bigint AS total
FROM read.verification_board WHERE county = $1 AND position IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


class VerificationFilters(Params):
    """How the list of verifications may be narrowed."""

    status: Status | None = None
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
    """Show a project's verification: its rounds (checklist, every scorer's points, what to redo by when), and points surveys propose."""
    project_id = reading.ids["project_id"]
    row = await reading.connection.fetchrow(VERIFICATION, reading.county, project_id)
    if row is None:
        return None
    rounds = [dict(each) for each in await reading.connection.fetch(ROUNDS, reading.county, project_id)]
    surveys = await reading.connection.fetch(CLOSED_SURVEYS, reading.county, project_id, row["unit"])
    return {**dict(row), "position": str(row["position"]), "rounds": rounds, "proposed": proposed([dict(each) for each in surveys])}


def proposed(surveys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the points that closed surveys propose for items of the sheet: the rate in per cent, rounded half up, with its counts."""
    return [
        {
            "item": item,
            "points": half_up(100 * row[part], row[whole]),
            "part": row[part],
            "whole": row[whole],
            "survey_id": row["survey_id"],
            "about": "unit" if row["project_id"] is None else "project",
        }
        for row in surveys
        for item, part, whole in (("satisfaction", "good", "rated"), ("awareness", "aware", "asked"))
        if row[whole]
    ]


async def verification_figures(reading: Reading) -> Mapping[str, Any]:
    """Count verifications by level, tier and status, with the sum of totals and the number scored."""
    return {"rows": [dict(row) for row in await reading.connection.fetch(FIGURES, reading.county)]}
