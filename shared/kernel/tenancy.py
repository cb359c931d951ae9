"""Counties kept apart by the database itself: the pool, transactions bound to one county, and the start-up assertion."""

import re
from collections.abc import AsyncIterator
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

_SET_COUNTY = "SELECT set_config('app.county', $1, true)"

_UNPROTECTED = """
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'county' AND NOT a.attisdropped)
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
ORDER BY 1
"""
_KEYS_WITHOUT_COUNTY = """
SELECT format('%I.%I', n.nspname, i.relname)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'county'
WHERE x.indisunique AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND x.indkey[0] <> a.attnum
ORDER BY 1
"""
_ROLE = """
SELECT r.rolsuper OR r.rolbypassrls AS bypasses,
  EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid) OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspowner = r.oid) AS owns,
  has_table_privilege(r.oid, 'log.events', 'UPDATE') OR has_table_privilege(r.oid, 'log.events', 'DELETE')
    OR has_table_privilege(r.oid, 'log.events', 'TRUNCATE') AS changes
FROM pg_roles r WHERE r.rolname = current_user
"""


class TenancyBroken(Exception):  # noqa: N818 - the sentence tells
    """The database would let one county see another, or the log be changed. The service refuses to start."""


async def create_pool(dsn: str, *, size: int = 10) -> "Pool":
    """Return a pool of direct connections (not through a transaction pooler) with database-side time limits."""
    return await asyncpg.create_pool(
        dsn,
        min_size=2,
        max_size=size,
        command_timeout=60,
        max_inactive_connection_lifetime=0,
        init=_read_json,
        reset=_leave_clean,
        server_settings={
            "statement_timeout": "30000",
            "lock_timeout": "10000",
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
            "application_name": "yinuo",
        },
    )


async def _read_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Give and take jsonb as Python values."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads)


async def _leave_clean(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Give a connection back: nothing here sets more than its transaction, so there is nothing to reset but one left open."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


@asynccontextmanager
async def county_transaction(pool: "Pool", county: str) -> "AsyncIterator[Connection]":
    """Lend a connection in a transaction that sees this county's rows and no other's."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_SET_COUNTY, county)
        yield connection


@asynccontextmanager
async def county_reading(pool: "Pool", county: str) -> "AsyncIterator[Connection]":
    """Lend a connection in one read-only snapshot of this county."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(_SET_COUNTY, county)
        yield connection


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
