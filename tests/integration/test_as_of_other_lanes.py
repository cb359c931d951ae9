"""The past of rows that several services' lanes are folded into: others' lanes come from their topics, once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.partitioner import DefaultPartitioner

from shared.kernel.as_of.moments import read_moment
from shared.kernel.as_of.past import Past
from shared.kernel.clock import SimulatedClock
from shared.kernel.envelope import Meta
from shared.kernel.errors import Rejected
from shared.kernel.ids import uuid7
from shared.kernel.projection import Projection
from shared.kernel.tenancy import county_transaction, create_pool
from tests.support.lab import T0, A, Lab, eventually
from tests.support.past import BOARD, ONE, Row, another_service, as_of, hearing, the_past
from tests.support.things.service import ThingBroken, ThingMade, ThingRenamed, ThingRow, Things

ARCHIVE = "SELECT count(*) AS count, count(body) AS bodies FROM read.archive WHERE source = $1"


@dataclass
class Told:
    """What another service tells: its events so far."""

    lab: Lab
    things: Things
    position: int = 0

    @property
    def service(self) -> str:
        return self.things.contract.service

    async def tell(self, thing: UUID, name: str, *, minute: int) -> None:
        """Publish something about a thing."""
        self.position += 1
        await self.publish(self.position, thing, name, minute=minute)

    async def publish(self, position: int, thing: UUID, name: str, *, minute: int) -> None:
        event = ThingBroken(thing_id=thing, name=name)
        at = T0 + timedelta(minutes=minute)
        body = self.lab.body(position, event, contract=self.things.contract, version=position, recorded_at=at)
        await replace(self.lab, things=self.things).produce(body)

    async def heard(self) -> int:
        """Return how far the lab has heard of it."""
        rows = await self.lab.rows("SELECT position FROM read.checkpoints WHERE source = $1", self.service)
        return rows[0]["position"] if rows else 0


def two_sided() -> Projection[ThingRow]:
    """Return a things board whose `names` are what the other service told, and everything else our own: no order between them counts."""
    projection = Projection("thing_board", row=ThingRow, key="thing_id")

    @projection.on(ThingRenamed)
    def _renamed(row: ThingRow, event: ThingRenamed, meta: Meta) -> None:
        row.name, row.changes, row.last = event.name, row.changes + 1, meta.position

    @projection.on(ThingBroken)
    def _told(row: ThingRow, event: ThingBroken, _meta: Meta) -> None:
        row.names = [*(row.names or []), event.name]

    return projection


@asynccontextmanager
async def telling(lab: Lab) -> AsyncIterator[Told]:
    """Run a projection of the lab's own things and of what another service tells of them."""
    lab.things.board = two_sided()
    things = await another_service(lab)
    await lab.relay.start()
    async with hearing(lab, things):
        yield Told(lab, things)
    await lab.relay.stop()


@asynccontextmanager
async def past_of(lab: Lab, told: Told, projection: Projection[ThingRow] | None = None) -> AsyncIterator[Past]:
    async with the_past(lab, [projection or lab.things.board], [lab.things.contract, told.things.contract]) as past:
        yield past


async def names(past: Past, moment: str) -> list[list[str]]:
    return [row["names"] for row in await as_of(past, moment)]


async def test_at_every_pair_of_positions_the_past_is_what_the_live_read_model_showed(lab: Lab) -> None:
    shown: dict[str, list[Row]] = {}
    async with telling(lab) as told:
        own, thing = lab.things.contract.service, uuid7()
        for step in range(1, 9):
            await told.tell(thing if step % 3 else uuid7(), f"told {step}", minute=step)
            await eventually(told.heard, step)
            await lab.append(f"thing-{thing}", step - 1, [ThingRenamed(thing_id=thing, name=f"own {step}")])
            await eventually(lab.standing, step)
            shown[f"{own}@{step},{told.service}@{step}"] = await lab.rows(BOARD, A)
        async with past_of(lab, told) as past:
            for moment, rows in shown.items():
                assert await as_of(past, moment) == rows
                for row in rows:
                    assert await as_of(past, moment, ONE, row["thing_id"]) == [row]


async def test_a_time_is_the_last_position_of_every_lane_by_then(lab: Lab) -> None:
    async with telling(lab) as told:
        thing = uuid7()
        for version, minute in enumerate((2, 3, 4)):  # before the others are heard of, which would set the clock on
            lab.clock.observe(A, T0 + timedelta(minutes=minute))
            await lab.append(f"thing-{thing}", version, [ThingRenamed(thing_id=thing, name=f"own {minute}")])
        for minute in (1, 3, 5):
            await told.tell(thing, f"told {minute}", minute=minute)
        lab.clock.observe(A, T0 + timedelta(minutes=9))
        await eventually(told.heard, 3)
        await eventually(lab.standing, 3)
        own = lab.things.contract.service
        async with past_of(lab, told) as past:
            expected = {0: None, 1: (0, 1), 2: (1, 1), 3: (2, 2), 4: (3, 2), 5: (3, 3), 9: (3, 3)}
            for minute, positions in expected.items():
                moment = read_moment((T0 + timedelta(minutes=minute)).isoformat())
                if positions is None:
                    with pytest.raises(Rejected, match="as_of_before_history"):
                        await past.vector(A, moment)
                else:
                    assert str(await past.vector(A, moment)) == f"{own}@{positions[0]},{told.service}@{positions[1]}"
            assert str(await past.vector(A, read_moment("@2"))) == f"{own}@2,{told.service}@2"
            assert str(await past.now(A)) == f"{own}@3,{told.service}@3"


async def test_what_another_service_has_recorded_is_not_still_to_come(lab: Lab) -> None:
    """Under the simulated clock each service was told of times of its own."""
    lab.clock.observe(A, T0 + timedelta(minutes=1))
    await lab.make()
    async with telling(lab) as told:
        await told.tell(uuid7(), "lamp", minute=9)
        await eventually(told.heard, 1)
        async with the_past(replace(lab, clock=SimulatedClock()), sources=[lab.things.contract, told.things.contract]) as past:
            past._clock.observe(A, T0 + timedelta(minutes=1))  # as after a start, when only the own lane's time is known
            assert (await past.vector(A, read_moment((T0 + timedelta(minutes=9)).isoformat())))[told.service] == 1
            with pytest.raises(Rejected, match="as_of_in_the_future"):
                await past.vector(A, read_moment((T0 + timedelta(minutes=10)).isoformat()))


async def test_a_vector_names_every_lane_and_no_position_that_was_not_heard_of(lab: Lab) -> None:
    async with telling(lab) as told:
        await told.tell(uuid7(), "lamp", minute=1)
        await eventually(told.heard, 1)
        own = lab.things.contract.service
        async with past_of(lab, told) as past:
            for moment, code in (
                (f"{told.service}@1", "as_of_incomplete"),
                (f"{own}@0", "as_of_incomplete"),
                (f"{own}@0,{told.service}@2", "as_of_position_unknown"),
                (f"{own}@1,{told.service}@1", "as_of_position_unknown"),
            ):
                with pytest.raises(Rejected, match=code):
                    await past.vector(A, read_moment(moment))
            # Lanes that others read may be named too, so that one vector serves all services.
            assert str(await past.vector(A, read_moment(f"{own}@0,{told.service}@1,others@7"))) == f"{own}@0,{told.service}@1"
            assert await names(past, f"{own}@0,{told.service}@0") == []


async def test_the_archive_takes_each_event_once_however_often_the_topic_holds_it(lab: Lab) -> None:
    async with telling(lab) as told:
        thing, own = uuid7(), lab.things.contract.service
        for step in (1, 2, 3):
            await told.tell(thing, f"told {step}", minute=step)
        await eventually(told.heard, 3)
        async with past_of(lab, told) as past:
            assert await names(past, f"{own}@0,{told.service}@3") == [["told 1", "told 2", "told 3"]]
            for step in (1, 2, 3):  # what `relay rewind` does
                await told.publish(step, thing, f"told {step}", minute=step)
            await told.tell(thing, "told 4", minute=4)
            await eventually(told.heard, 4)
            assert await names(past, f"{own}@0,{told.service}@4") == [["told 1", "told 2", "told 3", "told 4"]]
        assert await lab.rows(ARCHIVE, told.service) == [{"count": 4, "bodies": 4}]


async def test_a_topic_made_anew_is_read_from_its_beginning(lab: Lab) -> None:
    async with telling(lab) as told:
        thing, own = uuid7(), lab.things.contract.service
        for step in (1, 2, 3):
            await told.tell(thing, f"told {step}", minute=step)
        await eventually(told.heard, 3)
        async with past_of(lab, told) as past:
            await names(past, f"{own}@0,{told.service}@3")
            async with county_transaction(owner := await create_pool(lab.databases.superuser), A) as connection:
                await connection.execute("UPDATE read.archive SET kafka_offset = kafka_offset + 1000")  # it was longer before
            await owner.close()
            await told.tell(thing, "told 4", minute=4)
            await eventually(told.heard, 4)
            assert await names(past, f"{own}@0,{told.service}@4") == [["told 1", "told 2", "told 3", "told 4"]]


async def test_what_a_topic_has_lost_is_missed_and_not_left_out(lab: Lab) -> None:
    async with telling(lab) as told:
        thing, own = uuid7(), lab.things.contract.service
        for step in (1, 2, 3):
            await told.tell(thing, f"told {step}", minute=step)
        await eventually(told.heard, 3)
        admin = AIOKafkaAdminClient(bootstrap_servers=lab.kafka)
        await admin.start()
        topic = told.things.contract.topic
        partition = DefaultPartitioner()(A.encode(), [0, 1, 2], [0, 1, 2])
        await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=1)})
        await admin.close()
        async with past_of(lab, told) as past:
            with pytest.raises(ConnectionError, match="does not hold position 1"):
                await names(past, f"{own}@0,{told.service}@3")
            assert await lab.rows(ARCHIVE, told.service) == [{"count": 0, "bodies": 0}]


async def test_an_archive_without_what_is_folded_by_now_is_made_anew(lab: Lab) -> None:
    before = Projection("thing_board", row=ThingRow, key="thing_id")

    @before.on(ThingMade)
    def _made(row: ThingRow, event: ThingMade, _meta: object) -> None:
        row.name = event.name

    async with telling(lab) as told:
        thing, moment = uuid7(), f"{lab.things.contract.service}@0,{told.service}@2"
        await told.tell(thing, "told 1", minute=1)
        await told.tell(thing, "told 2", minute=2)
        await eventually(told.heard, 2)
        async with past_of(lab, told, before) as past:
            assert await as_of(past, moment) == []
        assert await lab.rows(ARCHIVE, told.service) == [{"count": 2, "bodies": 0}]
        async with past_of(lab, told) as past:
            assert await names(past, moment) == [["told 1", "told 2"]]
        assert await lab.rows(ARCHIVE, told.service) == [{"count": 2, "bodies": 2}]
