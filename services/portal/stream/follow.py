"""One reader's stream: from its cursor through the archive into the present, and on until it may not any more."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from services.portal.lanes import Vector, within
from services.portal.queries.archive import reach
from services.portal.stream.cursor import CursorRefused, Cursors
from services.portal.stream.frames import Filters, Frame, frame
from services.portal.stream.masking import Level
from services.portal.stream.pages import Pages
from services.portal.stream.tail import Tail, Tails
from shared.kernel.tenancy import county_reading

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

HEARTBEAT_SECONDS = 15.0
_LOOK_SECONDS = 5.0
_PATIENCE_SECONDS = 2.0
"""How long a cursor may be ahead of what this process knows: another one may have served it."""
_RETRY = b"retry: 2000\n\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose stream it is and of what; `cursor` is None for the present, empty for the beginning."""

    county: str
    level: Level
    filters: Filters
    cursor: str | None


class Streams:
    """Makes streams of one running portal."""

    def __init__(self, pool: "Pool", tails: Tails, cursors: Cursors) -> None:
        self._pool = pool
        self._tails = tails
        self._cursors = cursors
        self._pages = Pages(pool)
        self.gate = self._pages.gate

    async def follow(self, wanted: Wanted, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Yield a reader's stream, piece by piece; it ends when the reader is not allowed any more, or the process stops."""
        tail = await self._tails.of(wanted.county)
        tail.readers += 1
        try:
            vector, hello = await self._begin(wanted, tail)
            yield _RETRY + hello
            async for piece in self._told(wanted, tail, vector, allowed):
                yield piece
            if not self._tails.stopping:
                yield frame('{"reason":"not_allowed"}', "end")
        finally:
            tail.readers -= 1

    async def _begin(self, wanted: Wanted, tail: Tail) -> tuple[Vector, bytes]:
        """Return where a stream begins, and what is said first: `ready` with the cursor, or `reset` with a snapshot's address."""
        try:
            vector = await self._asked(wanted, tail)
            told = frame('{"status":"ready"}', "ready", self._cursors.write(wanted.county, wanted.level, vector))
        except CursorRefused as refused:
            vector = tail.vector
            said = {"reason": refused.code, "snapshot": f"/v1/{wanted.county}/snapshot"}
            told = frame(orjson.dumps(said).decode(), "reset", self._cursors.write(wanted.county, wanted.level, vector))
        return vector, told

    async def _asked(self, wanted: Wanted, tail: Tail) -> Vector:
        if wanted.cursor is None:
            return tail.vector
        async with self.gate, county_reading(self._pool, wanted.county) as connection:
            firsts, _ = await reach(connection, wanted.county)
        before = tuple(max(0, first - 1) for first in firsts)
        if not wanted.cursor:
            return before
        vector = self._cursors.read(wanted.county, wanted.level, wanted.cursor)
        if not within(before, vector):
            raise CursorRefused("cursor_before_retention")
        for _ in range(int(_PATIENCE_SECONDS / 0.1)):
            if within(vector, tail.vector):
                return vector
            await asyncio.sleep(0.1)
        raise CursorRefused("cursor_from_the_future")

    async def _told(self, wanted: Wanted, tail: Tail, vector: Vector, allowed: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Yield frames behind a vector: out of the archive until it meets the tail, then with the tail; heartbeats in between."""
        loop = asyncio.get_running_loop()
        number: int | None = None
        written = loop.time()
        while not self._tails.stopping and allowed():
            moved = tail.moved
            if number is None and vector == tail.vector:
                number = tail.end
            if number is None:
                page = await self._pages.behind(wanted.county, vector, tail.vector)
                vector = page.reached
                piece = page.joined(wanted.level, self._cursors) if wanted.filters.all else self._chosen(wanted, page.frames)
            elif (new := tail.since(number)) is None:
                number = None  # too slow: what it missed is in the archive
                continue
            else:
                piece = tail.joined(number, wanted.level, self._cursors) if wanted.filters.all else self._chosen(wanted, new)
                number, vector = number + len(new), new[-1].after if new else vector
            if piece:
                written = loop.time()
                yield piece
            elif number == tail.end:
                if loop.time() - written >= HEARTBEAT_SECONDS:
                    written = loop.time()
                    # No event, but a reader whose filter lets little pass need not read all the rest again.
                    yield b"id: %b\n\n" % self._cursors.write(wanted.county, wanted.level, vector).encode()
                await _wait(moved, _LOOK_SECONDS)

    def _chosen(self, wanted: Wanted, made: Sequence[Frame]) -> bytes:
        return b"".join([each.bytes_for(wanted.level, self._cursors) for each in made if wanted.filters.take(each.kept)])


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not longer; without a timer of one's own for each of thousands of readers."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
