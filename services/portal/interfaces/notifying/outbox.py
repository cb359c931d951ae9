"""What is to be sent and was: one row for each event and subscription, so that nobody is told the same twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.portal.interfaces.notifying.messages import Message

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

AT_ONCE = 20
_PUT = """
INSERT INTO portal.outbox (county, event_id, subscription_id, title, body, urgent) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""
_TAKE = """
UPDATE portal.outbox o SET attempts = o.attempts + 1, next_try = now() + interval '5 minutes'
FROM (
  SELECT event_id, subscription_id FROM portal.outbox
  WHERE county = $1 AND state = 'queued' AND next_try <= now() AND (urgent OR $2) ORDER BY next_try, made_at LIMIT $3
  FOR UPDATE SKIP LOCKED
) due WHERE o.county = $1 AND o.event_id = due.event_id AND o.subscription_id = due.subscription_id
RETURNING o.event_id, o.subscription_id, o.title, o.body, o.urgent, o.attempts
"""
_DONE = """
UPDATE portal.outbox SET state = $4, reason = $5, done_at = now()
WHERE county = $1 AND event_id = $2 AND subscription_id = $3 AND state = 'queued'
"""
_LATER = """
UPDATE portal.outbox SET reason = $4, next_try = now() + make_interval(secs => $5)
WHERE county = $1 AND event_id = $2 AND subscription_id = $3 AND state = 'queued'
"""
_FORGET = "DELETE FROM portal.outbox WHERE county = $1 AND state <> 'queued' AND done_at < now() - interval '400 days'"
_STATES = "SELECT state, reason, attempts, title, body FROM portal.outbox WHERE county = $1 AND subscription_id = $2 ORDER BY made_at"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One message on its way to one subscription; `attempts` counts this one."""

    event_id: UUID
    subscription_id: UUID
    message: Message
    urgent: bool
    attempts: int


async def put(
    connection: "Connection", county: str, event_id: UUID, subscription_id: UUID, message: Message, *, urgent: bool = False
) -> None:
    """Queue a message, unless this event was queued for this subscription before."""
    await connection.execute(_PUT, county, event_id, subscription_id, message.title, message.body, urgent)


async def take(connection: "Connection", county: str, *, awake: bool) -> list[Dispatch]:
    """Take what is due, the oldest first: nobody else takes it for five minutes. While people sleep, only what is urgent."""
    rows = await connection.fetch(_TAKE, county, awake, AT_ONCE)
    return [
        Dispatch(row["event_id"], row["subscription_id"], Message(row["title"], row["body"]), row["urgent"], row["attempts"])
        for row in rows
    ]


async def done(connection: "Connection", county: str, dispatch: Dispatch, state: str, reason: str | None = None) -> None:
    """Record how a dispatch ended: `sent`, `skipped` or `failed`."""
    await connection.execute(_DONE, county, dispatch.event_id, dispatch.subscription_id, state, reason)


async def later(connection: "Connection", county: str, dispatch: Dispatch, reason: str, seconds: float) -> None:
    """Try a dispatch again in some seconds."""
    await connection.execute(_LATER, county, dispatch.event_id, dispatch.subscription_id, reason, seconds)


async def forget(connection: "Connection", county: str) -> None:
    """Forget what was done more than 400 days ago."""
    await connection.execute(_FORGET, county)


async def states(connection: "Connection", county: str, subscription_id: UUID) -> Sequence[dict[str, Any]]:
    """Return what became of a subscription's messages."""
    return [dict(row) for row in await connection.fetch(_STATES, county, subscription_id)]
