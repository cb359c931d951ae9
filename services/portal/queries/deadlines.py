"""A unit's deadlines: days promised, replies due; those that are gone too, for a while, so that calendars can strike them out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import asyncpg

    from shared.kernel.tenancy import Connection

_PROMISES = """
SELECT p.project_id AS what, p.title, p.status, p.suspended, p.complete_by IS NULL AS free, p.changed_at,
  coalesce(p.complete_by, (
    SELECT (convert_from(a.body, 'UTF8')::jsonb -> 'data' ->> 'complete_by')::date FROM read.event_archive a
    WHERE a.county = $1 AND a.project_id = p.project_id
      AND a.type IN ('PledgePublished', 'PledgeAmended', 'ExtensionApproved') ORDER BY a.position DESC LIMIT 1
  )) AS due_on
FROM read.project_cards p
WHERE p.county = $1 AND p.unit = $2 AND p.changed_at IS NOT NULL
  AND (p.complete_by >= $3 OR (p.complete_by IS NULL AND p.changed_at >= $4))
ORDER BY p.changed_at DESC LIMIT $5
"""
_REPLIES = """
SELECT n.notice_id AS what, n.title, n.units -> $2 ->> 'status' AS status, n.closed_at IS NOT NULL AS closed, n.changed_at,
  (n.units -> $2 ->> 'reply_by')::date AS due_on
FROM read.notice_cards n
WHERE n.county = $1 AND n.units ? $2 AND n.changed_at IS NOT NULL AND (n.units -> $2 ->> 'reply_by')::date >= $3
ORDER BY n.changed_at DESC LIMIT $4
"""
MOST = 2_000
"""Deadlines a calendar holds, of each kind."""
_GONE = ("approved", "proposed", "returned", "withdrawn", "merged")
Standing = Literal["open", "suspended", "done", "gone"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which a unit is to have done something; `reply` to a notice, otherwise what was promised."""

    what: str
    title: str
    due_on: date
    standing: Standing
    changed_at: datetime
    reply: bool


async def deadlines(connection: "Connection", county: str, unit: str, since: date, gone_since: datetime) -> list[Deadline]:
    """Return a unit's deadlines from a day on, and those of projects whose promise is gone since an instant."""
    promises = await connection.fetch(_PROMISES, county, unit, since, gone_since, MOST)
    replies = await connection.fetch(_REPLIES, county, unit, since, MOST)
    found = [
        Deadline(str(row["what"]), row["title"] or "", row["due_on"], _promised(row), row["changed_at"], reply=False)
        for row in promises
        if row["due_on"] is not None
    ]
    found += [
        Deadline(
            str(row["what"]), row["title"] or "", row["due_on"], _asked(row["status"], closed=row["closed"]), row["changed_at"], reply=True
        )
        for row in replies
    ]
    return found


def _promised(row: "asyncpg.Record") -> Standing:
    if row["free"] or row["status"] in _GONE:
        return "gone"
    if row["status"] in {"completed", "signed-off"}:
        return "done"
    return "suspended" if row["suspended"] else "open"


def _asked(status: str | None, *, closed: bool) -> Standing:
    if status in {"responded", "accepted"}:
        return "done"
    return "gone" if closed else "open"
