"""A county's tail: the archive's end, read once for all its readers and kept for a while, so that nobody is buffered for."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import structlog

from services.portal.lanes import Vector
from services.portal.queries.archive import behind, reach
from services.portal.stream.cursor import Cursors
from services.portal.stream.frames import Frame, frames
from services.portal.stream.masking import Level
from shared.kernel.checkpoints import Progress
from shared.kernel.tenancy import county_reading

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

KEPT = 5_000
"""Frames a reader may lag behind before it is sent back to the archive."""
PIECE = 64
"""Frames a reader gets at once at most: what stands ready for one that does not read is bounded by it."""
_AT_ONCE = 2_000
_TICK_SECONDS = 0.05
_TICK_A_READER_SECONDS = 0.000_125
"""The more read along, the more events share a write: 2,000 readers are written to four times a second."""
_LOOK_SECONDS = 1.0
"""How often the archive is looked at though nothing was written here: another process may have."""
_log = structlog.get_logger(__name__)


class Tail:
    """Reads a county's archive as it grows, while somebody reads along."""

    def __init__(self, county: str, pool: "Pool", progress: Progress, kept: int = KEPT) -> None:
        self.county = county
        self._most = kept
        self.readers = 0
        self.vector: Vector = ()
        """How far every lane was read; empty before the first look."""
        self.moved = asyncio.Event()
        self._kept: deque[Frame] = deque()
        self._slices: dict[int, Sequence[Frame]] = {}
        self._joined: dict[tuple[int, Level], bytes] = {}
        self._first = 0
        """The number of the first frame kept; frames are numbered from 0 on."""
        self._pool = pool
        self._progress = progress
        self._task: asyncio.Task[None] | None = None

    @property
    def end(self) -> int:
        """The number of the next frame."""
        return self._first + len(self._kept)

    def since(self, number: int) -> Sequence[Frame] | None:
        """Return the next frames from a number on, at most a piece of them; None where they are not kept any more."""
        if number < self._first:
            return None
        if number not in self._slices:
            start = number - self._first
            self._slices[number] = list(islice(self._kept, start, start + PIECE)) if number < self.end else []
        return self._slices[number]

    def joined(self, number: int, level: Level, cursors: Cursors) -> bytes:
        """Return what the next piece is for all readers of a level who read everything and stand at a number: written once."""
        key = (number, level)
        if key not in self._joined:
            self._joined[key] = b"".join([each.bytes_for(level, cursors) for each in self.since(number) or ()])
        return self._joined[key]

    async def start(self) -> None:
        """Begin reading, from the archive's end as it is now."""
        self._task = asyncio.create_task(self._run(), name=f"tail-{self.county}")

    async def stop(self) -> None:
        """Stop reading, and let everybody go."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again."""
        moved, self.moved = self.moved, asyncio.Event()
        moved.set()

    async def _run(self) -> None:
        seen, looked = -1, 0.0
        loop = asyncio.get_running_loop()
        while True:
            changes = self._progress.changes(self.county, "event_archive")
            if not self.vector or changes != seen or loop.time() - looked > _LOOK_SECONDS:
                try:
                    more = await self._look()
                except Exception as fault:  # noqa: BLE001 - whatever it was, its readers wait for the next look
                    _log.warning("tail_waits", county=self.county, error=repr(fault))
                    await asyncio.sleep(_LOOK_SECONDS)
                    continue
                seen, looked = -1 if more else changes, loop.time()
            await asyncio.sleep(max(_TICK_SECONDS, self.readers * _TICK_A_READER_SECONDS))

    async def _look(self) -> bool:
        """Read what is new; tell whether there may be more."""
        async with county_reading(self._pool, self.county) as connection:
            if not self.vector:
                _, self.vector = await reach(connection, self.county)
                self.wake()
                return False
            kept, vector = await behind(connection, self.county, self.vector, None, _AT_ONCE)
        if not kept:
            return False
        self._slices.clear()
        self._joined.clear()
        self._kept.extend(frames(self.county, kept, self.vector))
        self.vector = vector
        while len(self._kept) > self._most:
            self._kept.popleft()
            self._first += 1
        self.wake()
        return len(kept) >= _AT_ONCE


class Tails:
    """The tails of all counties, each begun when somebody first reads along."""

    def __init__(self, pool: "Pool", progress: Progress, kept: int = KEPT) -> None:
        self._pool = pool
        self._progress = progress
        self._most = kept
        self._tails: dict[str, Tail] = {}
        self.stopping = False

    async def of(self, county: str) -> Tail:
        """Return a county's tail, once it knows where the archive ends."""
        tail = self._tails.get(county)
        if tail is None:
            tail = self._tails[county] = Tail(county, self._pool, self._progress, self._most)
            await tail.start()
        while not tail.vector and not self.stopping:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await tail.moved.wait()
        return tail

    def let_go(self) -> None:
        """End every stream: the process is about to stop."""
        self.stopping = True
        for tail in self._tails.values():
            tail.wake()

    async def stop(self) -> None:
        """Stop reading."""
        self.let_go()
        await asyncio.gather(*(tail.stop() for tail in self._tails.values()))
