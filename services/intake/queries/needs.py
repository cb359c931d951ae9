"""Questions about needs: lists, one need, needs that say the same, figures."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.intake.state.grams import BITS, WORDS, grams, shared, signature
from shared.contracts.values import NeedKind
from shared.kernel.text import TownCode, UnitCode
from shared.web.routes import OneParams, Page, Params, Reading, page

STAFF = ("clerk", "member", "branch", "unit", "office", "leader", "inspector", "auditor")
"""Who sees needs that are not their own."""
NeedStatus = Literal["submitted", "accepted", "routed", "merged", "declined", "answered"]
_MOST_ALIKE = 20
_LIKELY = 100
"""Needs whose words are compared, once their signatures have been."""

_UNOWNED = "handling_unit IS NULL AND status IN ('submitted', 'accepted') AND NOT in_hand"
_COLUMNS = """
need_id AS id, position, version, status, kind, channel, title, detail, town, named, submitted_at, handling_unit,
responsible_leader, routed_at, outcome, answer, closed_at, project_id, on_behalf, call_id, petitions, accepted_at, assisting_units,
routing_reason, owner_by, unowned_at, more_asked, more_asked_at, more_by, more_missed, more, merged_into, merged_at, in_hand, closing,
reopen_until, reopened
"""
NEEDS = f"""
SELECT {_COLUMNS} FROM read.need_board
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR kind = $5)
  AND ($6::text IS NULL OR handling_unit = $6) AND ($7::text IS NULL OR town = $7)
  AND ($8::boolean IS NULL OR ({_UNOWNED}) = $8) AND ($9::boolean IS NULL OR (unowned_at IS NOT NULL) = $9)
  AND ($10::uuid IS NULL OR call_id = $10) AND ($11::uuid IS NULL OR merged_into = $11)
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
NEED = f"""
SELECT {_COLUMNS}, submitted_by = $3 AS own, EXISTS (
  SELECT FROM read.petitions p WHERE p.county = $1 AND p.need_id = $2 AND p.submitted_by = $3) AS joined
FROM read.need_board WHERE county = $1 AND need_id = $2 AND position IS NOT NULL
"""  # noqa: S608 - composed of constants
_IN_COMMON = " + ".join(f"bit_count((w{place} & ($2::bigint[])[{place + 1}])::bit(64))" for place in range(WORDS))
SIMILAR = f"""
WITH likely AS (
  SELECT need_id, coalesce(town = $3, false) AS same_town, {_IN_COMMON} - bits * $5::double precision AS beyond_chance
  FROM read.need_words WHERE county = $1 AND NOT merged AND ($4::text IS NULL OR kind = $4)
  ORDER BY same_town DESC, beyond_chance DESC LIMIT {_LIKELY}
)
SELECT n.need_id AS id, n.position, n.status, n.kind, n.title, n.detail, n.town, n.petitions, n.submitted_at, n.outcome, l.same_town
FROM likely l JOIN read.need_board n ON n.county = $1 AND n.need_id = l.need_id
WHERE n.position IS NOT NULL AND n.merged_into IS NULL
"""  # noqa: S608 - composed of constants
FIGURES = """
SELECT kind, channel, status, outcome, count(*) AS count, count(*) FILTER (WHERE project_id IS NOT NULL) AS in_projects,
  count(*) FILTER (WHERE handling_unit IS NOT NULL AND responsible_leader IS NOT NULL) AS routed
FROM read.need_board WHERE county = $1 AND position IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
UNOWNED = f"""
SELECT count(*) AS count, min(submitted_at) AS oldest_since, count(*) FILTER (WHERE unowned_at IS NOT NULL) AS past_deadline
FROM read.need_board WHERE county = $1 AND position IS NOT NULL AND {_UNOWNED}
"""  # noqa: S608 - composed of constants
RATED = """
SELECT handling_unit, count(*) AS rated, count(*) FILTER (WHERE good) AS good
FROM read.ratings WHERE county = $1 AND position IS NOT NULL GROUP BY 1 ORDER BY 1
"""
RATED_BY_LEVEL = "SELECT rating, count(*) AS count FROM read.ratings WHERE county = $1 AND position IS NOT NULL GROUP BY 1 ORDER BY 1"
CALLED = """
SELECT call_id, channel, count(*) AS count
FROM read.need_board WHERE county = $1 AND position IS NOT NULL AND call_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""
WISHED = "SELECT status, count(*) AS count FROM read.wishes WHERE county = $1 AND position IS NOT NULL GROUP BY 1 ORDER BY 1"
CLOSED = """
SELECT count(*) AS submitted, count(*) FILTER (WHERE closing > 0) AS closed, count(*) FILTER (WHERE outcome = 'done') AS done,
  coalesce(sum(reopened), 0)::bigint AS reopened, coalesce(sum(petitions), 0)::bigint AS petitions
FROM read.need_board WHERE county = $1 AND position IS NOT NULL
"""


class NeedFilters(Params):
    """How a list of needs may be narrowed."""

    status: NeedStatus | None = None
    kind: NeedKind | None = None
    handling_unit: UnitCode | None = None
    town: TownCode | None = None
    unowned: Annotated[bool | None, Field(description="Open, and nobody's: no handling unit, no member who claimed it")] = None
    past_deadline: Annotated[bool | None, Field(description="The day passed by which somebody should have owned it")] = None
    call_id: UUID | None = None
    merged_into: UUID | None = None


class Alike(OneParams):
    """What somebody is about to submit."""

    text: Annotated[str, Field(max_length=500)] = ""
    town: TownCode | None = None
    kind: NeedKind | None = None


async def needs(reading: Reading) -> Page:
    """List needs in the order they came in."""
    wanted: NeedFilters = reading.params
    rows = await reading.connection.fetch(
        NEEDS,
        reading.county,
        wanted.after,
        wanted.limit,
        wanted.status,
        wanted.kind,
        wanted.handling_unit,
        wanted.town,
        wanted.unowned,
        wanted.past_deadline,
        wanted.call_id,
        wanted.merged_into,
    )
    return page(rows, wanted.limit)


async def similar_needs(reading: Reading) -> Mapping[str, Any]:
    """Find needs that say the same, the same town's first, then those that share most: to join one instead of asking anew."""
    wanted: Alike = reading.params
    pairs = grams(wanted.text)
    if not pairs:
        return {"items": []}
    asked = (reading.county, signature(pairs), wanted.town, wanted.kind, len(pairs) / BITS)
    rows = [dict(row) for row in await reading.connection.fetch(SIMILAR, *asked)]
    for row in rows:
        row["shared"] = shared(pairs, row["title"], row.pop("detail"))
    alike = sorted((row for row in rows if row["shared"]), key=lambda row: (not row["same_town"], -row["shared"], row["position"]))
    return {"items": page(alike[:_MOST_ALIKE], _MOST_ALIKE).items}


async def need(reading: Reading) -> Mapping[str, Any] | None:
    """Show one need; a citizen sees what they submitted themselves, and of what they joined not the words of others."""
    row = await reading.connection.fetchrow(NEED, reading.county, reading.ids["need_id"], reading.actor.sub)
    if row is None:
        return None
    found = {**dict(row), "position": str(row["position"])}
    own, joined = found.pop("own"), found.pop("joined")
    if reading.actor.has(*STAFF):
        return found
    if not own and not joined:
        return None
    return {name: value for name, value in found.items() if name != "more" and (own or name != "detail")}


async def need_figures(reading: Reading) -> Mapping[str, Any]:
    """Count needs by kind, channel, status and outcome; what nobody owns; ratings, every rate as good of rated; calls; wishes."""
    county, fetch = reading.county, reading.connection.fetch
    unowned = await reading.connection.fetchrow(UNOWNED, county)
    loop = await reading.connection.fetchrow(CLOSED, county)
    ratings = [dict(row) for row in await fetch(RATED, county)]
    return {
        "rows": [dict(row) for row in await fetch(FIGURES, county)],
        "unowned": dict(unowned or {}),
        "loop": dict(loop or {}),
        "satisfaction": {
            "good": sum(row["good"] for row in ratings),
            "rated": sum(row["rated"] for row in ratings),
            "by_unit": ratings,
            "by_level": [dict(row) for row in await fetch(RATED_BY_LEVEL, county)],
        },
        "calls": [dict(row) for row in await fetch(CALLED, county)],
        "wishes": [dict(row) for row in await fetch(WISHED, county)],
    }
