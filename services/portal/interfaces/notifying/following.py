"""From events to messages: a cursor over the archive that is moved with what it queued, in one transaction.

Not a policy of the kernel: those give commands to their own service's rules, and the portal has none. Not a projection: a rebuild would
send everything again. The cursor stands in the portal's own schema, which no rebuild touches, and positions stay what they are.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import structlog

from services.portal.interfaces.notifying.messages import (
    NEED_NEWS,
    REMINDED,
    TYPES,
    UNIT_NEWS,
    Message,
    Place,
    Translate,
    of_deadline,
    of_need,
    of_unit,
)
from services.portal.interfaces.notifying.outbox import put
from services.portal.interfaces.notifying.subscriptions import Subscriptions
from services.portal.lanes import LANES
from shared.kernel.derived import derived

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_AT_ONCE = 500
_ENDS = """
SELECT coalesce((SELECT max(position) FROM read.event_archive WHERE county = $1 AND source = $2), 0) AS last,
  (SELECT position FROM portal.notified WHERE county = $1 AND source = $2) AS reached
"""
_MOVE = """
INSERT INTO portal.notified (county, source, position) VALUES ($1, $2, $3)
ON CONFLICT (county, source) DO UPDATE SET position = EXCLUDED.position WHERE portal.notified.position < EXCLUDED.position
"""
_ANYBODY = "SELECT EXISTS (SELECT FROM portal.subscriptions WHERE county = $1 AND confirmed_at IS NOT NULL AND ended_at IS NULL)"
_NEWS = """
SELECT a.position, a.type, a.need_id, a.project_id, a.units, a.body, p.unit, p.title FROM read.event_archive a
LEFT JOIN read.project_cards p ON p.county = $1 AND p.project_id = a.project_id
WHERE a.county = $1 AND a.source = $2 AND a.position > $3 AND a.position <= $4 AND a.type = ANY($5) ORDER BY a.position LIMIT $6
"""
_OF_UNITS = """
SELECT subscription_id, label FROM portal.subscriptions
WHERE county = $1 AND kind = 'unit' AND subject = ANY($2) AND confirmed_at IS NOT NULL AND ended_at IS NULL
"""
_OF_NEEDS = """
WITH RECURSIVE met AS (
  SELECT n.need_id FROM read.need_cards n WHERE n.county = $1 AND (n.need_id = $2 OR n.project_id = $3)
  UNION SELECT n.need_id FROM read.need_cards n JOIN met ON n.county = $1 AND n.merged_into = met.need_id
)
SELECT s.subscription_id, s.label FROM portal.subscriptions s
WHERE s.county = $1 AND s.kind = 'need' AND s.subject IN (SELECT need_id::text FROM met)
  AND s.confirmed_at IS NOT NULL AND s.ended_at IS NULL
"""
_PROJECTS_DUE = """
SELECT s.subscription_id, p.project_id::text AS what, p.title, p.complete_by AS due_on FROM portal.subscriptions s
JOIN read.project_cards p ON p.county = $1 AND p.unit = s.subject
WHERE s.county = $1 AND s.kind = 'unit' AND s.confirmed_at IS NOT NULL AND s.ended_at IS NULL
  AND p.status = 'claimed' AND NOT p.suspended AND p.complete_by = ANY($2::date[])
"""
_REPLIES_DUE = """
SELECT s.subscription_id, n.notice_id::text AS what, n.title, (n.units -> s.subject ->> 'reply_by')::date AS due_on
FROM portal.subscriptions s JOIN read.notice_cards n ON n.county = $1 AND n.units ? s.subject
WHERE s.county = $1 AND s.kind = 'unit' AND s.confirmed_at IS NOT NULL AND s.ended_at IS NULL AND n.closed_at IS NULL
  AND n.units -> s.subject ->> 'status' IN ('issued', 'acknowledged', 'sent-back', 'overdue')
  AND (n.units -> s.subject ->> 'reply_by')::date = ANY($2::date[])
"""
_log = structlog.get_logger(__name__)


class Following:
    """Looks through what is new of one county's lanes for those who asked to be told."""

    def __init__(self, subscriptions: Subscriptions, _: Translate) -> None:
        self._subscriptions = subscriptions
        self._ = _

    async def anybody(self, connection: "Connection", county: str) -> bool:
        """Tell whether anybody is to be told of anything."""
        return bool(await connection.fetchval(_ANYBODY, county))

    async def follow(self, connection: "Connection", county: str, place: Place | None) -> bool:
        """Queue messages for what is new, and move on; tell whether there may be more. Without a place there is nobody to be told.

        What was there before the first look is not told.
        """
        more = False
        for source in LANES:
            row = await connection.fetchrow(_ENDS, county, source)
            assert row is not None  # noqa: S101 - it always returns one
            last, reached = row["last"], row["reached"]
            if reached is None or (reached < last and place is None):
                await connection.execute(_MOVE, county, source, last)
            elif reached < last and place is not None:
                more |= await self._lane(connection, county, place, (source, reached, last))
        return more

    async def remind(self, connection: "Connection", county: str, place: Place, today: date) -> None:
        """Queue reminders of deadlines; one for each deadline and number of days left."""
        for query, reply in ((_PROJECTS_DUE, False), (_REPLIES_DUE, True)):
            for row in await connection.fetch(query, county, [today + timedelta(days=left) for left in REMINDED]):
                left = (row["due_on"] - today).days
                event_id = derived("deadline", row["what"], row["due_on"].isoformat(), str(left))
                message = of_deadline(self._, place, row["title"] or "", row["due_on"], left, reply=reply)
                await put(connection, county, event_id, row["subscription_id"], message)

    async def _lane(self, connection: "Connection", county: str, place: Place, lane: tuple[str, int, int]) -> bool:
        source, reached, last = lane
        rows = await connection.fetch(_NEWS, county, source, reached, last, list(TYPES), _AT_ONCE)
        for row in rows:
            await self._tell(connection, county, place, dict(row))
        full = len(rows) == _AT_ONCE
        await connection.execute(_MOVE, county, source, rows[-1]["position"] if full else last)
        return full

    async def _tell(self, connection: "Connection", county: str, place: Place, row: Mapping[str, Any]) -> None:
        event, kind = orjson.loads(row["body"]), row["type"]
        data, event_id = event["data"], UUID(event["id"])
        if kind == "PetitionerErased":
            await self._subscriptions.end_of_need(connection, county, str(row["need_id"]))
        if kind in UNIT_NEWS:
            units = {*row["units"].split(), *([row["unit"]] if row["unit"] else [])}
            title = data.get("title") or row["title"]
            await self._queue(
                connection,
                county,
                event_id,
                {
                    found["subscription_id"]: of_unit(self._, place, title, kind, data)
                    for found in await _of_units(connection, county, units)
                },
            )
        if kind in NEED_NEWS:
            found = await connection.fetch(_OF_NEEDS, county, row["need_id"], row["project_id"])
            told = {each["subscription_id"]: of_need(self._, place, each["label"], kind, data) for each in found}
            await self._queue(connection, county, event_id, told)

    @staticmethod
    async def _queue(connection: "Connection", county: str, event_id: UUID, told: Mapping[UUID, Message]) -> None:
        for subscription_id, message in told.items():
            await put(connection, county, event_id, subscription_id, message)


async def _of_units(connection: "Connection", county: str, units: Collection[str]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in await connection.fetch(_OF_UNITS, county, sorted(units))]
