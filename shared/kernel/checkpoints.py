"""Where consumers stand in each lane, what they set aside, and waiting until they have come far enough."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

CODE_VERSION = metadata.version("yinuo")
_ERROR_LENGTH = 2_000

_STAND = "SELECT projection, event_position, kafka_offset, parked_streams FROM read.stand($1, $2, $3, $4)"
_MOVE = """
INSERT INTO read.checkpoints AS c (county, projection, source, position, kafka_offset)
SELECT $1, m.projection, $2, m.new, $5 FROM unnest($3::text[], $4::bigint[]) AS m(projection, new)
ON CONFLICT (county, projection, source) DO UPDATE SET position = EXCLUDED.position, kafka_offset = EXCLUDED.kafka_offset
WHERE c.position < EXCLUDED.position
"""
_PARK = """
INSERT INTO read.parked (county, projection, source, position, stream, body, error, code_version)
SELECT $1, p.*, $2 FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[], $8::text[]) AS p
ON CONFLICT DO NOTHING
"""
_ONE = "SELECT read.position_of($1, $2, $3)"


@dataclass(frozen=True, slots=True)
class Parked:
    """An event set aside for one projection, with the reason."""

    projection: str
    source: str
    position: int
    stream: str
    body: bytes
    error: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where projections stand in one lane, and the streams that are parked for each."""

    positions: Mapping[str, int]
    offset: int | None
    parked: Mapping[str, set[str]]


class CheckpointLost(Exception):  # noqa: N818
    """Another consumer moved the checkpoint: this batch is a zombie's and must leave no trace."""


async def stand(connection: "Connection", county: str, source: str, projections: Sequence[str], *, group: str) -> Standing:
    """Read a lane's standing inside the transaction that will move it; others of the group wait for the commit."""
    rows = await connection.fetch(_STAND, county, group, source, list(projections))
    offsets = [row["kafka_offset"] for row in rows]
    return Standing(
        {row["projection"]: row["event_position"] for row in rows},
        None if None in offsets else min(offsets),
        {row["projection"]: set(row["parked_streams"]) for row in rows if row["parked_streams"]},
    )


async def move(connection: "Connection", county: str, source: str, positions: Mapping[str, int], offset: int) -> None:
    """Move checkpoints forward in the transaction of the rows; CheckpointLost when somebody else already has."""
    done = await connection.execute(_MOVE, county, source, list(positions), list(positions.values()), offset)
    if int(done.rsplit(" ", 1)[1]) != len(positions):
        raise CheckpointLost(f"{source} {county}")


async def park(connection: "Connection", county: str, events: Sequence[Parked]) -> None:
    """Set events aside in the transaction that passes them."""
    if not events:
        return
    await connection.execute(
        _PARK,
        county,
        CODE_VERSION,
        [event.projection for event in events],
        [event.source for event in events],
        [event.position for event in events],
        [event.stream for event in events],
        [event.body for event in events],
        [event.error[:_ERROR_LENGTH].replace("\x00", "") for event in events],
    )


class Progress:
    """Lets readers of this process wait until a projection has passed a position: read your own writes."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._moved = asyncio.Condition()

    async def announce(self) -> None:
        """Tell the waiting that checkpoints moved."""
        async with self._moved:
            self._moved.notify_all()

    async def reached(self, county: str, projection: str, source: str, position: int, *, seconds: float) -> bool:
        """Wait until the projection stands at the position or beyond; False when time is up."""
        try:
            async with asyncio.timeout(seconds):
                while await self._position(county, projection, source) < position:
                    try:
                        async with asyncio.timeout(0.05), self._moved:  # another process may be the one consuming
                            await self._moved.wait()
                    except TimeoutError:
                        continue
        except TimeoutError:
            return False
        return True

    async def _position(self, county: str, projection: str, source: str) -> int:
        return int(await self._pool.fetchval(_ONE, county, projection, source))
