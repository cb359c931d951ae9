"""What has to be true once Kafka has been healed from the logs, whoever reads it."""

import asyncio
from collections.abc import Mapping
from functools import partial

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.embedded.preflight import SERVICES
from shared.kernel.checkpoints import Progress
from shared.kernel.clock import SystemClock
from shared.kernel.consumer import Consumer
from shared.kernel.envelope import open_body
from shared.kernel.migrations import migrate
from shared.kernel.projection import Fact
from shared.kernel.subscribing import broker
from shared.kernel.tenancy import create_pool
from tests.support.cli import of, said
from tests.support.client import FENG, SHAOYANG, Platform
from tests.support.lab import eventually
from tests.support.refolded import facts_of, parts_of, refolded, stored
from tests.support.stack import Databases, create_database
from tests.support.up import soon

COUNTIES = (SHAOYANG, FENG)
FRESH = "scoring"
"""The service that reads every other's lanes."""
History = Mapping[tuple[str, str], list[Fact]]
"""Every event, by service and county."""


def caught_up(platform: Platform) -> None:
    """Return when nothing is under way: no command, no event unpublished, no reader behind; assert that nothing is parked."""
    nobody_behind(platform)
    assert said("parked", "ls", "--json", *of(platform.stack)).json == []


def nobody_behind(platform: Platform) -> None:
    """Return when nothing is under way and every projection and policy is known to have passed every event."""
    platform.still()
    soon(lambda: all(row["lag"] == 0 for row in said("projection", "ls", "--json", *of(platform.stack)).json), 60)


def history(platform: Platform) -> History:
    """Return what the logs hold; assert that every lane's positions are dense."""
    found = {
        (service, county): facts_of(platform.stack.postgres.dsn(service), service, county) for service in SERVICES for county in COUNTIES
    }
    for lane, facts in found.items():
        assert [fact.meta.position for fact in facts] == list(range(1, len(facts) + 1)), lane
    return found


def read_models_are_the_histories(platform: Platform, events: History) -> int:
    """Assert that every row of every projection is what the logs alone make of it; return how many rows there are."""
    count = 0
    for service in SERVICES:
        for county in COUNTIES:
            facts = [fact for source in parts_of(service).sources for fact in events[source.service, county]]
            for projection in parts_of(service).projections:
                rows = stored(projection, platform.stack.postgres.dsn(service), county)
                assert rows == refolded(projection, facts), f"{service} {county} {projection.name}"
                count += len(rows)
    return count


async def topics_are_whole(platform: Platform, events: History) -> None:
    """Assert that who reads the topics from their beginning finds every event of every lane, the very bytes."""
    missing = {lane: {fact.meta.position for fact in facts} for lane, facts in events.items()}
    topics = [f"{service}.events.v1" for service in SERVICES]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=platform.stack.info.kafka, group_id=None, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            while any(missing.values()):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    for record in batch:
                        meta = open_body(record.value).meta
                        missing[meta.service, meta.county].discard(meta.position)
                        assert meta == events[meta.service, meta.county][meta.position - 1].meta
    finally:
        await consumer.stop()


async def a_new_service_reads_everything(platform: Platform, events: History) -> None:
    """Assert that a service that comes new, with a database and consumer groups of its own, projects what the old one has."""
    databases = await asyncio.to_thread(create_database, platform.stack, "came_new")
    await asyncio.to_thread(migrate, databases.owner, f"services.{FRESH}")
    parts = parts_of(FRESH)
    pool, kafka = await create_pool(databases.app), broker(platform.stack.info.kafka)
    projecting = parts.projecting(pool, Progress(pool))
    projecting.group = "came-new.projections"
    bootstrap = platform.stack.info.kafka
    consumer = Consumer(kafka, projecting, bootstrap=bootstrap, contracts=parts.sources, counties=COUNTIES, pool=pool, clock=SystemClock())
    await kafka.start()
    try:
        for county in COUNTIES:
            wanted = {source.service: len(events[source.service, county]) for source in parts.sources}
            await eventually(partial(_standing, databases, county), wanted, seconds=60)
    finally:
        await kafka.stop()
        await consumer.stop()
        await pool.close()
    for county in COUNTIES:
        for projection in parts.projections:
            assert stored(projection, databases.superuser, county) == stored(projection, platform.stack.postgres.dsn(FRESH), county)


async def _standing(databases: Databases, county: str) -> dict[str, int]:
    connection = await asyncpg.connect(databases.superuser)
    rows = await connection.fetch(
        "SELECT source, min(position) AS position FROM read.checkpoints WHERE county = $1 GROUP BY source", county
    )
    await connection.close()
    return {row["source"]: row["position"] for row in rows}
