"""Annual assessments: runs, and every subject's place in one."""

from typing import Annotated

from pydantic import Field

from shared.contracts.judging import Subject
from shared.kernel.text import Account, UnitCode
from shared.web.routes import Page, Params, Reading, page

ASSESSMENTS = """
SELECT assessment_id AS id, run, position, year, subject, unit, rules, rules_version, profile_version, seen_to, subjects, digest,
  assessed_by, assessed_at
FROM read.assessments
WHERE county = $1 AND position > $2 AND ($4::bigint IS NULL OR year = $4) AND ($5::text IS NULL OR subject = $5)
  AND ($6::text IS NULL OR unit = $6)
ORDER BY position LIMIT $3
"""
RESULTS = """
SELECT code AS id, run, position, subject, unit, official_order, lines, score, rank, commendable, exclusions
FROM read.assessment_results
WHERE county = $1 AND assessment_id = $4 AND position > $2 AND run = $5
  AND ($6::boolean IS NULL OR commendable = $6) AND ($7::text IS NULL OR code = $7)
ORDER BY position LIMIT $3
"""
LAST_RUN = "SELECT max(run) FROM read.assessments WHERE county = $1 AND assessment_id = $2"


class AssessmentFilters(Params):
    """How the list of assessments may be narrowed."""

    year: Annotated[int, Field(ge=2000, le=2999)] | None = None
    subject: Subject | None = None
    unit: UnitCode | None = None


class ResultFilters(Params):
    """How the places of an assessment may be narrowed; without a run, the last one's."""

    run: Annotated[int, Field(ge=1, lt=1 << 31)] | None = None
    commendable: bool | None = None
    code: Account | None = None


async def assessments(reading: Reading) -> Page:
    """List every run of every year's assessment, each with its rules."""
    wanted: AssessmentFilters = reading.params
    rows = await reading.connection.fetch(ASSESSMENTS, reading.county, wanted.after, wanted.limit, wanted.year, wanted.subject, wanted.unit)
    return page(rows, wanted.limit)


async def assessment_results(reading: Reading) -> Page | None:
    """List the places of one run, the best first, with the lines and the events behind them."""
    wanted: ResultFilters = reading.params
    own = reading.ids["assessment_id"]
    run = wanted.run if wanted.run is not None else await reading.connection.fetchval(LAST_RUN, reading.county, own)
    if run is None:
        return None
    found = await reading.connection.fetch(RESULTS, reading.county, wanted.after, wanted.limit, own, run, wanted.commendable, wanted.code)
    return page(found, wanted.limit)
