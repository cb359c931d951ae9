"""Questions about micro-wishes and collection calls."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from services.intake.queries.needs import STAFF
from shared.contracts.values import Channel
from shared.kernel.text import Account, TownCode, UnitCode
from shared.web.routes import Page, Params, Reading, page

WISHES = """
SELECT * FROM (
  SELECT w.need_id AS id, w.position, b.version, w.title, w.town, w.claimant, w.unit, w.branch, w.published_at, w.claimed_at,
    w.fulfilled_at, w.fulfilment, w.given_back, w.thanks, w.thanked,
    CASE WHEN w.status <> 'fulfilled' AND b.status IN ('declined', 'answered', 'merged') THEN 'closed' ELSE w.status END AS status
  FROM read.wishes w JOIN read.need_board b ON b.county = $1 AND b.need_id = w.need_id
  WHERE w.county = $1 AND w.position > $2
) AS wish
WHERE ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR town = $5) AND ($6::text IS NULL OR claimant = $6)
  AND ($7::text IS NULL OR unit = $7)
ORDER BY position LIMIT $3
"""
_CALL = "call_id AS id, position, version, title, text, channels, opens_on, closes_on, closed_on, published_at"
CALLS = f"""
SELECT {_CALL} FROM read.calls
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR channels ? $4)
  AND ($5::date IS NULL OR ($5 BETWEEN opens_on AND closes_on AND (closed_on IS NULL OR $5 < closed_on)))
ORDER BY position LIMIT $3
"""  # noqa: S608 - composed of constants
CALL = f"SELECT {_CALL} FROM read.calls WHERE county = $1 AND call_id = $2 AND position IS NOT NULL"  # noqa: S608
CALL_COUNTS = """
SELECT channel, kind, count(*) AS count FROM read.need_board
WHERE county = $1 AND call_id = $2 AND position IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""


class WishFilters(Params):
    """How the list of published micro-wishes may be narrowed."""

    status: Literal["free", "claimed", "fulfilled", "closed"] | None = None
    town: TownCode | None = None
    claimant: Account | None = None
    unit: UnitCode | None = None


class CallFilters(Params):
    """How the list of collection calls may be narrowed."""

    channel: Channel | None = None
    open_on: Annotated[date | None, Field(description="Those that take needs in on this day")] = None


async def wishes(reading: Reading) -> Page:
    """List published micro-wishes in the order they were published; citizens are not told who claimed them."""
    wanted: WishFilters = reading.params
    staff = reading.actor.has(*STAFF)
    if wanted.claimant is not None and not staff:
        return Page([], None)
    rows = await reading.connection.fetch(
        WISHES, reading.county, wanted.after, wanted.limit, wanted.status, wanted.town, wanted.claimant, wanted.unit
    )
    found = page(rows, wanted.limit)
    return found if staff else Page([{**item, "claimant": None} for item in found.items], found.next)


async def calls(reading: Reading) -> Page:
    """List collection calls in the order they were published."""
    wanted: CallFilters = reading.params
    rows = await reading.connection.fetch(CALLS, reading.county, wanted.after, wanted.limit, wanted.channel, wanted.open_on)
    return page(rows, wanted.limit)


async def call(reading: Reading) -> Mapping[str, Any] | None:
    """Show one collection call, and how many needs it brought in over which channel."""
    row = await reading.connection.fetchrow(CALL, reading.county, reading.ids["call_id"])
    if row is None:
        return None
    counts = [dict(each) for each in await reading.connection.fetch(CALL_COUNTS, reading.county, reading.ids["call_id"])]
    return {**dict(row), "position": str(row["position"]), "counts": counts}
