"""Counties are kept apart by the database itself, and a service that finds it otherwise does not start."""

import asyncio

import asyncpg
import pytest

from shared.kernel.migrations import migrate
from shared.kernel.tenancy import TenancyBroken, assert_isolation, county_transaction, create_pool
from tests.support.lab import A, B, Lab

BREACHES = {
    "a table without row-level security": "CREATE TABLE read.loose (county text, id int, PRIMARY KEY (county, id))",
    "security not forced": "ALTER TABLE read.thing_board NO FORCE ROW LEVEL SECURITY",
    "security not enabled": "ALTER TABLE read.thing_board DISABLE ROW LEVEL SECURITY",
    "a unique key over counties": "ALTER TABLE read.thing_board ADD UNIQUE (thing_id)",
    "a log that can be changed": "GRANT UPDATE ON log.events TO {app}",
    "a role that owns something": "CREATE SCHEMA own AUTHORIZATION {app}",
}


@pytest.mark.parametrize("breach", BREACHES)
async def test_a_breach_of_isolation_keeps_a_service_from_starting(lab: Lab, breach: str) -> None:
    await assert_isolation(lab.pool)
    app = lab.databases.app.split("//")[1].split("@")[0]
    owner = await asyncpg.connect(lab.databases.owner)
    if "AUTHORIZATION" in BREACHES[breach]:
        await owner.close()
        owner = await asyncpg.connect(lab.databases.owner.replace(f"{app.removesuffix('_app')}_owner@", "postgres@"))
    await owner.execute(BREACHES[breach].format(app=app))
    await owner.close()
    with pytest.raises(TenancyBroken):
        await assert_isolation(lab.pool)


async def test_rights_that_a_restored_database_has_lost_are_given_again(lab: Lab) -> None:
    """Neither a dump nor a copy brings along what was granted on the database itself; the past needs temporary tables."""
    granted = "SELECT has_database_privilege(current_database(), 'TEMPORARY')"
    app, name = lab.databases.app.split("//")[1].split("@")[0], lab.databases.name
    owner = await asyncpg.connect(lab.databases.owner)
    await owner.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM "{app}"')
    await owner.close()
    assert not await lab.pool.fetchval(granted)
    assert await asyncio.to_thread(migrate, lab.databases.owner, "tests.support.things") == 0
    assert await lab.pool.fetchval(granted)


async def test_the_owner_s_role_is_refused_as_a_service_s(lab: Lab) -> None:
    pool = await create_pool(lab.databases.owner)
    with pytest.raises(TenancyBroken):
        await assert_isolation(pool)
    await pool.close()


async def test_without_a_county_nothing_is_seen_and_a_county_sees_its_own(lab: Lab) -> None:
    await lab.make(county=A)
    async with lab.pool.acquire() as connection:
        assert await connection.fetch("SELECT FROM log.events") == []
    assert len(await lab.rows("SELECT FROM log.events", county=A)) == 1
    assert await lab.rows("SELECT FROM log.events", county=B) == []
    async with lab.pool.acquire() as connection:  # the setting ended with its transaction
        assert await connection.fetch("SELECT FROM log.events") == []


async def test_a_row_of_another_county_cannot_be_written(lab: Lab) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with county_transaction(lab.pool, A) as connection:
            await connection.execute("INSERT INTO read.checkpoints VALUES ($1, 'x', 'y', 1, NULL)", B)
