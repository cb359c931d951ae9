"""Questions about hearings, tasks, visits, what is regular, and figures."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from services.supervision.queries.notices import only_own, unit_of
from shared.contracts.inspections import Every, FiguresFor
from shared.contracts.profile import Activity
from shared.kernel.text import Account, UnitCode
from shared.web.routes import Page, Params, Reading, page

CADENCE = """
SELECT activity, every, period, position, due_on, status, held, held_on, reference_ids, missed, final FROM read.cadence_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR activity = $4) AND ($5::text IS NULL OR every = $5)
  AND ($6::text IS NULL OR status = $6)
ORDER BY position LIMIT $3
"""
_HEARING = "hearing_id AS id, position, version, title, held_on, chaired_by, reports, tasks, tasks_done FROM read.hearing_board"
HEARINGS = f"""
SELECT {_HEARING} WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR reports ? $4) ORDER BY position LIMIT $3
"""
HEARING = f"SELECT {_HEARING} WHERE county = $1 AND hearing_id = $2 AND position IS NOT NULL"
TASKS = """
SELECT task_id AS id, position, hearing_id, unit, text, due_on, provisional, status, overdue, result, completed_on FROM read.task_board
WHERE county = $1 AND position > $2 AND ($4::uuid IS NULL OR hearing_id = $4) AND ($5::text IS NULL OR unit = $5)
  AND ($6::text IS NULL OR status = $6) AND ($7::boolean IS NULL OR overdue = $7)
ORDER BY position LIMIT $3
"""
VISITS = """
SELECT visit_id AS id, position, leader, unit, branch, visited_on, guidance FROM read.visit_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR leader = $4) AND ($5::text IS NULL OR unit = $5)
  AND ($6::text IS NULL OR branch = $6)
ORDER BY position LIMIT $3
"""
_COMPILED = """
figures_id AS id, position, purpose, first_on, last_on, figures, positions, compiled_on, compiled_by, notice_ids FROM read.figures_board
"""
COMPILATIONS = f"""
SELECT {_COMPILED} WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR purpose = $4) ORDER BY position LIMIT $3
"""
COMPILATION = f"SELECT {_COMPILED} WHERE county = $1 AND figures_id = $2 AND position IS NOT NULL"

COUNTED = """
WITH asked AS (
  SELECT u.value AS at FROM read.notice_board n CROSS JOIN LATERAL jsonb_each(n.units) AS u
  WHERE n.county = $1 AND n.issued_on BETWEEN $2 AND $3 AND u.value ->> 'reply_by' IS NOT NULL
), counted AS (
  SELECT 'notices-issued' AS name, kind AS sort, count(*) AS count, NULL::bigint AS of FROM read.notice_board
    WHERE county = $1 AND issued_on BETWEEN $2 AND $3 GROUP BY kind
  UNION ALL SELECT 'replies-accepted', NULL, count(*) FILTER (WHERE at ->> 'status' = 'accepted'), count(*) FROM asked
  UNION ALL SELECT 'replies-overdue', NULL, count(*) FILTER (WHERE at ? 'overdue_since'), count(*) FROM asked
  UNION ALL SELECT 'watched', subject, count(*), NULL FROM read.watch_board
    WHERE county = $1 AND position IS NOT NULL AND status <> 'ended' GROUP BY subject
  UNION ALL SELECT 'waiting-for-people', next_moved_by, count(*), NULL FROM read.watch_board
    WHERE county = $1 AND status = 'waiting' GROUP BY next_moved_by
  UNION ALL SELECT 'escalated', step, count(*), NULL FROM read.escalations
    WHERE county = $1 AND escalated_on BETWEEN $2 AND $3 GROUP BY step
  UNION ALL SELECT 'listed', criterion, count(*), NULL FROM read.listing_board
    WHERE county = $1 AND status = 'listed' GROUP BY criterion
  UNION ALL SELECT 'delisted', NULL, count(*), NULL FROM read.listing_board
    WHERE county = $1 AND status = 'delisted' AND delisted_on BETWEEN $2 AND $3
  UNION ALL SELECT 'rounds', kind, count(*), NULL FROM read.round_board
    WHERE county = $1 AND first_on BETWEEN $2 AND $3 GROUP BY kind
  UNION ALL SELECT 'units-inspected', NULL, count(DISTINCT v.unit), NULL
    FROM read.unit_visits v CROSS JOIN LATERAL jsonb_array_elements_text(v.days) AS day
    WHERE v.county = $1 AND day::date BETWEEN $2 AND $3
  UNION ALL SELECT 'findings-ended', severity, count(*) FILTER (WHERE status = 'ended'), count(*) FROM read.finding_board
    WHERE county = $1 AND recorded_on BETWEEN $2 AND $3 GROUP BY severity
  UNION ALL SELECT 'activities-held', activity, count(*) FILTER (WHERE status = 'held'), count(*) FROM read.cadence_board
    WHERE county = $1 AND due_on BETWEEN $2 AND $3 GROUP BY activity
  UNION ALL SELECT 'hearings', NULL, count(*), NULL FROM read.hearing_board WHERE county = $1 AND held_on BETWEEN $2 AND $3
  UNION ALL SELECT 'tasks-done', NULL, count(*) FILTER (WHERE status = 'done'), count(*) FROM read.task_board
    WHERE county = $1 AND due_on BETWEEN $2 AND $3
  UNION ALL SELECT 'contact-point-visits', NULL, count(*), NULL FROM read.visit_board
    WHERE county = $1 AND visited_on BETWEEN $2 AND $3
)
SELECT
  (SELECT jsonb_agg(jsonb_build_object('name', name, 'sort', sort, 'count', count, 'of', of) ORDER BY name, sort) FROM counted) AS figures,
  (SELECT coalesce(jsonb_object_agg(projection || '@' || source, position), '{}') FROM read.checkpoints
    WHERE county = $1 AND projection IN ('notice_board', 'watch_board', 'escalations', 'listing_board', 'round_board', 'unit_visits',
      'finding_board', 'cadence_board', 'hearing_board', 'task_board', 'visit_board')) AS positions
"""
"""Figures and the positions they were counted at, in one statement and so of one moment."""


class CadenceFilters(Params):
    """How the list of what is regular may be narrowed."""

    activity: Activity | None = None
    every: Every | None = None
    status: Literal["due", "held", "missed"] | None = None


class HearingFilters(Params):
    """How the list of hearings may be narrowed; `unit` is one that reported."""

    unit: UnitCode | None = None


class TaskFilters(Params):
    """How the list of tasks may be narrowed."""

    hearing_id: UUID | None = None
    unit: UnitCode | None = None
    status: Literal["open", "done"] | None = None
    overdue: bool | None = None


class VisitFilters(Params):
    """How the list of visits may be narrowed."""

    leader: Account | None = None
    unit: UnitCode | None = None
    branch: UnitCode | None = None


class CompilationFilters(Params):
    """How the list of compiled figures may be narrowed."""

    purpose: FiguresFor | None = None


async def cadence(reading: Reading) -> Page:
    """List what was due in each week or month: due, held or missed."""
    wanted: CadenceFilters = reading.params
    rows = await reading.connection.fetch(CADENCE, reading.county, wanted.after, wanted.limit, wanted.activity, wanted.every, wanted.status)
    return page(rows, wanted.limit)


async def hearings(reading: Reading) -> Page:
    """List hearings in the order they were recorded; a unit sees those it reported at, and its own report."""
    wanted: HearingFilters = reading.params
    rows = await reading.connection.fetch(HEARINGS, reading.county, wanted.after, wanted.limit, unit_of(reading, wanted.unit))
    found = page(rows, wanted.limit)
    return Page([{**row, "reports": _own_reports(reading, row["reports"])} for row in found.items], found.next)


async def hearing(reading: Reading) -> Mapping[str, Any] | None:
    """Show one hearing; a unit sees those it reported at, and its own report."""
    row = await reading.connection.fetchrow(HEARING, reading.county, reading.ids["hearing_id"])
    if row is None or (only_own(reading) and reading.actor.unit not in row["reports"]):
        return None
    return {**dict(row), "position": str(row["position"]), "reports": _own_reports(reading, row["reports"])}


async def tasks(reading: Reading) -> Page:
    """List tasks out of hearings; a unit sees its own."""
    wanted: TaskFilters = reading.params
    unit = unit_of(reading, wanted.unit)
    rows = await reading.connection.fetch(
        TASKS, reading.county, wanted.after, wanted.limit, wanted.hearing_id, unit, wanted.status, wanted.overdue
    )
    return page(rows, wanted.limit)


async def visits(reading: Reading) -> Page:
    """List visits to contact points; a unit sees its own."""
    wanted: VisitFilters = reading.params
    unit = unit_of(reading, wanted.unit)
    rows = await reading.connection.fetch(VISITS, reading.county, wanted.after, wanted.limit, wanted.leader, unit, wanted.branch)
    return page(rows, wanted.limit)


async def compilations(reading: Reading) -> Page:
    """List compiled figures in the order they were compiled."""
    wanted: CompilationFilters = reading.params
    return page(await reading.connection.fetch(COMPILATIONS, reading.county, wanted.after, wanted.limit, wanted.purpose), wanted.limit)


async def compilation(reading: Reading) -> Mapping[str, Any] | None:
    """Show compiled figures with the positions they were counted at."""
    row = await reading.connection.fetchrow(COMPILATION, reading.county, reading.ids["figures_id"])
    return None if row is None else {**dict(row), "position": str(row["position"])}


def _own_reports(reading: Reading, reports: Mapping[str, Any]) -> Mapping[str, Any]:
    return {unit: told for unit, told in reports.items() if not only_own(reading) or unit == reading.actor.unit}
