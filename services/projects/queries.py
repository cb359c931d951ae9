"""Questions projects answers from its read models."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.sealed import Sealed
from shared.kernel.sealing import Context
from shared.kernel.text import Account, UnitCode
from shared.web.routes import Page, Params, Reading, page

KNOWN_NEED = "SELECT need_id FROM read.known_needs WHERE county = $1 AND need_id = $2"

PROFILES = """
SELECT version_code, position, effective_from, adopted_at, profile FROM read.county_profile
WHERE county = $1 AND position > $2 ORDER BY position LIMIT $3
"""
ORGANISATIONS = """
SELECT code AS id, name, kind, parent, official_order, position, version FROM read.organisations
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR kind = $4) ORDER BY position LIMIT $3
"""
MEMBERS = """
SELECT member_id AS id, unit, branch, exemption, name, name_event, position, version FROM read.members
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR unit = $4) AND ($5::text IS NULL OR branch = $5)
ORDER BY position LIMIT $3
"""
_PROJECT = """
project_id AS id, position, version, status, title, level, unit, branch, need_ids, planned_completion, review_by, sign_off_by,
proposed_at, verdicts, claimant, claimed_at, promise, complete_by, venue, percent, progress, round, completed_at, reopened, signed_off_at
"""
PROJECTS = f"""
SELECT {_PROJECT} FROM read.project_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR level = $5)
  AND ($6::text IS NULL OR unit = $6) AND ($7::text IS NULL OR claimant = $7)
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
PROJECT = f"SELECT {_PROJECT} FROM read.project_board WHERE county = $1 AND project_id = $2 AND position IS NOT NULL"  # noqa: S608
FIGURES = """
SELECT level, status, count(*) AS count, count(*) FILTER (WHERE claimant IS NOT NULL) AS claimed,
  count(*) FILTER (WHERE complete_by IS NOT NULL) AS pledged, coalesce(sum(jsonb_array_length(need_ids)), 0)::bigint AS needs,
  coalesce(sum(reopened), 0)::bigint AS reopened
FROM read.project_board WHERE county = $1 AND position IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""
REGISTER_FIGURES = "SELECT kind, count(*) AS count FROM read.organisations WHERE county = $1 GROUP BY 1 ORDER BY 1"
MEMBER_FIGURES = "SELECT exemption, count(*) AS count FROM read.members WHERE county = $1 AND position IS NOT NULL GROUP BY 1 ORDER BY 1"


class OrganisationFilters(Params):
    """How the list of organisations may be narrowed."""

    kind: str | None = None


class MemberFilters(Params):
    """How the list of members may be narrowed."""

    unit: UnitCode | None = None
    branch: UnitCode | None = None


class ProjectFilters(Params):
    """How the list of projects may be narrowed."""

    status: str | None = None
    level: UnitCode | None = None
    unit: UnitCode | None = None
    claimant: Account | None = None


async def profiles(reading: Reading) -> Page:
    """List the versions of the county's rules in the order they were adopted."""
    wanted: Params = reading.params
    return page(await reading.connection.fetch(PROFILES, reading.county, wanted.after, wanted.limit), wanted.limit)


async def organisations(reading: Reading) -> Page:
    """List the register's organisations."""
    wanted: OrganisationFilters = reading.params
    return page(await reading.connection.fetch(ORGANISATIONS, reading.county, wanted.after, wanted.limit, wanted.kind), wanted.limit)


async def members(reading: Reading) -> Page:
    """List the register's members; a unit or branch sees its own, with names, everyone else none."""
    wanted: MemberFilters = reading.params
    actor = reading.actor
    unit = wanted.unit if actor.has("office") else actor.unit or ""
    branch = wanted.branch if actor.has("office", "unit") else actor.branch or ""
    rows = await reading.connection.fetch(MEMBERS, reading.county, wanted.after, wanted.limit, unit, branch)
    sealed = [(Sealed(**row["name"]), "name", Context(reading.county, f"member-{row['id']}", row["name_event"])) for row in rows]
    names = await reading.unseal(sealed)
    found = page(rows, wanted.limit)
    shown = [{**item, "name": name} for item, name in zip(found.items, names, strict=True)]
    for item in shown:
        del item["name_event"]
    return Page(shown, found.next)


async def projects(reading: Reading) -> Page:
    """List projects in the order they were proposed."""
    wanted: ProjectFilters = reading.params
    rows = await reading.connection.fetch(
        PROJECTS, reading.county, wanted.after, wanted.limit, wanted.status, wanted.level, wanted.unit, wanted.claimant
    )
    return page(rows, wanted.limit)


async def project(reading: Reading) -> Mapping[str, Any] | None:
    """Show one project."""
    row = await reading.connection.fetchrow(PROJECT, reading.county, reading.ids["project_id"])
    return None if row is None else {**dict(row), "position": str(row["position"])}


async def project_figures(reading: Reading) -> Mapping[str, Any]:
    """Count projects by level and status, organisations by kind, members by exemption."""
    county, fetch = reading.county, reading.connection.fetch
    return {
        "rows": [dict(row) for row in await fetch(FIGURES, county)],
        "organisations": [dict(row) for row in await fetch(REGISTER_FIGURES, county)],
        "members": [dict(row) for row in await fetch(MEMBER_FIGURES, county)],
    }
