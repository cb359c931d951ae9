"""A kernel put together by hand on the real Kafka and PostgreSQL, piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded.stack import Stack
from shared.kernel.actor import Actor
from shared.kernel.appender import Append, Appender, NewEvent
from shared.kernel.checkpoints import Progress
from shared.kernel.clock import SimulatedClock
from shared.kernel.commands import Commands, fingerprint
from shared.kernel.consumer import Applies, Consumer
from shared.kernel.envelope import Cause, seal_body
from shared.kernel.event_log import Answer, EventLog
from shared.kernel.events import Event, dump
from shared.kernel.ids import uuid7
from shared.kernel.migrations import migrate
from shared.kernel.policy import Reacting
from shared.kernel.projecting import Projecting
from shared.kernel.relay import Relay
from shared.kernel.rules import Asked, Command
from shared.kernel.sealing import Sealer
from shared.kernel.subscribing import broker
from shared.kernel.tenancy import TROUBLE, Pool, county_transaction, create_pool
from tests.support.stack import Databases, create_database
from tests.support.things.service import Things

A, B = "430523", "610330"
MAKER = Actor(sub="maker-1", roles=("maker",))
T0 = datetime(2021, 11, 1, tzinfo=UTC)


@dataclass(slots=True)
class Lab:
    """Everything a kernel test needs, with a database and a topic of its own."""

    things: Things
    kafka: str
    databases: Databases
    pool: Pool
    clock: SimulatedClock
    log: EventLog
    relay: Relay
    appender: Appender
    commands: Commands
    consumers: list[Consumer]

    async def make(self, name: str = "lamp", county: str = A) -> UUID:
        """Append one ThingMade and return the thing."""
        thing_id = uuid7()
        await self.append(f"thing-{thing_id}", 0, [self.things.contract.events["ThingMade"](thing_id=thing_id, name=name)], county=county)  # type: ignore[call-arg]
        return thing_id

    async def rename(self, thing_id: UUID, version: int, name: str, county: str = A) -> Answer:
        """Append one ThingRenamed."""
        return await self.append(
            f"thing-{thing_id}", version, [self.things.contract.events["ThingRenamed"](thing_id=thing_id, name=name)], county=county
        )  # type: ignore[call-arg]

    async def append(
        self,
        stream: str,
        expected: int,
        events: Sequence[Event],
        *,
        county: str = A,
        command_id: UUID | None = None,
        content: bytes = b"",
        **more: Any,
    ) -> Answer:
        """Append events through the appender."""
        return await self.appender.append(county, self.an_append(stream, expected, events, command_id=command_id, content=content, **more))

    def an_append(
        self, stream: str, expected: int, events: Sequence[Event], *, command_id: UUID | None = None, content: bytes = b"", **more: Any
    ) -> Append:
        """Return an Append."""
        command = command_id or uuid7()
        cause = Cause("maker-1", "maker", None, str(command), None, str(command), None)
        new = [NewEvent(uuid7(), type(event).__name__, dump(event)) for event in events]
        return Append(stream, expected, new, command, fingerprint(content), cause, **more)

    def asked(self, county: str = A, **more: Any) -> Asked:
        """Return the circumstances of a command by the maker."""
        fields: dict[str, Any] = {"command_id": uuid7(), "correlation_id": str(uuid7()), "at": self.clock.now(county), "actor": MAKER}
        return Asked(county=county, **{**fields, **more})

    async def execute(self, command: Command, county: str = A, **more: Any) -> Answer:
        """Carry out a command."""
        return await self.commands.execute(command, self.asked(county, **more))

    def body(self, position: int, event: Event | None = None, *, county: str = A, stream: str | None = None, **changes: Any) -> bytes:
        """Return an event's bytes for a position, as some other process might publish them."""
        event = event or self.things.contract.events["ThingMade"](thing_id=uuid7(), name=f"thing {position}")  # type: ignore[call-arg]
        fields: dict[str, Any] = {
            "contract": self.things.contract,
            "county": county,
            "position": position,
            "stream": stream or f"thing-{event.thing_id}",  # type: ignore[attr-defined]
            "version": 1,
            "event_id": uuid7(),
            "event_type": type(event).__name__,
            "recorded_at": datetime.fromtimestamp(1_635_724_800 + position, UTC),
            "cause": Cause("maker-1", "maker", None, "c", None, "c", None),
            "data": dump(event),
        }
        return seal_body(**{**fields, **changes})

    async def produce(self, *values: bytes | None, key: bytes = A.encode(), headers: Sequence[tuple[str, Any]] = ()) -> None:
        """Put records on the topic as they are, past the relay."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all")
        await producer.start()
        try:
            for value in values:
                await producer.send_and_wait(self.things.contract.topic, value, key=key, headers=list(headers))
        finally:
            await producer.stop()

    async def topic(self, count: int, *, seconds: float = 15) -> list[Any]:
        """Read the topic from its beginning with a plain client until it gave so many records."""
        consumer = AIOKafkaConsumer(self.things.contract.topic, bootstrap_servers=self.kafka, group_id=None, auto_offset_reset="earliest")
        await consumer.start()
        records: list[Any] = []
        try:
            async with asyncio.timeout(seconds):
                while len(records) < count:
                    for batch in (await consumer.getmany(timeout_ms=200)).values():
                        records += batch
        finally:
            await consumer.stop()
        return records

    async def rows(self, query: str, *arguments: object, county: str = A) -> list[dict[str, Any]]:
        """Return rows as one county's service role sees them."""
        async with county_transaction(self.pool, county) as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def standing(self, projection: str = "thing_board", county: str = A) -> int:
        """Return a projection's checkpoint in this service's own lane."""
        rows = await self.rows(
            "SELECT position FROM read.checkpoints WHERE projection = $1 AND source = $2",
            projection,
            self.things.contract.service,
            county=county,
        )
        return rows[0]["position"] if rows else 0

    async def lose_connections(self) -> None:
        """Have the database end every connection of the pool, as it does when it crashes."""
        superuser = await asyncpg.connect(self.databases.superuser)
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await superuser.close()
        for _ in range(self.pool.get_size()):  # those that have not noticed yet are given out once more
            with suppress(*TROUBLE):
                await self.pool.fetchval("SELECT 1")

    @asynccontextmanager
    async def consuming(self, target: Applies | None = None) -> AsyncIterator[Consumer]:
        """Run a consumer, by default of the projection."""
        kafka = broker(self.kafka)
        consumer = Consumer(
            kafka,
            target or self.projecting(),
            bootstrap=self.kafka,
            contracts=[self.things.contract],
            counties=(A, B),
            pool=self.pool,
            clock=self.clock,
        )
        self.consumers.append(consumer)
        await kafka.start()
        try:
            yield consumer
        finally:
            await kafka.stop()
            await consumer.stop()

    def projecting(self) -> Projecting:
        """Return what applies lanes to the projection."""
        return Projecting(f"{self.things.contract.service}.projections", [self.things.board], self.pool, Progress(self.pool))

    def reacting(self) -> Reacting:
        """Return what runs the policy."""
        return Reacting(self.things.contract.service, [(self.things.policy, self.things.contract)], self.pool, self.commands)


async def eventually(check: Callable[[], Awaitable[Any]], wanted: Any, *, seconds: float = 15) -> None:
    """Wait until an awaited value is as wanted; AssertionError with the last one seen."""
    seen: Any = None
    try:
        async with asyncio.timeout(seconds):
            while (seen := await check()) != wanted:
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"wanted {wanted!r}, still {seen!r} after {seconds} s") from None


async def migrated(stack: Stack, name: str) -> Databases:
    """Return a new database with the kernel's tables and the things board."""
    databases = await asyncio.to_thread(create_database, stack, name)
    await asyncio.to_thread(migrate, databases.owner, "tests.support.things")
    return databases


@asynccontextmanager
async def a_lab(stack: Stack, databases: Databases) -> AsyncIterator[Lab]:
    """Yield a lab with a service name, and so lanes and a topic, of its own."""
    things = Things()
    kafka = stack.info.kafka
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(things.contract.topic, num_partitions=3, replication_factor=1)])
    finally:
        await admin.close()
    async with AsyncExitStack() as closing:
        consumers: list[Consumer] = []

        def doubt() -> None:
            for consumer in consumers:
                consumer.doubt()

        pool = await create_pool(databases.app, on_lost=doubt)
        closing.push_async_callback(pool.close)
        clock = SimulatedClock()
        for county in (A, B):
            clock.observe(county, T0)
        relay = Relay(pool, kafka, things.contract.topic, [A, B])
        appender = Appender(pool, things.contract, clock, on_append=relay.offer)
        log = EventLog(pool)
        commands = Commands(things.handlers, log, appender, Sealer(b"k" * 32), clock, Progress(pool))
        yield Lab(things, kafka, databases, pool, clock, log, relay, appender, commands, consumers)
