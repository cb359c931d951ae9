"""The archive read page by page for readers who catch up: once for all who stand at the same place, and never by all at once."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.portal.lanes import Vector
from services.portal.queries.archive import behind
from services.portal.stream.cursor import Cursors
from services.portal.stream.frames import Frame, frames
from services.portal.stream.masking import Level
from shared.kernel.tenancy import county_reading

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_EVENTS = 64
"""Of each lane at the most."""
_AT_ONCE = 3
"""Pages read at the same time: thousands who come again must not keep projections from the database."""
_KEPT = 32
_KEPT_SECONDS = 5.0


@dataclass(slots=True)
class Archived:
    """A page: what comes behind a place, and the place behind it."""

    frames: Sequence[Frame]
    reached: Vector
    _joined: dict[Level, bytes] = field(default_factory=dict)

    def joined(self, level: Level, cursors: Cursors) -> bytes:
        """Return the page for readers of a level who read everything, written once."""
        if level not in self._joined:
            self._joined[level] = b"".join([each.bytes_for(level, cursors) for each in self.frames])
        return self._joined[level]


class Pages:
    """The pages of all counties' archives that are being read, or were a moment ago."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self.gate = asyncio.Semaphore(_AT_ONCE)
        self._read: OrderedDict[tuple[str, Vector], tuple[float, asyncio.Task[Archived]]] = OrderedDict()

    async def behind(self, county: str, after: Vector, until: Vector) -> Archived:
        """Return what comes behind a vector, as far as another or less far; where nothing is kept in between, the place is the other."""
        key, now = (county, after), asyncio.get_running_loop().time()
        known = self._read.get(key)
        if known is None or known[0] < now or (known[1].done() and _of_no_use(known[1])):
            known = self._read[key] = (now + _KEPT_SECONDS, asyncio.create_task(self._archived(county, after, until)))
            self._read.move_to_end(key)
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
        # Whoever asked first may leave; the others still wait.
        return await asyncio.shield(known[1])

    async def _archived(self, county: str, after: Vector, until: Vector) -> Archived:
        async with self.gate, county_reading(self._pool, county) as connection:
            kept, reached = await behind(connection, county, after, until, _EVENTS)
        # Where nothing is kept there is nothing to come either: positions are dense, and the tail stands behind them.
        return Archived(frames(county, kept, after), reached if kept else until)


def _of_no_use(read: asyncio.Task[Archived]) -> bool:
    """Tell whether a page has to be read anew: it could not be, or there was nothing on it yet."""
    return read.cancelled() or read.exception() is not None or not read.result().frames
