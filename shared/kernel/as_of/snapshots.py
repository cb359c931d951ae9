"""Whole read models of the past in temporary tables of a connection of their own, kept for a while for whoever asks on."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from shared.kernel.as_of.folding import Folder
from shared.kernel.as_of.moments import Vector
from shared.kernel.projection import Projection
from shared.kernel.tenancy import SERVER_SETTINGS

if TYPE_CHECKING:
    Session = asyncpg.Connection[asyncpg.Record]

Key = tuple[str, Vector]
"""County and vector."""
MOST = 2
"""Vectors that are kept at once; whoever asks for another waits until one of these is let go."""
_KEPT_SECONDS = 300.0
_LOAD_SECONDS = 300.0
_SETTINGS = {**SERVER_SETTINGS, "statement_timeout": str(int(1_000 * _LOAD_SECONDS))}
_TABLE = "CREATE TEMPORARY TABLE {table} (LIKE {like} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES)"


class Snapshot:
    """A county as of a vector; each read model is folded when it is first asked for."""

    def __init__(self, dsn: str, folder: Folder, county: str, vector: Vector) -> None:
        self.lent = False
        self._dsn = dsn
        self._folder = folder
        self._county = county
        self._vector = vector
        self._session: Session | None = None
        self._tables: set[str] = set()

    @property
    def lost(self) -> bool:
        """Whether its connection ended, and its tables with it."""
        return self._session is not None and self._session.is_closed()

    async def hold(self, projection: Projection[Any], folding: asyncio.Lock) -> None:
        """Fold a read model, unless that was done; one at a time is folded, so that something is left for what happens now."""
        if projection.name in self._tables:
            return
        async with folding:
            rows = await self._folder.whole(projection, self._county, self._vector)
        columns = list(projection.columns)
        values = ([getattr(row, column) for column in columns] for row in rows.values())
        await self._fill(f"read.{projection.name}", projection.name, columns, values)

    async def give(self, like: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Hold a table made like another, of rows that are not folded from events."""
        if table not in self._tables:
            await self._fill(like, table, columns, rows)

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Return the rows of a query put to the tables held."""
        return await (await self._connected()).fetch(query, *arguments)

    def close(self) -> None:
        """Let the tables go."""
        if self._session is not None:
            self._session.terminate()

    async def _connected(self) -> "Session":
        if self._session is None:
            self._session = await asyncpg.connect(self._dsn, server_settings=_SETTINGS, command_timeout=_LOAD_SECONDS)
            await self._session.set_type_codec(
                "jsonb",
                schema="pg_catalog",
                format="binary",  # as COPY takes it: a version byte, then the text
                encoder=lambda value: b"\x01" + orjson.dumps(value),
                decoder=lambda value: orjson.loads(value[1:]),
            )
        return self._session

    async def _fill(self, like: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        session = await self._connected()
        records = ((self._county, *row) for row in rows)
        async with session.transaction():
            await session.execute(_TABLE.format(table=table, like=like))
            await session.copy_records_to_table(
                table, schema_name="pg_temp", columns=["county", *columns], records=records, timeout=_LOAD_SECONDS
            )
            await session.execute(f"ANALYZE pg_temp.{table}")
        self._tables.add(table)


class Snapshots:
    """The few snapshots that are kept, each lent to one reader at a time."""

    def __init__(self, make: Callable[[str, Vector], Snapshot]) -> None:
        self.folding = asyncio.Lock()
        self._make = make
        self._kept: OrderedDict[Key, Snapshot] = OrderedDict()
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def lend(self, county: str, vector: Vector) -> AsyncIterator[Snapshot]:
        """Lend the snapshot of a county as of a vector; wait while another reader has it, or all there may be are lent.

        One that something went wrong with is let go: its connection may still be busy.
        """
        key = (county, vector)
        async with self._changed:
            await self._changed.wait_for(lambda: self._may_have(key))
            snapshot = self._take(key)
        try:
            yield snapshot
        except BaseException:
            self._let_go(key)
            raise
        finally:
            async with self._changed:
                snapshot.lent = False
                if key in self._kept:
                    self._timers[key] = asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._let_go, key)
                self._changed.notify_all()

    def close(self) -> None:
        """Let all go."""
        for key in list(self._kept):
            self._let_go(key)

    def _may_have(self, key: Key) -> bool:
        known = self._kept.get(key)
        if known is not None:
            return not known.lent
        return len(self._kept) < MOST or any(not snapshot.lent for snapshot in self._kept.values())

    def _take(self, key: Key) -> Snapshot:
        """Mark a snapshot as lent, made anew if need be, in the place of the one that was used longest ago."""
        if key in self._kept and self._kept[key].lost:
            self._let_go(key)
        if key in self._kept:
            self._kept.move_to_end(key)
            self._timers.pop(key).cancel()
        else:
            if len(self._kept) >= MOST:
                self._let_go(next(name for name, kept in self._kept.items() if not kept.lent))
            self._kept[key] = self._make(*key)
        snapshot = self._kept[key]
        snapshot.lent = True
        return snapshot

    def _let_go(self, key: Key) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        snapshot = self._kept.pop(key, None)
        if snapshot is not None:
            snapshot.close()
