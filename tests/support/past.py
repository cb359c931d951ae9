"""The past of a lab's things, and of things that another service tells of."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.kernel.as_of.moments import Vector, read_moment
from shared.kernel.as_of.past import Past
from shared.kernel.consumer import Consumer
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.subscribing import broker
from tests.support.lab import A, Lab
from tests.support.things.service import Things

BOARD = "SELECT * FROM read.thing_board WHERE county = $1 ORDER BY thing_id"
ONE = "SELECT * FROM read.thing_board WHERE county = $1 AND thing_id = $2"
Row = dict[str, Any]


@asynccontextmanager
async def the_past(
    lab: Lab, projections: Sequence[Projection[Any]] | None = None, sources: Sequence[Contract] | None = None
) -> AsyncIterator[Past]:
    """Yield the past of the lab's own lane, or of several services' lanes."""
    own = lab.things.contract
    past = Past(
        lab.pool,
        lab.databases.app,
        lab.kafka,
        own=own.service,
        sources=sources or [own],
        projections=projections or [lab.things.board],
        clock=lab.clock,
    )
    yield past
    past.close()


async def as_of(past: Past, moment: str, query: str = BOARD, *arguments: object, county: str = A) -> list[Row]:
    """Return the rows of a query ($1 is the county) as of a moment."""
    vector = await past.vector(county, read_moment(moment))
    return await at(past, vector, query, *arguments, county=county)


async def at(past: Past, vector: Vector, query: str = BOARD, *arguments: object, county: str = A) -> list[Row]:
    """Return the rows of a query as of a vector."""
    async with past.reading(county, vector) as connection:
        return [dict(row) for row in await connection.fetch(query, county, *arguments)]


async def another_service(lab: Lab) -> Things:
    """Return things that another service tells of, on a topic of its own."""
    things = Things()
    admin = AIOKafkaAdminClient(bootstrap_servers=lab.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(things.contract.topic, num_partitions=3, replication_factor=1)])
    finally:
        await admin.close()
    return things


@asynccontextmanager
async def hearing(lab: Lab, *others: Things) -> AsyncIterator[None]:
    """Project the lab's lane and other services' lanes into its things."""
    kafka = broker(lab.kafka)
    contracts = [lab.things.contract, *(other.contract for other in others)]
    consumer = Consumer(kafka, lab.projecting(), bootstrap=lab.kafka, contracts=contracts, counties=(A,), pool=lab.pool, clock=lab.clock)
    await kafka.start()
    try:
        yield
    finally:
        await kafka.stop()
        await consumer.stop()
