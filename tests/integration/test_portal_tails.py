"""A tail and its readers on a real archive: who is slow goes back to it, pieces are bounded, what was pruned is said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import orjson
import pytest

from deploy.embedded.stack import Stack
from services.portal.projections import ARCHIVE
from services.portal.queries.archive import behind, prune
from services.portal.stream import pages
from services.portal.stream.cursor import Cursors
from services.portal.stream.follow import Streams, Wanted
from services.portal.stream.frames import Filters
from services.portal.stream.tail import PIECE, Tails
from shared.contracts.intake import INTAKE
from shared.kernel.checkpoints import Progress
from shared.kernel.envelope import open_body
from shared.kernel.projection import Fact
from shared.kernel.tenancy import Pool, county_transaction, create_pool
from tests.support.written_lanes import body_of, service_database

A = "430523"
CURSORS = Cursors(b"c" * 32)
_numbers = count(1)


class Archived:
    """An archive that grows when it is told to, and streams out of it."""

    def __init__(self, pool: Pool, kept: int) -> None:
        self.pool = pool
        self.progress = Progress(pool)
        self.tails = Tails(pool, self.progress, kept)
        self.streams = Streams(pool, self.tails, CURSORS)
        self.end = 0

    async def grow(self, events: int) -> None:
        """Put events of intake's lane into the archive."""
        facts = []
        for _ in range(events):
            self.end += 1
            body = body_of("intake", A, self.end, "NeedAccepted")
            envelope = open_body(body)
            facts.append(Fact(envelope.event(INTAKE), envelope.meta, body))
        async with county_transaction(self.pool, A) as connection:
            await ARCHIVE.apply(connection, A, facts)
        self.progress.changed(A, ["event_archive"])

    def follow(self, cursor: str | None = None, filters: Filters | None = None) -> AsyncIterator[bytes]:
        """Return a stream as an auditor reads it."""
        return self.streams.follow(Wanted(A, "auditor", filters or Filters(), cursor), lambda: True)


@asynccontextmanager
async def archived(stack: Stack, kept: int = 5_000) -> AsyncIterator[Archived]:
    databases = service_database(stack, "portal", f"tails{next(_numbers)}")
    pool = await create_pool(databases.app)
    made = Archived(pool, kept)
    try:
        yield made
    finally:
        await made.tails.stop()
        await pool.close()


def positions(piece: bytes) -> list[int]:
    """Return the positions a piece tells of."""
    data = [line.removeprefix(b"data: ") for line in piece.split(b"\n") if line.startswith(b"data: ")]
    return [int(event["position"]) for event in map(orjson.loads, data) if "position" in event]


async def read(stream: AsyncIterator[bytes], until: int) -> list[list[int]]:
    """Return the positions of each piece, until one tells of a position."""
    pieces: list[list[int]] = []
    while not pieces or until not in pieces[-1]:
        pieces.append(positions(await anext(stream)))
    return pieces


async def test_a_reader_that_did_not_read_gets_what_it_missed_from_the_archive(embedded_stack: Stack) -> None:
    async with archived(embedded_stack, kept=200) as there:
        await there.grow(10)
        slow, quick = there.follow(), there.follow()
        assert [positions(await anext(stream)) for stream in (slow, quick)] == [[], []]
        heard: list[int] = []
        for _ in range(8):
            await there.grow(100)
            heard += [position for piece in await read(quick, there.end) for position in piece]
        pieces = await read(slow, there.end)
        assert [position for piece in pieces for position in piece] == heard == list(range(11, 811))
        assert max(map(len, pieces)) <= PIECE


async def test_readers_who_catch_up_together_share_what_is_read_whoever_leaves(
    embedded_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with archived(embedded_stack) as there:
        await there.grow(300)
        reads = 0

        async def counted(*asked: Any) -> Any:
            nonlocal reads
            reads += 1
            return await behind(*asked)

        monkeypatch.setattr(pages, "behind", counted)
        streams = [there.follow("") for _ in range(100)]
        for stream in streams:
            assert positions(await anext(stream)) == []
        leaver = asyncio.create_task(read(streams[0], 300))
        await asyncio.sleep(0)
        leaver.cancel()
        heard = await asyncio.gather(*(read(stream, 300) for stream in streams[1:]))
        assert {tuple(position for piece in each for position in piece) for each in heard} == {tuple(range(1, 301))}
        assert reads <= 6, "five pages, and whoever came to the end before the tail"


@pytest.mark.parametrize("kept", [5_000, 40])
async def test_catching_up_while_events_come_has_no_seam(embedded_stack: Stack, kept: int) -> None:
    async with archived(embedded_stack, kept) as there:
        await there.grow(300)
        stream = there.follow("")
        heard: list[int] = []
        while len(heard) < 900:
            if there.end - len(heard) < 100 and there.end < 900:
                await there.grow(50)
            heard += positions(await anext(stream))
        assert heard == list(range(1, 901))


async def test_a_cursor_from_before_what_is_kept_is_told_so(embedded_stack: Stack) -> None:
    async with archived(embedded_stack) as there:
        await there.grow(50)
        cursor = CURSORS.write(A, "auditor", (3, 0, 0, 0))
        async with county_transaction(there.pool, A) as connection:
            await prune(connection, A, 20)
        told = await anext(there.follow(cursor))
        assert b"event: reset" in told
        assert b"cursor_before_retention" in told
        assert (await read(there.follow(""), 50))[1] == list(range(31, 51)), "the beginning is that of what is kept"


async def test_a_cursor_from_the_future_is_told_so_after_a_moment(embedded_stack: Stack) -> None:
    async with archived(embedded_stack) as there:
        await there.grow(5)
        told = await anext(there.follow(CURSORS.write(A, "auditor", (9, 0, 0, 0))))
        assert b"cursor_from_the_future" in told


async def test_a_filter_that_lets_nothing_pass_still_moves_its_reader_s_cursor(
    embedded_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.portal.stream.follow.HEARTBEAT_SECONDS", 0.2)
    async with archived(embedded_stack) as there:
        await there.grow(5)
        stream = there.follow(filters=Filters(types=frozenset({"CallPublished"})))
        await anext(stream)
        await there.grow(70)
        told = await anext(stream)
        while CURSORS.read(A, "auditor", told.decode().removeprefix("id: ").strip()) != (75, 0, 0, 0):
            told = await anext(stream)
        assert told.startswith(b"id: ")
        assert b"data" not in told
