"""A projection's table in the schema `rebuild`: made, compared with the live one, promoted, removed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.kernel.projection import Projection
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

SCHEMA = "rebuild"
_EXISTS = "SELECT to_regclass($1) IS NOT NULL"
_FORGET = "DELETE FROM read.checkpoints WHERE county = $1 AND projection = $2"
_FORGET_PARKED = "DELETE FROM read.parked WHERE county = $1 AND projection = $2"
_DISCARDED = "SELECT source, position FROM read.discarded WHERE county = $1 AND projection = $2"
_PARKED = "SELECT source, position, error FROM read.parked WHERE county = $1 AND projection = $2 ORDER BY source, position LIMIT 1"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that the live table and the one built anew do not agree on: its key, and both as JSON (None: it is not there)."""

    key: dict[str, Any]
    live: dict[str, Any] | None
    anew: dict[str, Any] | None

    @property
    def fields(self) -> list[str]:
        """The columns that differ, where both have the row."""
        if self.live is None or self.anew is None:
            return []
        return [name for name, value in self.anew.items() if self.live.get(name) != value]


class Shadow:
    """One projection's second table."""

    def __init__(self, projection: Projection[Any]) -> None:
        self.live = projection
        self.anew = projection.beside(SCHEMA)
        self.table = f"{SCHEMA}.{projection.name}"
        live, anew, key = f"read.{projection.name}", self.table, ", ".join(projection.key)
        on = " AND ".join(f"l.{name} = s.{name}" for name in projection.key)
        names = ", ".join(projection.columns)
        updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in projection.columns if name not in projection.key)
        differing = (
            f" FROM (SELECT * FROM {live} WHERE county = $1) l FULL JOIN (SELECT * FROM {anew} WHERE county = $1) s ON {on}"  # noqa: S608 - own
            " WHERE l IS DISTINCT FROM s"
        )
        by_key = ", ".join(f"coalesce(l.{name}, s.{name})" for name in projection.key)
        self._create = (
            f"DROP TABLE IF EXISTS {anew}; CREATE TABLE {anew} (LIKE {live} INCLUDING DEFAULTS INCLUDING GENERATED);"
            f" ALTER TABLE {anew} ADD PRIMARY KEY (county, {key}); CALL tenancy.isolate('{anew}', 'SELECT')"
        )
        self._differing = f"SELECT count(*){differing}"
        self._differences = f"SELECT to_jsonb(l) AS live, to_jsonb(s) AS anew{differing} ORDER BY {by_key} LIMIT $2"
        self._remove = f"DELETE FROM {live} l WHERE l.county = $1 AND NOT EXISTS (SELECT FROM {anew} s WHERE s.county = $1 AND {on})"  # noqa: S608 - own names
        self._write = (
            f"INSERT INTO {live} (county, {names}) SELECT county, {names} FROM {anew} s"  # noqa: S608 - own names
            f" WHERE s.county = $1 AND NOT EXISTS (SELECT FROM {live} l WHERE l.county = $1 AND {on} AND l = s)"
            f" ON CONFLICT (county, {key}) DO " + (f"UPDATE SET {updates}" if updates else "NOTHING")
        )
        self._rows = f"SELECT to_jsonb(s)::text FROM {anew} s WHERE county = $1 ORDER BY {key}"  # noqa: S608 - own names

    async def exists(self, connection: "Connection") -> bool:
        """Whether an earlier rebuild left the table."""
        return bool(await connection.fetchval(_EXISTS, self.table))

    async def create(self, connection: "Connection") -> None:
        """Make the table, empty, of the live one's shape, with its key and no other index; isolated by county as every table is."""
        await connection.execute(self._create)

    async def drop(self, connection: "Connection") -> None:
        """Remove the table."""
        await connection.execute(f"DROP TABLE IF EXISTS {self.table}")

    async def forget(self, pool: "Pool", county: str) -> None:
        """Forget how far the rebuild of a county has come."""
        async with county_transaction(pool, county) as connection:
            await connection.execute(_FORGET, county, self.anew.name)
            await connection.execute(_FORGET_PARKED, county, self.anew.name)

    async def parked(self, connection: "Connection", county: str) -> str | None:
        """Return why the first event that could not be applied was set aside, None where all could."""
        row = await connection.fetchrow(_PARKED, county, self.anew.name)
        return None if row is None else f"{row['source']} {row['position']}: {row['error']}"

    async def discarded(self, connection: "Connection", county: str) -> set[tuple[str, int]]:
        """Return source and position of the events that the live projection was told never to apply."""
        return {(row["source"], row["position"]) for row in await connection.fetch(_DISCARDED, county, self.live.name)}

    async def differences(self, connection: "Connection", county: str, limit: int) -> tuple[int, list[Difference]]:
        """Return how many rows differ, and the first of them by key."""
        count = await connection.fetchval(self._differing, county)
        rows = await connection.fetch(self._differences, county, limit) if count else []
        return count, [self._difference(row["live"], row["anew"]) for row in rows]

    async def promote(self, connection: "Connection", county: str) -> None:
        """Make the live rows of a county equal to these, touching only those that differ: whoever reads sees all of it or nothing."""
        await connection.execute(self._remove, county)
        await connection.execute(self._write, county)

    async def release(self, connection: "Connection", county: str) -> None:
        """Take off the list what had been parked for the live projection: once these rows are promoted, its effect is among them."""
        await connection.execute(_FORGET_PARKED, county, self.live.name)

    async def rows(self, connection: "Connection", county: str) -> AsyncIterator[bytes]:
        """Yield every row of a county as JSON text, in the order of its key: what a digest is made of."""
        async for row in connection.cursor(self._rows, county, prefetch=2_000):
            yield row[0].encode()

    def _difference(self, live: dict[str, Any] | None, anew: dict[str, Any] | None) -> Difference:
        known = anew or live or {}
        return Difference({name: known[name] for name in self.live.key}, live, anew)
