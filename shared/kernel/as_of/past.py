"""Asking queries of live read models about the past: moments become vectors, statements are answered as of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from shared.kernel.as_of.archive import Archive
from shared.kernel.as_of.folding import Folder, types_of
from shared.kernel.as_of.lanes import Lanes
from shared.kernel.as_of.moments import Instant, Moment, OwnPosition, Positions, Vector
from shared.kernel.as_of.single import Singles
from shared.kernel.as_of.snapshots import Snapshot, Snapshots
from shared.kernel.as_of.statements import CHECKPOINTS, HEADS, Statement, confined, statement
from shared.kernel.clock import Clock
from shared.kernel.errors import Rejected
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.tenancy import county_reading

if TYPE_CHECKING:
    import asyncpg

    from shared.kernel.tenancy import Connection, Pool


class Past:
    """The past of one service: its read models as of any vector of its sources' lanes. Policies have no part in it."""

    def __init__(
        self,
        pool: "Pool",
        dsn: str,
        kafka: str,
        *,
        own: str,
        sources: Sequence[Contract],
        projections: Sequence[Projection[Any]],
        clock: Clock,
    ) -> None:
        wanted = {
            source.service: {name for one in projections for name in types_of(one, [source]).get(source.service, ())} for source in sources
        }
        self.projections = {projection.name: projection for projection in projections}
        self.lanes = Lanes(pool, own)
        self._sources = [source.service for source in sources]
        self._own = own
        self._pool = pool
        self._clock = clock
        self._archive = Archive(pool, kafka, own=own, sources=sources, wanted=wanted)
        folder = Folder(self.lanes, sources)
        self.singles = Singles(self.lanes, self._archive, folder, sources)
        self.snapshots = Snapshots(lambda county, vector: Snapshot(dsn, folder, county, vector))

    def close(self) -> None:
        """Let go what is kept."""
        self.snapshots.close()

    async def now(self, county: str) -> Vector:
        """Return how far every lane is known here."""
        return Vector(tuple([(source, await self._archive.known(county, source)) for source in self._sources]))

    async def own_position(self, county: str, moment: Moment) -> int:
        """Return how far the own lane is read as of a moment; Rejected where there is no such moment, or nothing had happened there yet."""
        position = await self._own_position(county, moment)
        if position == 0 and not isinstance(moment, Positions):
            raise Rejected("as_of_before_history", pointer="/as_of")
        return position

    async def _own_position(self, county: str, moment: Moment) -> int:
        match moment:
            case Instant():
                if moment.is_future(now := self._clock.now(county)):
                    raise Rejected("as_of_in_the_future", pointer="/as_of", now=now.isoformat(timespec="seconds"))
                return await self.lanes.position_at(county, moment.last)
            case OwnPosition(position):
                return await self._existing(county, self._own, position)
            case Positions(by_lane):
                if self._own not in by_lane:
                    raise Rejected("as_of_incomplete", pointer="/as_of", lanes=", ".join(self._sources))
                return await self._existing(county, self._own, by_lane[self._own])

    async def vector(self, county: str, moment: Moment) -> Vector:
        """Return how far every lane is read as of a moment; Rejected where there is no such moment, or nothing had happened yet."""
        own = await self._own_position(county, moment)
        positions: dict[str, int] = {}
        for source in self._sources:
            if source == self._own:
                positions[source] = own
            elif isinstance(moment, Positions):
                if source not in moment.by_lane:
                    raise Rejected("as_of_incomplete", pointer="/as_of", lanes=", ".join(self._sources))
                positions[source] = await self._existing(county, source, moment.by_lane[source])
            else:
                last = moment.last if isinstance(moment, Instant) else await self.lanes.recorded_at(county, own)
                positions[source] = 0 if last is None else await self._archive.position_at(county, source, last)
        if not isinstance(moment, Positions) and not any(positions.values()):
            raise Rejected("as_of_before_history", pointer="/as_of")
        return Vector(tuple(positions.items()))

    async def _existing(self, county: str, lane: str, position: int) -> int:
        """Return a position that a lane has; Rejected where it is not known to."""
        end = await self.lanes.head(county) if lane == self._own else await self._archive.reach(county, lane, position)
        if position > end:
            raise Rejected("as_of_position_unknown", pointer="/as_of", lane=lane, position=position, last=end)
        return position

    @asynccontextmanager
    async def reading(self, county: str, vector: Vector) -> "AsyncIterator[Connection]":
        """Lend what takes a connection's place for queries: it answers them as of a vector, and writes nothing."""
        async with AsyncExitStack() as lent:
            yield cast("Connection", _Reader(self, self._pool, county, vector, lent))


class _Reader:
    """Answers statements as of a vector: from single rows where those will do, otherwise from whole tables, folded once."""

    def __init__(self, past: Past, pool: "Pool", county: str, vector: Vector, lent: AsyncExitStack) -> None:
        self._past = past
        self._pool = pool
        self._county = county
        self._vector = vector
        self._lent = lent
        self._snapshot: Snapshot | None = None

    async def fetch(self, query: str, *arguments: object) -> "list[asyncpg.Record]":
        """Return the rows of a query."""
        asked = statement(query)
        unknown = set(asked.tables) - {*self._past.projections, HEADS, CHECKPOINTS}
        if unknown or not asked.supported:
            raise Rejected("as_of_not_kept", pointer="/as_of")
        if not asked.tables:
            async with county_reading(self._pool, self._county) as connection:
                return await connection.fetch(query, *arguments)
        given = None if self._snapshot is not None else await self._single(asked, arguments)
        if given is not None:
            async with county_reading(self._pool, self._county) as connection:
                return await connection.fetch(asked.on_given_rows(len(arguments) + 1), *arguments, *given)
        return await self._whole(asked, arguments)

    async def _single(self, asked: Statement, arguments: Sequence[object]) -> list[list[dict[str, Any]]] | None:
        """Return the rows a statement can use, for each of its tables; None where it may use any."""
        projections = self._past.projections
        ids = confined(asked, arguments, {name: projection.key for name, projection in projections.items()})
        if ids is None:
            return None
        given: list[list[dict[str, Any]]] = []
        for table in asked.tables:
            if table not in ids:
                columns, rows = await self._standing(table)
                given.append([dict(zip(columns, row, strict=True)) for row in rows])
                continue
            projection = projections[table]
            found = await self._past.singles.rows(projection, *ids[table], self._county, self._vector)
            if found is None:
                return None
            given.append([{name: getattr(row, name) for name in projection.columns} for row in found.values()])
        return [[{"county": self._county, **row} for row in rows] for rows in given]

    async def _whole(self, asked: Statement, arguments: Sequence[object]) -> "list[asyncpg.Record]":
        snapshots = self._past.snapshots
        if self._snapshot is None:
            self._snapshot = await self._lent.enter_async_context(snapshots.lend(self._county, self._vector))
        for table in asked.tables:
            if table in self._past.projections:
                await self._snapshot.hold(self._past.projections[table], snapshots.folding)
            else:
                await self._snapshot.give("log.heads" if table == HEADS else f"read.{table}", table, *await self._standing(table))
        return await self._snapshot.fetch(asked.on_temporary_tables(), *arguments)

    async def _standing(self, table: str) -> tuple[Sequence[str], list[tuple[object, ...]]]:
        """Return columns and rows of the tables that say how far lanes and read models are: as far as the vector."""
        if table == HEADS:
            own = self._vector[self._past.lanes.own]
            recorded_at = await self._past.lanes.recorded_at(self._county, own)
            return ("position", "recorded_at"), [] if recorded_at is None else [(own, recorded_at)]
        rows = [(name, source, position) for name in self._past.projections for source, position in self._vector.positions if position]
        return ("projection", "source", "position"), list(rows)

    async def fetchrow(self, query: str, *arguments: object) -> "asyncpg.Record | None":
        """Return the first row of a query."""
        rows = await self.fetch(query, *arguments)
        return rows[0] if rows else None

    async def fetchval(self, query: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the column holds
        """Return the first column of the first row of a query."""
        row = await self.fetchrow(query, *arguments)
        return None if row is None else row[0]
