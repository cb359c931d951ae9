"""An event found in the archive by its own id: where its time says it stands, without reading everything."""

import asyncio
from typing import Any
from uuid import UUID

import orjson
import pytest

from deploy.embedded.stack import Stack
from services.portal.projections import ARCHIVE
from services.portal.queries.audit import ArchiveFinder
from shared.contracts.topics import CONTRACTS
from shared.kernel.envelope import open_body
from shared.kernel.projection import Fact
from shared.kernel.tenancy import county_reading, county_transaction, create_pool
from tests.support.written_lanes import body_of, service_database

A = "430523"
EVENTS, FIRST_MILLISECOND = 3_000, 1_700_000_000_000
LANES = (("intake", "NeedAccepted"), ("scoring", "VerificationOpened"))


def id_of(lane: int, position: int, late: int = 0) -> UUID:
    """Return the id of an event made ten milliseconds after the one before, or some milliseconds late."""
    made = FIRST_MILLISECOND + position * 10 + late
    return UUID(int=made << 80 | 7 << 76 | 2 << 62 | lane << 32 | position)


def late(position: int) -> int:
    """Return by how much an event's id is out of the order of its lane: one of two processes waits for the other."""
    return 400 if position % 3 == 0 else 0


def fact(lane: int, position: int) -> Fact:
    service, event_type = LANES[lane]
    body = orjson.loads(body_of(service, A, position, event_type))
    told = orjson.dumps({**body, "id": str(id_of(lane, position, late(position)))})
    envelope = open_body(told)
    contract = next(contract for contract in CONTRACTS if contract.service == service)
    return Fact(envelope.event(contract), envelope.meta, told)


async def test_an_event_is_found_by_its_id_without_reading_what_is_of_another_time(
    embedded_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = await asyncio.to_thread(service_database, embedded_stack, "portal", "finding")
    pool = await create_pool(databases.app)
    looked: list[Any] = []

    async def holding(_finder: ArchiveFinder, ids: Any) -> list[Any]:
        looked.extend(ids)
        return []

    monkeypatch.setattr(ArchiveFinder, "_holding", holding)
    try:
        async with county_transaction(pool, A) as connection:
            for lane in range(len(LANES)):
                kept = range(1 + 1_000 * lane, EVENTS + 1)  # of the second lane the beginning was let go
                await ARCHIVE.apply(connection, A, [fact(lane, position) for position in kept])
        async with county_reading(pool, A) as connection:
            finder = ArchiveFinder(connection, A)
            for lane, position in ((0, 1), (0, 2), (0, 3), (0, 1_500), (0, EVENTS), (1, 1_001), (1, 1_002), (1, 2_000), (1, EVENTS)):
                (found,) = await finder.naming([str(id_of(lane, position, late(position)))])
                assert (found.meta.service, found.meta.position) == (LANES[lane][0], position)
            assert looked == []
            nobodys = [str(id_of(1, 500)), str(id_of(2, 7)), str(id_of(0, EVENTS + 1_000)), "00000000-0000-4000-8000-000000000001"]
            for one in nobodys:
                assert await finder.naming([one]) == []
            assert looked == nobodys
    finally:
        await pool.close()
