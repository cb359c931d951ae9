"""Counties kept apart by the database itself: the pool, transactions bound to one county, and the start-up assertion."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg
import orjson

if TYPE_CHECKING:
    Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = Pool = object

COUNTY = re.compile(r"[0-9]{6}\Z")
"""A county's code: six digits of GB/T 2260."""

SERVER_SETTINGS = {
    "statement_timeout": "30000",
    "lock_timeout": "10000",
    "idle_in_transaction_session_timeout": "60000",
    "jit": "off",
    "application_name": "yinuo",
}
"""What every connection of a service says to the server: limits in milliseconds among them."""

TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What a database that is away, or goes away, makes its callers raise."""
_BEGIN = "BEGIN; SELECT set_config('app.county', '{county}', true)"
_BEGIN_ALONE = _BEGIN + ", set_config('enable_seqscan', 'off', true), {locks}"
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT set_config('app.county', '{county}', true)"

# Temporary tables are left out of what is looked at: only the connection that made them sees them, and it made them for one county.
_UNPROTECTED = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'county' AND NOT a.attisdropped)
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
ORDER BY 1
"""
_KEYS_WITHOUT_COUNTY = """
SELECT format('%I.%I', n.nspname, i.relname)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'county'
WHERE x.indisunique AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND x.indkey[0] <> a.attnum
ORDER BY 1
"""
_ROLE = """
SELECT r.rolsuper OR r.rolbypassrls AS bypasses,
  EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relpersistence <> 't')
    OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspowner = r.oid) AS owns,
  has_table_privilege(r.oid, 'log.events', 'UPDATE') OR has_table_privilege(r.oid, 'log.events', 'DELETE')
    OR has_table_privilege(r.oid, 'log.events', 'TRUNCATE') AS changes
FROM pg_roles r WHERE r.rolname = current_user
"""


class TenancyBroken(Exception):  # noqa: N818 - the sentence tells
    """The database would let one county see another, or the log be changed. The service refuses to start."""


async def create_pool(dsn: str, *, size: int = 10, on_lost: Callable[[], None] | None = None) -> "Pool":
    """Return a pool of direct connections (not through a transaction pooler) with database-side time limits.

    `on_lost` is called whenever a connection ends, whoever ended it.
    """

    async def prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        await _read_json(connection)
        if on_lost is not None:
            connection.add_termination_listener(lambda _: on_lost())

    return await asyncpg.create_pool(
        dsn,
        min_size=2,
        max_size=size,
        command_timeout=60,
        max_inactive_connection_lifetime=0,
        init=prepare,
        reset=_leave_clean,
        server_settings=SERVER_SETTINGS,
    )


async def _read_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Give and take jsonb as Python values."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads)


async def _leave_clean(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Give a connection back: nothing here sets more than its transaction, so there is nothing to reset but one left open."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


@asynccontextmanager
async def county_transaction(pool: "Pool", county: str, *, alone_of: str | Sequence[str] = ()) -> "AsyncIterator[Connection]":
    """Lend a connection in a transaction that sees this county's rows and no other's; it ends with the block, unless it has before.

    With `alone_of`, the transactions of that name in this county wait for each other, and keep to the indexes: rows are looked up
    by their keys, in tables that grow faster than the server's statistics of them. Of several names, all are waited for in their order.
    """
    names = [alone_of] if isinstance(alone_of, str) else alone_of
    locks = ", ".join(f"pg_advisory_xact_lock({_lock(name, county)})" for name in names)
    async with _county_bound(pool, county, _BEGIN_ALONE.replace("{locks}", locks) if locks else _BEGIN) as connection:
        yield connection


def _lock(name: str, county: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{name}\x1f{county}".encode(), digest_size=8).digest(), signed=True)


@asynccontextmanager
async def county_reading(pool: "Pool", county: str) -> "AsyncIterator[Connection]":
    """Lend a connection in one read-only snapshot of this county."""
    async with _county_bound(pool, county, _BEGIN_READING) as connection:
        yield connection


@asynccontextmanager
async def _county_bound(pool: "Pool", county: str, begin: str) -> "AsyncIterator[Connection]":
    """Begin and set the county in one round trip; an error rolls back what is still open."""
    if COUNTY.match(county) is None:
        raise ValueError(f"{county!r} is no county")
    async with pool.acquire() as connection:
        await connection.execute(begin.format(county=county))
        try:
            yield connection
        except BaseException:
            if connection.is_in_transaction():
                await connection.execute("ROLLBACK")
            raise
        if connection.is_in_transaction() and await connection.execute("COMMIT") != "COMMIT":
            raise asyncpg.exceptions.InFailedSQLTransactionError("a statement failed and was passed over: nothing was written")


async def assert_isolation(pool: "Pool") -> None:
    """Read the catalogue and raise TenancyBroken, naming what is wrong, unless every promise of isolation holds."""
    async with pool.acquire() as connection:
        unprotected = [row[0] for row in await connection.fetch(_UNPROTECTED)]
        loose = [row[0] for row in await connection.fetch(_KEYS_WITHOUT_COUNTY)]
        role = await connection.fetchrow(_ROLE)
        commit = await connection.fetchval("SHOW synchronous_commit")
    if unprotected:
        raise TenancyBroken(f"row-level security is not enabled and forced on {', '.join(unprotected)}")
    if loose:
        raise TenancyBroken(f"unique keys that do not begin with the county: {', '.join(loose)}")
    if role is None or role["bypasses"] or role["owns"] or role["changes"]:
        raise TenancyBroken("the service's role must own nothing, obey row-level security and only add to the log")
    if commit == "off":
        raise TenancyBroken("synchronous_commit is off: events could be published and then lost in a crash")
