"""Surveys with their figures, units' scores, and the county's score sheets."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from services.scoring.decider.surveys import offered
from shared.contracts.judging import Question
from shared.kernel.text import UnitCode
from shared.web.routes import Page, Params, Reading, page

_SURVEY = """
survey_id AS id, position, version, status, title, unit, project_id, questions, respondents, sampling, sample, until, codes, answered,
good, rated, aware, asked, counts, opened_at, closed_at
"""
SURVEYS = f"""
SELECT {_SURVEY} FROM read.surveys
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR unit = $5)
  AND ($6::uuid IS NULL OR project_id = $6)
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
SURVEY = f"SELECT {_SURVEY} FROM read.surveys WHERE county = $1 AND survey_id = $2 AND position IS NOT NULL"  # noqa: S608
UNIT_SCORES = """
SELECT score_id AS id, position, version, unit, occasion, sheet, points, total, passed, remark, scored_by, scored_at FROM read.unit_scores
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR unit = $4) AND ($5::text IS NULL OR occasion = $5)
  AND ($6::boolean IS NULL OR passed = $6)
ORDER BY position LIMIT $3
"""
_SHEET = """
SELECT version_code AS id, position, effective_from, profile->'score_sheet' AS sheet, profile->'closing' AS closing,
  lead(effective_from) OVER (ORDER BY effective_from, position) AS superseded_on
FROM read.county_profile WHERE county = $1
"""
SHEETS = f"""
SELECT * FROM ({_SHEET}) s
WHERE position > $2 AND ($4::date IS NULL OR (effective_from <= $4 AND (superseded_on IS NULL OR superseded_on > $4)))
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
SHEET = f"SELECT * FROM ({_SHEET}) s WHERE id = $2"  # noqa: S608


class SurveyFilters(Params):
    """How the list of surveys may be narrowed."""

    status: Literal["open", "closed"] | None = None
    unit: UnitCode | None = None
    project_id: UUID | None = None


class UnitScoreFilters(Params):
    """How the list of units' scores may be narrowed."""

    unit: UnitCode | None = None
    occasion: UnitCode | None = None
    passed: bool | None = None


class SheetFilters(Params):
    """How the list of score sheets may be narrowed: the one in force on a day."""

    on: date | None = Field(default=None, description="The day on which it was in force")


def figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a survey with every rate's numerator and denominator, and every answer that could be given."""
    counts = row["counts"] or {}
    results = []
    for given in row["questions"] or []:
        question = Question.recorded(given)
        of = {option: counts.get(question.code, {}).get(option, 0) for option in offered(question)}
        results.append({"question": question.code, "answered": sum(of.values()), "answers": of})
    kept = {name: value for name, value in row.items() if name not in ("good", "rated", "aware", "asked", "counts")}
    return {
        **kept,
        "response": {"part": row["answered"], "whole": row["sample"]},
        "satisfaction": {"part": row["good"], "whole": row["rated"]},
        "awareness": {"part": row["aware"], "whole": row["asked"]},
        "results": results,
    }


async def surveys(reading: Reading) -> Page:
    """List surveys in the order they were opened, each with its figures."""
    wanted: SurveyFilters = reading.params
    found = page(
        await reading.connection.fetch(SURVEYS, reading.county, wanted.after, wanted.limit, wanted.status, wanted.unit, wanted.project_id),
        wanted.limit,
    )
    return Page([figures(item) for item in found.items], found.next)


async def survey(reading: Reading) -> Mapping[str, Any] | None:
    """Show one survey with its figures."""
    row = await reading.connection.fetchrow(SURVEY, reading.county, reading.ids["survey_id"])
    return None if row is None else {**figures(dict(row)), "position": str(row["position"])}


async def unit_scores(reading: Reading) -> Page:
    """List units' scores in the order they were first given."""
    wanted: UnitScoreFilters = reading.params
    rows = await reading.connection.fetch(
        UNIT_SCORES, reading.county, wanted.after, wanted.limit, wanted.unit, wanted.occasion, wanted.passed
    )
    return page(rows, wanted.limit)


async def score_sheets(reading: Reading) -> Page:
    """List score sheets with the closing rules beside them, in the order they were published; `superseded_on` is the day the next began."""
    wanted: SheetFilters = reading.params
    rows = await reading.connection.fetch(SHEETS, reading.county, wanted.after, wanted.limit, wanted.on)
    return page(rows, wanted.limit)


async def score_sheet(reading: Reading) -> Mapping[str, Any] | None:
    """Show the score sheet of one version of the county's rules."""
    version = reading.ids["version"]
    row = None if "\x00" in version else await reading.connection.fetchrow(SHEET, reading.county, version)  # no text of PostgreSQL's
    return None if row is None else {**dict(row), "position": str(row["position"])}
