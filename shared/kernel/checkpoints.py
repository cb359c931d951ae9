"""Where consumers stand in each lane, what they set aside, and waiting until they have come far enough."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING

import asyncpg

from shared.kernel.tenancy import COUNTY

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

CODE_VERSION = metadata.version("yinuo")
ERROR_LENGTH = 2_000
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")

_STAND = "SELECT projection, event_position, kafka_offset, parked_streams FROM read.stand($1, $2, $3)"
_MOVE = "SELECT read.move($1, $2, $3, $4, $5, $6)"
_MOVE_AND_COMMIT = "SELECT read.move('{county}', '{source}', '{{{names}}}', '{{{old}}}', '{{{new}}}', {offset}); COMMIT"
_LOST = "YN001"
_FLUSH = "SELECT pg_logical_emit_message(true, 'yinuo', '')"
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
    written: Mapping[str, int]
    """What the database says: behind where they stand while what has passed since concerned nobody."""

    def level_after(self, moved: Mapping[str, int]) -> bool:
        """Tell whether all stand at one position, and none has parked anything, once they have moved: only that can be remembered.

        Otherwise their offsets differ, and only the database knows each.
        """
        return not self.parked and len(set({**self.positions, **moved}.values())) == 1


class CheckpointLost(Exception):  # noqa: N818
    """The checkpoint is not where it was believed to be: what was done on that belief must leave no trace."""


class Standings:
    """Where a consumer stands in its lanes, remembered as long as nothing contradicts it.

    Remembered is only what this consumer has committed itself, and only while no stream is parked: `read.move` refuses
    to go on from anywhere else, and parked streams may be released by others.
    """

    def __init__(self, pool: "Pool", projections: Sequence[str]) -> None:
        unfit = [name for name in projections if _NAME.match(name) is None]
        if unfit:
            raise ValueError(f"no names for projections: {unfit}")
        self._pool = pool
        self._projections = list(projections)
        self._known: dict[tuple[str, str], Standing] = {}

    async def of(self, lane: tuple[str, str]) -> Standing:
        """Return where the projections stand in a lane."""
        known = self._known.pop(lane, None)  # whoever fails now asks again
        if known is not None:
            return known
        source, county = lane
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(_STAND, county, source, self._projections)
        offsets = [row["kafka_offset"] for row in rows]
        positions = {row["projection"]: row["event_position"] for row in rows}
        parked = {row["projection"]: set(row["parked_streams"]) for row in rows if row["parked_streams"]}
        return Standing(positions, None if None in offsets else min(offsets), parked, positions)

    def forget(self) -> None:
        """Remember nothing."""
        self._known.clear()

    def remember(
        self, lane: tuple[str, str], before: Standing, moved: Mapping[str, int], offset: int | None, *, written: Mapping[str, int]
    ) -> None:
        """Remember where a lane stands, after the commit of those that were written; the others are written by `settle`."""
        if before.level_after(moved):
            positions = {**before.positions, **moved}
            self._known[lane] = Standing(positions, offset if moved else before.offset, {}, {**before.written, **written})

    async def settle(self) -> None:
        """Write where lanes stand, as far as it is not yet written; not while a batch is under way."""
        for lane, standing in list(self._known.items()):
            moved = {name: position for name, position in standing.positions.items() if standing.written[name] != position}
            if moved and standing.offset is not None:
                del self._known[lane]  # whoever fails now asks again
                async with self._pool.acquire() as connection:
                    await move(connection, lane, standing, moved, standing.offset)
                self._known[lane] = replace(standing, written=standing.positions)


async def move(connection: "Connection", lane: tuple[str, str], standing: Standing, moved: Mapping[str, int], offset: int) -> None:
    """Move checkpoints from where they stood, and commit the transaction if one is open; CheckpointLost when they stand elsewhere."""
    source, county = lane
    old = [standing.written[name] for name in moved]
    try:
        if connection.is_in_transaction():
            if COUNTY.match(county) is None or _NAME.match(source) is None:
                raise ValueError(f"{source!r} of {county!r} is no lane")
            await connection.execute(
                _MOVE_AND_COMMIT.format(
                    county=county,
                    source=source,
                    names=",".join(moved),
                    old=",".join(map(str, old)),
                    new=",".join(map(str, moved.values())),
                    offset=int(offset),
                )
            )
        else:
            await connection.execute(_MOVE, county, source, list(moved), old, list(moved.values()), offset)
    except asyncpg.PostgresError as fault:
        if fault.sqlstate == _LOST:
            raise CheckpointLost(fault.args[0]) from fault
        raise


async def flush(pool: "Pool") -> None:
    """Return when everything committed before is on the disk: moves themselves do not wait for it."""
    await pool.execute(_FLUSH)


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
        [event.error[:ERROR_LENGTH].replace("\x00", "") for event in events],
    )


class Progress:
    """Lets readers of this process wait until a projection has passed a position: read your own writes."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._moved = asyncio.Condition()
        self._changes: Counter[tuple[str, str]] = Counter()

    def changed(self, county: str, tables: Iterable[str]) -> None:
        """Count a change of read models, once it is committed."""
        self._changes.update((county, table) for table in tables)

    def changes(self, county: str, table: str) -> int:
        """Return how often this process has changed a read model."""
        return self._changes[county, table]

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
