"""Questions about rounds, visits and findings."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.supervision.queries.notices import unit_of
from shared.contracts.inspections import Ending, RoundKind, Severity
from shared.kernel.text import UnitCode
from shared.web.routes import OneParams, Page, Params, Reading, page

FINDING = "SELECT round_id, unit FROM read.finding_board WHERE county = $1 AND finding_id = $2 AND position IS NOT NULL"
ENDED_FINDINGS = """
SELECT coalesce(array_agg(finding_id), '{}') AS ended FROM read.finding_board WHERE county = $1 AND round_id = $2 AND status = 'ended'
"""
_ROUND = """
round_id AS id, position, version, status, kind, title, plan, team, units, first_on, last_on, opened_by, visits, findings, findings_ended,
open_findings, reason, closed_on FROM read.round_board
"""
ROUNDS = f"""
SELECT {_ROUND}
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR status = $5)
  AND ($6::text IS NULL OR units ? $6)
ORDER BY position LIMIT $3
"""
ROUND = f"SELECT {_ROUND} WHERE county = $1 AND round_id = $2 AND position IS NOT NULL"
UNITS_OF_ROUND = """
SELECT unit, days, findings, conclusion, returned_on FROM read.unit_visits WHERE county = $1 AND round_id = $2 ORDER BY unit
"""
FINDINGS = """
SELECT finding_id AS id, position, round_id, unit, severity, text, project_id, recorded_on, status, ending, reason, notice_id,
  revised_project_id, ended_on
FROM read.finding_board
WHERE county = $1 AND position > $2 AND ($4::uuid IS NULL OR round_id = $4) AND ($5::text IS NULL OR unit = $5)
  AND ($6::text IS NULL OR severity = $6) AND ($7::text IS NULL OR status = $7) AND ($8::text IS NULL OR ending = $8)
ORDER BY position LIMIT $3
"""
INSPECTIONS = """
SELECT v.unit, u.name, count(*) AS visits, count(DISTINCT v.round_id) AS rounds, max(day) AS last_on
FROM read.unit_visits v CROSS JOIN LATERAL jsonb_array_elements_text(v.days) AS day
  LEFT JOIN read.known_units u ON u.county = v.county AND u.code = v.unit
WHERE v.county = $1 AND ($2::text IS NULL OR day LIKE $2 || '-%') AND ($3::text IS NULL OR v.unit = $3)
GROUP BY 1, 2 ORDER BY visits DESC, v.unit
"""


class RoundFilters(Params):
    """How the list of rounds may be narrowed."""

    kind: RoundKind | None = None
    status: Literal["open", "closed"] | None = None
    unit: UnitCode | None = None


class FindingFilters(Params):
    """How the list of findings may be narrowed."""

    round_id: UUID | None = None
    unit: UnitCode | None = None
    severity: Severity | None = None
    status: Literal["open", "ended"] | None = None
    ending: Ending | None = None


class InspectionFilters(OneParams):
    """Which visits are counted."""

    year: Annotated[int | None, Field(ge=1000, le=9999)] = None
    unit: UnitCode | None = None


async def rounds(reading: Reading) -> Page:
    """List rounds in the order they were opened."""
    wanted: RoundFilters = reading.params
    rows = await reading.connection.fetch(ROUNDS, reading.county, wanted.after, wanted.limit, wanted.kind, wanted.status, wanted.unit)
    return page(rows, wanted.limit)


async def one_round(reading: Reading) -> Mapping[str, Any] | None:
    """Show one round, with each of its units: when it was visited, what was found, what it was told."""
    row = await reading.connection.fetchrow(ROUND, reading.county, reading.ids["round_id"])
    if row is None:
        return None
    units = await reading.connection.fetch(UNITS_OF_ROUND, reading.county, reading.ids["round_id"])
    return {**dict(row), "position": str(row["position"]), "units": [dict(unit) for unit in units]}


async def findings(reading: Reading) -> Page:
    """List findings in the order they were recorded; a unit sees its own."""
    wanted: FindingFilters = reading.params
    rows = await reading.connection.fetch(
        FINDINGS,
        reading.county,
        wanted.after,
        wanted.limit,
        wanted.round_id,
        unit_of(reading, wanted.unit),
        wanted.severity,
        wanted.status,
        wanted.ending,
    )
    return page(rows, wanted.limit)


async def inspections(reading: Reading) -> Mapping[str, Any]:
    """Count how often each unit was visited, most often first (State Council Order 733); a unit sees its own."""
    wanted: InspectionFilters = reading.params
    year = None if wanted.year is None else str(wanted.year)
    rows = await reading.connection.fetch(INSPECTIONS, reading.county, year, unit_of(reading, wanted.unit))
    return {"rows": [dict(row) for row in rows]}
