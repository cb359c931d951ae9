"""Questions about the projects list: projects, their proposals, public pledges, spot checks, demonstration projects."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.projects.queries.ledger import PROFILE_ON, TODAY
from services.projects.queries.places import PLACE, in_order
from services.projects.queries.registry import CLAIMING_FIGURES, MEMBER_FIGURES, REGISTER_FIGURES
from shared.contracts.profile import Profile
from shared.kernel.text import Account, UnitCode
from shared.web.routes import Page, Params, Reading, page

KNOWN_NEED = "SELECT need_id FROM read.known_needs WHERE county = $1 AND need_id = $2"
SPOT_CHECK_CANDIDATES = """
SELECT array_agg(project_id ORDER BY project_id) AS project_ids FROM read.project_board
WHERE county = $1 AND review_by = 'unit' AND status IN ('approved', 'claimed', 'completed') AND spot_check IS NULL
  AND ($2::text IS NULL OR unit = $2)
"""

_PROJECT = """
project_id AS id, position, version, status, title, level, unit, branch, need_ids, planned_completion, review_by, sign_off_by,
proposed_at, verdicts, spot_check, spot_check_id, claimant, claimant_role, claimed_at, team, given_back, promise, complete_by, venue,
first_promise, first_complete_by, amendments, extension_asked, suspended, milestones, plan, plan_revisions, percent, progress, round,
completed_at, reopened, reopened_for, signed_off_at, merged_into, left_because
"""
PROJECTS = f"""
SELECT {_PROJECT} FROM read.project_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR level = $5)
  AND ($6::text IS NULL OR unit = $6) AND ($7::text IS NULL OR claimant = $7)
  AND ($8::boolean IS NULL OR suspended = $8) AND ($9::boolean IS NULL OR (extension_asked IS NOT NULL) = $9)
  AND ($10::text IS NULL OR spot_check = $10) AND ($11::boolean IS NULL OR (plan_revisions > 0) = $11)
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
PROJECT = f"SELECT {_PROJECT} FROM read.project_board WHERE county = $1 AND project_id = $2 AND position IS NOT NULL"  # noqa: S608
SUBMISSIONS = "SELECT submissions FROM read.project_board WHERE county = $1 AND project_id = $2 AND position IS NOT NULL"
PLEDGES = """
SELECT project_id AS id, position, status, title, level, unit, branch, claimant_role, venue, first_promise, first_complete_by, promise,
  complete_by, amendments, suspended, percent, reopened
FROM read.project_board
WHERE county = $1 AND position > $2 AND first_promise IS NOT NULL AND ($4::text IS NULL OR level = $4)
  AND ($5::text IS NULL OR unit = $5) AND ($6::text IS NULL OR status = $6) AND ($7::text IS NULL OR venue = $7)
ORDER BY position LIMIT $3
"""
SPOT_CHECKS = """
SELECT spot_check_id AS id, position, version, unit, seed, percent, profile_version, candidates, digest, drawn, drawn_at, passed, failed
FROM read.spot_checks
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR unit = $4) AND ($5::boolean IS NULL OR (passed + failed < drawn) = $5)
ORDER BY position LIMIT $3
"""
SPOT_CHECK = """
SELECT spot_check_id AS id, position, version, unit, seed, percent, profile_version, candidates, digest, project_ids, drawn, drawn_at,
  passed, failed
FROM read.spot_checks WHERE county = $1 AND spot_check_id = $2 AND position IS NOT NULL
"""
DEMONSTRATIONS = """
SELECT demo.project_id AS id, demo.position, demo.whose, demo.holder, demo.status, demo.reason, demo.least, demo.most,
  demo.designated_at, demo.ended_at, board.title, board.unit, board.level, board.status AS project_status
FROM read.demonstrations AS demo LEFT JOIN read.project_board AS board USING (county, project_id)
WHERE county = $1 AND demo.position > $2 AND ($4::text IS NULL OR demo.whose = $4) AND ($5::text IS NULL OR demo.holder = $5)
  AND ($6::text IS NULL OR demo.status = $6)
ORDER BY demo.position LIMIT $3
"""
_QUOTAS = """
SELECT * FROM (
  SELECT holders.*, CASE WHEN designated < $4 THEN 'below' WHEN designated > $5 THEN 'above' ELSE 'within' END AS standing
  FROM (
    SELECT {holder} AS id, {label} AS label, official_order, position, {place} AS place,
      (SELECT count(*) FROM read.demonstrations AS demo
       WHERE demo.county = $1 AND demo.whose = '{whose}' AND demo.holder = at.{holder} AND demo.status = 'designated') AS designated
    FROM {table} AS at WHERE county = $1 AND {place} > $2 AND {which}
  ) AS holders
) AS quotas WHERE $6::text IS NULL OR standing = $6 ORDER BY place LIMIT $3
"""
QUOTAS: Mapping[str, str] = {
    "committee": _QUOTAS.format(
        holder="code", label="name", place=PLACE, whose="committee", table="read.organisations", which="kind IN ('town', 'department')"
    ),
    "leader": _QUOTAS.format(holder="account", label="post", place=PLACE, whose="leader", table="read.leaders", which="unit IS NULL"),
}
FIGURES = """
SELECT level, status, count(*) AS count, count(*) FILTER (WHERE claimant IS NOT NULL) AS claimed,
  count(*) FILTER (WHERE complete_by IS NOT NULL) AS pledged, coalesce(sum(jsonb_array_length(need_ids)), 0)::bigint AS needs,
  coalesce(sum(reopened), 0)::bigint AS reopened
FROM read.project_board WHERE county = $1 AND position IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""

ProjectStatus = Literal["proposed", "returned", "approved", "claimed", "completed", "signed-off", "withdrawn", "merged"]


class ProjectFilters(Params):
    """How the list of projects may be narrowed."""

    status: ProjectStatus | None = None
    level: UnitCode | None = None
    unit: UnitCode | None = None
    claimant: Account | None = None
    suspended: bool | None = None
    extension_asked: bool | None = None
    spot_check: Literal["drawn", "passed", "failed"] | None = None
    revised: bool | None = None


class PledgeFilters(Params):
    """How the public pledge board may be narrowed."""

    level: UnitCode | None = None
    unit: UnitCode | None = None
    status: Literal["claimed", "completed", "signed-off"] | None = None
    venue: Literal["meeting", "television", "website"] | None = None


class SpotCheckFilters(Params):
    """How the list of spot checks may be narrowed; `open` are those with projects still to be judged."""

    unit: UnitCode | None = None
    open: bool | None = None


class DemonstrationFilters(Params):
    """How the list of demonstration projects may be narrowed."""

    whose: Literal["committee", "leader"] | None = None
    holder: Account | None = None
    status: Literal["proposed", "designated", "ended"] | None = None


class QuotaFilters(Params):
    """Whose quotas are watched, and how their list may be narrowed."""

    whose: Literal["committee", "leader"] = "committee"
    standing: Literal["below", "within", "above"] | None = None


async def projects(reading: Reading) -> Page:
    """List projects in the order they were proposed."""
    wanted: ProjectFilters = reading.params
    rows = await reading.connection.fetch(
        PROJECTS,
        reading.county,
        wanted.after,
        wanted.limit,
        wanted.status,
        wanted.level,
        wanted.unit,
        wanted.claimant,
        wanted.suspended,
        wanted.extension_asked,
        wanted.spot_check,
        wanted.revised,
    )
    return page(rows, wanted.limit)


async def project(reading: Reading) -> Mapping[str, Any] | None:
    """Show one project."""
    row = await reading.connection.fetchrow(PROJECT, reading.county, reading.ids["project_id"])
    return None if row is None else {**dict(row), "position": str(row["position"])}


async def submissions(reading: Reading) -> Mapping[str, Any] | None:
    """Show each proposal of a project, its verdicts, and what was mended since the one before."""
    row = await reading.connection.fetchrow(SUBMISSIONS, reading.county, reading.ids["project_id"])
    return None if row is None else {"items": with_changes(row["submissions"] or [])}


def with_changes(told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return proposals in order, each with `changes`: field to what it was before and is after."""
    shown: list[dict[str, Any]] = []
    for number, submission in enumerate(told):
        before = told[number - 1] if number else submission
        changes = {
            field: {"before": before.get(field), "after": submission.get(field)}
            for field in ("title", "need_ids", "planned_completion")
            if before.get(field) != submission.get(field)
        }
        shown.append({**submission, "changes": changes})
    return shown


async def pledges(reading: Reading) -> Page:
    """Show everybody what was promised, first and now, and how far it is; no person is named."""
    wanted: PledgeFilters = reading.params
    rows = await reading.connection.fetch(
        PLEDGES, reading.county, wanted.after, wanted.limit, wanted.level, wanted.unit, wanted.status, wanted.venue
    )
    return page(rows, wanted.limit)


async def spot_checks(reading: Reading) -> Page:
    """List spot checks in the order they were drawn."""
    wanted: SpotCheckFilters = reading.params
    rows = await reading.connection.fetch(SPOT_CHECKS, reading.county, wanted.after, wanted.limit, wanted.unit, wanted.open)
    return page(rows, wanted.limit)


async def spot_check(reading: Reading) -> Mapping[str, Any] | None:
    """Show one spot check with everything needed to draw it again."""
    row = await reading.connection.fetchrow(SPOT_CHECK, reading.county, reading.ids["spot_check_id"])
    return None if row is None else {**dict(row), "position": str(row["position"])}


async def demonstrations(reading: Reading) -> Page:
    """List demonstration projects in the order they were proposed."""
    wanted: DemonstrationFilters = reading.params
    rows = await reading.connection.fetch(
        DEMONSTRATIONS, reading.county, wanted.after, wanted.limit, wanted.whose, wanted.holder, wanted.status
    )
    return page(rows, wanted.limit)


async def quotas(reading: Reading) -> Page:
    """Watch, in the official order, who has fewer or more demonstration projects than the rules in force say."""
    wanted: QuotaFilters = reading.params
    fetch = reading.connection.fetchrow
    today = await fetch(TODAY, reading.county)
    found = None if today is None else await fetch(PROFILE_ON, reading.county, today["today"])
    rules = Profile.recorded(found["profile"]).entry.demonstration if found is not None else ()
    quota = next((quota for quota in rules if quota.whose == wanted.whose), None)
    if quota is None:
        return Page([], None)
    rows = await reading.connection.fetch(
        QUOTAS[wanted.whose], reading.county, wanted.after, wanted.limit, quota.least, quota.most, wanted.standing
    )
    told = in_order(rows, wanted.limit)
    return Page([{**item, "least": quota.least, "most": quota.most} for item in told.items], told.next)


async def project_figures(reading: Reading) -> Mapping[str, Any]:
    """Count projects by level and status, organisations by kind, members by exemption and by whether they claimed."""
    county, fetch = reading.county, reading.connection.fetch
    (counted,) = await fetch(CLAIMING_FIGURES, county)
    return {
        "rows": [dict(row) for row in await fetch(FIGURES, county)],
        "organisations": [dict(row) for row in await fetch(REGISTER_FIGURES, county)],
        "members": [dict(row) for row in await fetch(MEMBER_FIGURES, county)],
        "claiming": dict(counted),
    }
