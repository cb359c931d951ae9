"""Questions about the register: rules, organisations, members and what they hold, exemptions, leaders and their contact points."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.projects.queries.places import PLACE, in_order
from shared.contracts.values import OrganisationKind
from shared.kernel.sealed import Sealed
from shared.kernel.sealing import Context
from shared.kernel.text import Account, UnitCode
from shared.web.routes import Page, Params, Reading, page

PROFILES = """
SELECT version_code, position, effective_from, adopted_at, profile FROM read.county_profile
WHERE county = $1 AND position > $2 ORDER BY position LIMIT $3
"""
ORGANISATIONS = f"""
SELECT code AS id, name, kind, parent, official_order, valid_from, valid_to, name_from, former_names, position, version, {PLACE} AS place
FROM read.organisations
WHERE county = $1 AND {PLACE} > $2 AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR parent = $5)
ORDER BY {PLACE} LIMIT $3
"""  # noqa: S608 - composed of constants
MEMBERS = """
SELECT member_id AS id, unit, branch, exemption, claims, name, name_event, position, version FROM read.members
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR unit = $4) AND ($5::text IS NULL OR branch = $5)
  AND ($6::boolean IS NULL OR (exemption IS NOT NULL) = $6) AND ($7::boolean IS NULL OR (claims > 0) = $7)
ORDER BY position LIMIT $3
"""
CLAIMING = f"""
SELECT * FROM (
  SELECT code AS id, name, kind, parent, official_order, position, {PLACE} AS place, counted.*
  FROM read.organisations AS at CROSS JOIN LATERAL (
    SELECT count(*) AS members, count(exemption) AS exempt, count(*) FILTER (WHERE exemption IS NULL) AS must_claim,
      count(*) FILTER (WHERE exemption IS NULL AND claims > 0) AS claimed,
      count(*) FILTER (WHERE exemption IS NULL AND claims <= 0) AS missing
    FROM read.members
    WHERE county = $1 AND members.position IS NOT NULL
      AND unit = CASE at.kind WHEN 'branch' THEN at.parent ELSE at.code END AND (at.kind <> 'branch' OR branch = at.code)
  ) AS counted
  WHERE county = $1 AND {PLACE} > $2 AND ($4::text IS NULL OR kind = $4)
    AND ($5::text IS NULL OR code = $5 OR parent = $5) AND ($6::text IS NULL OR code = $6)
) AS counts
WHERE $7::boolean IS NULL OR (missing > 0) = $7
ORDER BY place LIMIT $3
"""  # noqa: S608 - composed of constants
EXEMPTIONS = """
SELECT member_id AS id, status, exemption, evidence, evidence_event, unit, branch, proposed_by, decided_by, reason, position
FROM read.exemptions
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR unit = $4) AND ($5::text IS NULL OR branch = $5)
  AND ($6::text IS NULL OR status = $6)
ORDER BY position LIMIT $3
"""
LEADERS = f"""
SELECT leader_id AS id, account, post, unit, official_order, name, name_event, position, {PLACE} AS place FROM read.leaders
WHERE county = $1 AND {PLACE} > $2 AND ($4::text IS NULL OR unit = $4) ORDER BY {PLACE} LIMIT $3
"""  # noqa: S608 - composed of constants
CONTACT_POINTS = """
SELECT point.leader_id AS id, point.account, organisation, tied_from, until, before, point.position,
  (leader.official_order << 43) + point.position AS place
FROM read.contact_points AS point JOIN read.leaders AS leader USING (county, leader_id)
WHERE county = $1 AND (leader.official_order << 43) + point.position > $2 AND ($4::text IS NULL OR point.account = $4)
  AND ($5::text IS NULL OR organisation = $5) AND ($6::boolean IS NULL OR (until IS NULL) = $6)
ORDER BY place LIMIT $3
"""
REGISTER_FIGURES = "SELECT kind, count(*) AS count FROM read.organisations WHERE county = $1 GROUP BY 1 ORDER BY 1"
MEMBER_FIGURES = "SELECT exemption, count(*) AS count FROM read.members WHERE county = $1 AND position IS NOT NULL GROUP BY 1 ORDER BY 1"
CLAIMING_FIGURES = """
SELECT count(*) AS members, count(exemption) AS exempt, count(*) FILTER (WHERE exemption IS NULL) AS must_claim,
  count(*) FILTER (WHERE exemption IS NULL AND claims > 0) AS claimed, count(*) FILTER (WHERE exemption IS NULL AND claims <= 0) AS missing
FROM read.members WHERE county = $1 AND position IS NOT NULL
"""


class OrganisationFilters(Params):
    """How the list of organisations may be narrowed."""

    kind: OrganisationKind | None = None
    parent: UnitCode | None = None


class MemberFilters(Params):
    """How the list of members may be narrowed; who must claim and has not is `exempt=false&claimed=false`."""

    unit: UnitCode | None = None
    branch: UnitCode | None = None
    exempt: bool | None = None
    claimed: bool | None = None


class ClaimingFilters(Params):
    """How the counts of who must claim may be narrowed: to a kind of organisation, to a unit with its branches, to those that lack some."""

    kind: OrganisationKind | None = None
    unit: UnitCode | None = None
    missing: bool | None = None


class ExemptionFilters(Params):
    """How the list of proposed exemptions may be narrowed."""

    unit: UnitCode | None = None
    branch: UnitCode | None = None
    status: Literal["proposed", "approved", "refused", "lapsed"] | None = None


class LeaderFilters(Params):
    """How the list of leaders may be narrowed."""

    unit: UnitCode | None = None


class ContactPointFilters(Params):
    """How the list of contact points may be narrowed; `current` are those that have not ended."""

    account: Account | None = None
    organisation: UnitCode | None = None
    current: bool | None = None


async def profiles(reading: Reading) -> Page:
    """List the versions of the county's rules in the order they were adopted."""
    wanted: Params = reading.params
    return page(await reading.connection.fetch(PROFILES, reading.county, wanted.after, wanted.limit), wanted.limit)


async def organisations(reading: Reading) -> Page:
    """List the register's organisations in the official order, with what they were called before."""
    wanted: OrganisationFilters = reading.params
    rows = await reading.connection.fetch(ORGANISATIONS, reading.county, wanted.after, wanted.limit, wanted.kind, wanted.parent)
    return in_order(rows, wanted.limit)


async def members(reading: Reading) -> Page:
    """List the register's members; a unit or branch sees its own, with names, everyone else none."""
    wanted: MemberFilters = reading.params
    unit, branch = _own(reading)
    rows = await reading.connection.fetch(MEMBERS, reading.county, wanted.after, wanted.limit, unit, branch, wanted.exempt, wanted.claimed)
    found = page(rows, wanted.limit)
    return Page(await _opened(reading, "member", "name", found.items), found.next)


async def claiming(reading: Reading) -> Page:
    """Count, in the official order, who must claim, has, and has not; a unit sees itself and its branches, a branch itself."""
    wanted: ClaimingFilters = reading.params
    actor = reading.actor
    everywhere = actor.has("office", "leader", "inspector", "auditor")
    unit = wanted.unit if everywhere else actor.unit or ""
    only = None if everywhere or actor.has("unit") else actor.branch or ""
    rows = await reading.connection.fetch(CLAIMING, reading.county, wanted.after, wanted.limit, wanted.kind, unit, only, wanted.missing)
    return in_order(rows, wanted.limit)


async def exemptions(reading: Reading) -> Page:
    """List the last exemption proposed for each member, with what shows it; a unit or branch sees its own."""
    wanted: ExemptionFilters = reading.params
    unit, branch = _own(reading)
    rows = await reading.connection.fetch(EXEMPTIONS, reading.county, wanted.after, wanted.limit, unit, branch, wanted.status)
    found = page(rows, wanted.limit)
    return Page(await _opened(reading, "member", "evidence", found.items), found.next)


async def leaders(reading: Reading) -> Page:
    """List leaders in the official order."""
    wanted: LeaderFilters = reading.params
    rows = await reading.connection.fetch(LEADERS, reading.county, wanted.after, wanted.limit, wanted.unit)
    found = in_order(rows, wanted.limit)
    return Page(await _opened(reading, "leader", "name", found.items), found.next)


async def contact_points(reading: Reading) -> Page:
    """List which leader is tied to which unit or branch, in the leaders' official order."""
    wanted: ContactPointFilters = reading.params
    rows = await reading.connection.fetch(
        CONTACT_POINTS, reading.county, wanted.after, wanted.limit, wanted.account, wanted.organisation, wanted.current
    )
    return in_order(rows, wanted.limit)


def _own(reading: Reading) -> tuple[str | None, str | None]:
    """Return the unit and branch to narrow to: as wanted by the office, otherwise one's own."""
    wanted, actor = reading.params, reading.actor
    unit = wanted.unit if actor.has("office") else actor.unit or ""
    branch = wanted.branch if actor.has("office", "unit") else actor.branch or ""
    return unit, branch


async def _opened(reading: Reading, noun: str, field: str, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return items with a sealed field opened; what it was bound to is not shown."""
    event = f"{field}_event"
    sealed = [(Sealed(**item[field]), field, Context(reading.county, f"{noun}-{item['id']}", item[event])) for item in items]
    plain = await reading.unseal(sealed)
    return [
        {**{name: value for name, value in item.items() if name != event}, field: text} for item, text in zip(items, plain, strict=True)
    ]
