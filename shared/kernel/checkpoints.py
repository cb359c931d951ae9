"""Where consumers stand in each lane, what they set aside, and waiting until they have come far enough."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

CODE_VERSION = metadata.version("yinuo")
_ERROR_LENGTH = 2_000

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_STANDING = "SELECT projection, position, kafka_offset FROM read.checkpoints WHERE county = $1 AND source = $2 AND projection = ANY($3)"
_PARKED_STREAMS = "SELECT projection, stream FROM read.parked WHERE county = $1 AND source = $2 AND projection = ANY($3)"
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
_ONE = "SELECT position FROM read.checkpoints WHERE county = $1 AND projection = $2 AND source = $3"


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
    await connection.execute(_LOCK, f"{group}\x1f{county}")
    names = list(projections)
    rows = await connection.fetch(_STANDING, county, source, names)
    parked: dict[str, set[str]] = {}
    for row in await connection.fetch(_PARKED_STREAMS, county, source, names):
        parked.setdefault(row["projection"], set()).add(row["stream"])
    positions = {row["projection"]: row["position"] for row in rows}
    offsets = [row["kafka_offset"] for row in rows]
    complete = len(rows) == len(names) and all(offset is not None for offset in offsets)
    return Standing({name: positions.get(name, 0) for name in names}, min(offsets) if complete else None, parked)


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
        async with county_transaction(self._pool, county) as connection:
            return await connection.fetchval(_ONE, county, projection, source) or 0
