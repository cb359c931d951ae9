"""A rebuild: read the history, fold it anew, hold the result against the live rows at one vector of positions, promote."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.kernel.checkpoints import Progress
from shared.kernel.collecting import uncollected
from shared.kernel.projecting import Projecting
from shared.kernel.projection import Projection
from shared.kernel.rebuild.history import History, Stretch
from shared.kernel.rebuild.shadow import Difference, Shadow
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.events import Contract
    from shared.kernel.tenancy import Connection, Pool

_STANDS = "SELECT source, position, kafka_offset FROM read.checkpoints WHERE county = $1 AND projection = $2"
_STAND = """
INSERT INTO read.checkpoints (county, projection, source, position, kafka_offset)
SELECT county, $2, source, position, NULL FROM read.checkpoints WHERE county = $1 AND projection = $3
"""
_ALONE = "SELECT pg_try_advisory_lock(hashtextextended('yinuo rebuild', 0))"
_NOT_ALONE = "SELECT pg_advisory_unlock(hashtextextended('yinuo rebuild', 0))"
_PATIENT = "SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)"
_TRIES, _TRY_SECONDS = 20, 0.25
_SHOWN = 20
Told = Callable[[int, int], None]
"""Is told how many events of how many have been folded."""
Vector = dict[str, int]


class RebuildFailed(Exception):  # noqa: N818 - the sentence tells
    """Why a rebuild cannot go on, or must not be promoted; `code` is stable."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be rebuilt: a service's projections, its sources, the counties."""

    service: str
    projections: Sequence[Projection[Any]]
    sources: Sequence["Contract"]
    counties: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What holding a projection's two tables against each other found in a county, at the positions both stand at."""

    projection: str
    county: str
    positions: Vector
    rows: int
    digest: str
    differing: int
    differences: Sequence[Difference]
    promoted: bool


class Rebuild:
    """Rebuilds projections of one service as the owner of its database. Policies have no part in it."""

    def __init__(self, wanted: Wanted, pool: "Pool", history: History, told: Told = lambda _done, _total: None) -> None:
        self._wanted = wanted
        self._pool = pool
        self._history = history
        self._told = told
        self._shadows = [Shadow(projection) for projection in wanted.projections]
        progress = Progress(pool)
        self._folding = {
            shadow.live.name: Projecting(f"{wanted.service}.rebuild.{shadow.live.name}", [shadow.anew], pool, progress)
            for shadow in self._shadows
        }

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold the service's database for this rebuild; RebuildFailed `rebuild_under_way` where another one does."""
        async with self._pool.acquire() as connection:
            for last in (*(False for _ in range(_TRIES)), True):  # one that was killed a moment ago may not be quite gone
                if await connection.fetchval(_ALONE):
                    break
                if not last:
                    await asyncio.sleep(_TRY_SECONDS)
            else:
                raise RebuildFailed("rebuild_under_way", f"Another rebuild of {self._wanted.service} is under way: wait for it.")
            try:
                yield
            finally:
                await connection.execute(_NOT_ALONE)

    async def begin(self, *, resume: bool) -> None:
        """Make the tables; with `resume` go on with those an earlier run left."""
        for shadow in self._shadows:
            async with self._pool.acquire() as connection:
                if resume and await shadow.exists(connection):
                    continue
            for county in self._wanted.counties:
                await shadow.forget(self._pool, county)
            async with self._pool.acquire() as connection, connection.transaction():
                await shadow.create(connection)

    async def catch_up(self) -> None:
        """Fold the history up to where the live rows stand now; to its end where they stand nowhere yet."""
        with uncollected():
            for county in self._wanted.counties:
                await self._fold({county: await self._pins(county)})

    async def hold_against(self, shadow_name: str, county: str, *, apply: bool) -> Found:
        """Compare a projection's rows in a county while its consumer waits, and promote them with `apply`.

        RebuildFailed `events_missing` where the history does not reach what the live rows have seen, `events_parked` where the rows
        are to be promoted and an event could not be folded.
        """
        shadow = next(each for each in self._shadows if each.live.name == shadow_name)
        alone_of = shadow.live.alone_of(f"{self._wanted.service}.projections")
        async with county_transaction(self._pool, county, alone_of=alone_of) as connection:
            await connection.execute(_PATIENT)
            stands = await self._stands(connection, county, shadow.live.name)
            pins = {shadow.live.name: stands or await self._ends(county)}
            await self._fold({county: pins})
            positions = {source: position for source, (position, _) in pins[shadow.live.name].items()}
            reached = await self._stands(connection, county, shadow.anew.name)
            for source, position in positions.items():
                if reached.get(source, (0, None))[0] < position:
                    raise RebuildFailed(
                        "events_missing",
                        f"The history read ends at {source} {reached.get(source, (0, None))[0]} of {county}, and the live rows have seen "
                        f"{position}: rebuild from the log, or rewind the relay of {source} first.",
                    )
            if apply and (trouble := await shadow.parked(connection, county)):
                raise RebuildFailed("events_parked", f"{shadow.live.name} of {county} could not fold {trouble}: nothing was promoted.")
            differing, differences = await shadow.differences(connection, county, _SHOWN)
            digest, rows = hashlib.sha256(), 0
            async for row in shadow.rows(connection, county):
                digest.update(row + b"\n")
                rows += 1
            if apply and differing:
                await shadow.promote(connection, county)
            if apply:
                await shadow.release(connection, county)
            if apply and not stands:
                await connection.execute(_STAND, county, shadow.live.name, shadow.anew.name)
        return Found(
            f"{self._wanted.service}.{shadow.live.name}",
            county,
            positions,
            rows,
            digest.hexdigest(),
            differing,
            differences,
            promoted=apply,
        )

    async def end(self) -> None:
        """Remove the tables and what is known of them."""
        for shadow in self._shadows:
            for county in self._wanted.counties:
                await shadow.forget(self._pool, county)
            async with self._pool.acquire() as connection:
                await shadow.drop(connection)

    async def _pins(self, county: str) -> dict[str, dict[str, tuple[int, int | None]]]:
        async with county_transaction(self._pool, county) as connection:
            stands = {shadow.live.name: await self._stands(connection, county, shadow.live.name) for shadow in self._shadows}
        ends = await self._ends(county) if not all(stands.values()) else {}
        return {name: stood or ends for name, stood in stands.items()}

    async def _ends(self, county: str) -> dict[str, tuple[int, int | None]]:
        """Return where the lanes end: what a projection that stands nowhere in a county, as in restored databases, is built up to."""
        ends = {source.service: await self._history.end((source.service, county)) for source in self._wanted.sources}
        return {source: (end, None) for source, end in ends.items() if end}

    @staticmethod
    async def _stands(connection: "Connection", county: str, projection: str) -> dict[str, tuple[int, int | None]]:
        return {row["source"]: (row["position"], row["kafka_offset"]) for row in await connection.fetch(_STANDS, county, projection)}

    async def _fold(self, pins: Mapping[str, Mapping[str, Mapping[str, tuple[int, int | None]]]]) -> None:
        """Fold each lane into every shadow up to its pin; events are read once for all of them."""
        stretches: list[Stretch] = []
        passed_over: dict[tuple[str, str], set[tuple[str, int]]] = {}
        for county, by_projection in pins.items():
            async with county_transaction(self._pool, county) as connection:
                for shadow in self._shadows:
                    passed_over[county, shadow.live.name] = await shadow.discarded(connection, county)
                reached = {
                    shadow.live.name: await self._stands(connection, county, shadow.anew.name)
                    for shadow in self._shadows
                    if shadow.live.name in by_projection
                }
            for contract in self._wanted.sources:
                source = contract.service
                until = max((stands[source][0] for stands in by_projection.values() if source in stands), default=0)
                begun = [stands.get(source, (0, None)) for stands in reached.values()]
                after, offset = min(begun, key=lambda stand: stand[0])
                stretches.append(Stretch(contract, county, after, until, offset if after else None))
        total, done = sum(max(0, stretch.until - stretch.after) for stretch in stretches), 0
        async for lane, received in self._history.read(stretches):
            for name, folding in self._folding.items():
                pin = pins[lane[1]].get(name, {}).get(lane[0], (0, None))[0]
                due = [record for record in received if record.envelope.meta.position <= pin]
                if due:
                    folding.prepare(due)
                    for record in due:
                        if (lane[0], record.envelope.meta.position) in passed_over[lane[1], name]:
                            record.fact = None
                    await folding.apply(lane, due)
            done += len(received)
            self._told(done, total)
