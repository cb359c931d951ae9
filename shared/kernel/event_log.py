"""Reading a lane: streams, ranges, heads, and the first answers of commands."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.kernel.envelope import Envelope, open_body
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

_STREAM = "SELECT log.stream_after($1, $2, $3, $4)"
_STREAMS = "SELECT wanted, event_body FROM log.streams_after($1, $2, $3)"
_LANE = "SELECT event_position, event_body FROM log.lane_after($1, $2, $3)"
_HEAD = "SELECT position, recorded_at FROM log.heads WHERE county = $1"
_COMMAND = "SELECT fingerprint, stream, version, event_position FROM log.first_answer($1, $2)"
_KEYS = "SELECT person, wrapped FROM vault.keys WHERE county = $1 AND person = ANY($2)"

_EVERY_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: its stream, that stream's version and the lane's position after it."""

    stream: str
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class Head:
    """Where a lane ends: position 0 while it is empty."""

    position: int
    recorded_at: datetime | None


class EventLog:
    """The log of one service, read per county."""

    def __init__(self, pool: "Pool") -> None:
        self.pool = pool

    async def stream(self, county: str, stream: str, *, after: int = 0, limit: int = _EVERY_VERSION) -> list[Envelope]:
        """Return a stream's events in order, from the version after `after`; empty when there are none."""
        return [open_body(row[0]) for row in await self.pool.fetch(_STREAM, county, stream, after, limit)]

    async def streams(self, county: str, wanted: Sequence[tuple[str, int]]) -> list[list[Envelope]]:
        """Return the events of several streams in one round trip, of each from the version after the one named with it."""
        found: list[list[Envelope]] = [[] for _ in wanted]
        for place, body in await self.pool.fetch(_STREAMS, county, [stream for stream, _ in wanted], [after for _, after in wanted]):
            found[place - 1].append(open_body(body))
        return found

    async def bodies(self, county: str, *, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return up to `limit` (position, body) of a lane, in order, from the position after `after`."""
        return [(row[0], row[1]) for row in await self.pool.fetch(_LANE, county, after, limit)]

    async def head(self, county: str) -> Head:
        """Return the end of the lane."""
        async with county_transaction(self.pool, county) as connection:
            row = await connection.fetchrow(_HEAD, county)
        return Head(0, None) if row is None or row["position"] == 0 else Head(row["position"], row["recorded_at"])

    async def answer_of(self, county: str, command_id: UUID) -> tuple[bytes, Answer] | None:
        """Return the fingerprint and first answer of a command that was carried out, or None."""
        row = await self.pool.fetchrow(_COMMAND, county, command_id)
        return None if row is None else (row["fingerprint"], Answer(row["stream"], row["version"], row["event_position"]))


def restored_fingerprint(actor: str) -> bytes:
    """Return what stands for a command's content where its answer was restored from its events: who gave it is all they tell.

    Longer than a request's own fingerprint, so that none is taken for the other.
    """
    return b"restored" + hashlib.sha256(actor.encode()).digest()


def same_request(stored: bytes, asked: bytes, actor: str) -> bool:
    """Tell whether a command is the one that is known under its id; of a restored one, whether the same actor gives it."""
    return stored in {asked, restored_fingerprint(actor)}


async def wrapped_keys(connection: "Connection", county: str, persons: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return the wrapped keys that still exist for these persons."""
    return {row["person"]: row["wrapped"] for row in await connection.fetch(_KEYS, county, persons)}
