"""Questions about what is late, how far it has climbed, and what is listed."""

from collections.abc import Mapping
from typing import Any, Literal

from services.supervision.queries.notices import only_own, unit_of
from shared.contracts.ladders import Criterion, ListedSubject, Mover
from shared.contracts.profile import LadderStep, LadderSubject
from shared.kernel.text import UnitCode
from shared.web.routes import Page, Params, Reading, page

_WATCH = """
w.watch_id AS id, w.position, w.version, w.status, w.subject, w.subject_id, w.unit, p.title, w.due_on, w.provisional, w.because, w.rungs,
w.reached, w.step, w.next_step, w.next_on, w.next_moved_by, w.waiting_since, w.started_on, w.notice_ids
FROM read.watch_board w LEFT JOIN read.known_projects p ON p.county = w.county AND p.code = w.subject_id
"""
WATCHES = f"""
SELECT {_WATCH}
WHERE w.county = $1 AND w.position > $2 AND ($4::text IS NULL OR w.subject = $4) AND ($5::text IS NULL OR w.status = $5)
  AND ($6::text IS NULL OR w.unit = $6) AND ($7::text IS NULL OR w.step = $7) AND ($8::text IS NULL OR w.next_moved_by = $8)
  AND ($9::boolean IS NULL OR (w.unit IS NULL) = $9)
ORDER BY w.position LIMIT $3
"""
WATCH = f"SELECT {_WATCH} WHERE w.county = $1 AND w.watch_id = $2 AND w.position IS NOT NULL"
ESCALATIONS = """
SELECT watch_id, climb, rung, due_on, position, subject, subject_id, unit, step, moved_by, waiting_since, escalated_on, escalated_by, remark
FROM read.escalations
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR subject = $4) AND ($5::text IS NULL OR unit = $5)
  AND ($6::text IS NULL OR step = $6) AND ($7::text IS NULL OR moved_by = $7)
ORDER BY position LIMIT $3
"""
_LISTING = """
listing_id AS id, position, version, status, subject, subject_id, owner, criterion, reason, watch_id, listed_on, listed_by, times,
evidence, digest, delisted_on, delisted_by FROM read.listing_board
"""
LISTINGS = f"""
SELECT {_LISTING}
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR owner = $5)
  AND ($6::text IS NULL OR subject = $6) AND ($7::text IS NULL OR criterion = $7) AND ($8::boolean IS NULL OR (owner IS NULL) = $8)
ORDER BY position LIMIT $3
"""
LISTING = f"SELECT {_LISTING} WHERE county = $1 AND listing_id = $2 AND position IS NOT NULL"


class WatchFilters(Params):
    """How the list of watches may be narrowed; `status=waiting` is what people must move up."""

    subject: LadderSubject | None = None
    status: Literal["watching", "waiting", "paused", "ended"] | None = None
    unit: UnitCode | None = None
    step: LadderStep | None = None
    moved_by: Mover | None = None
    unowned: bool | None = None


class EscalationFilters(Params):
    """How the list of rungs that were due or reached may be narrowed."""

    subject: LadderSubject | None = None
    unit: UnitCode | None = None
    step: LadderStep | None = None
    moved_by: Mover | None = None


class ListingFilters(Params):
    """How the list of what is or was under listed supervision may be narrowed."""

    status: Literal["listed", "delisted"] | None = None
    owner: UnitCode | None = None
    subject: ListedSubject | None = None
    criterion: Criterion | None = None
    unowned: bool | None = None


async def watches(reading: Reading) -> Page:
    """List what is watched, in the order it began; a unit sees its own."""
    wanted: WatchFilters = reading.params
    rows = await reading.connection.fetch(
        WATCHES,
        reading.county,
        wanted.after,
        wanted.limit,
        wanted.subject,
        wanted.status,
        unit_of(reading, wanted.unit),
        wanted.step,
        wanted.moved_by,
        wanted.unowned,
    )
    return page(rows, wanted.limit)


async def watch(reading: Reading) -> Mapping[str, Any] | None:
    """Show one watch; a unit sees its own."""
    row = await reading.connection.fetchrow(WATCH, reading.county, reading.ids["watch_id"])
    if row is None or (only_own(reading) and reading.actor.unit != row["unit"]):
        return None
    return {**dict(row), "position": str(row["position"])}


async def escalations(reading: Reading) -> Page:
    """List rungs that were due or reached, in that order; a unit sees its own."""
    wanted: EscalationFilters = reading.params
    unit = unit_of(reading, wanted.unit)
    rows = await reading.connection.fetch(
        ESCALATIONS, reading.county, wanted.after, wanted.limit, wanted.subject, unit, wanted.step, wanted.moved_by
    )
    return page(rows, wanted.limit)


async def listings(reading: Reading) -> Page:
    """List what is or was under listed supervision; a unit sees what it owns."""
    wanted: ListingFilters = reading.params
    owner = unit_of(reading, wanted.owner)
    rows = await reading.connection.fetch(
        LISTINGS, reading.county, wanted.after, wanted.limit, wanted.status, owner, wanted.subject, wanted.criterion, wanted.unowned
    )
    return page(rows, wanted.limit)


async def listing(reading: Reading) -> Mapping[str, Any] | None:
    """Show one listing; a unit sees what it owns."""
    row = await reading.connection.fetchrow(LISTING, reading.county, reading.ids["listing_id"])
    if row is None or (only_own(reading) and reading.actor.unit != row["owner"]):
        return None
    return {**dict(row), "position": str(row["position"])}
