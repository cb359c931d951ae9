"""Rows of read models that commands look at: asked for together, and those that seldom change remembered."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

import asyncpg

from shared.kernel.checkpoints import Progress
from shared.kernel.gathering import Gathering
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_MOST = 4_096
_SECONDS = 1.0
Question = tuple[str, Sequence[object]]
"""A query and its arguments after the county."""


class Recent:
    """What was made of rows, by county, table and question: as old as the last change of the table that this process projected.

    Where another process consumes the county it is a second old at most, as if the command had come that second sooner.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._known: OrderedDict[Hashable, tuple[int, float, Any]] = OrderedDict()
        self._finding: dict[Hashable, asyncio.Future[Any]] = {}

    async def get(self, county: str, table: str, question: Hashable, find: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - as found
        """Return what is known, or what `find` finds, once for all who ask meanwhile; that nothing was found is not kept."""
        key = (county, table, question)
        changes, now = self._progress.changes(county, table), time.monotonic()
        known = self._known.get(key)
        if known is not None and known[0] == changes and now - known[1] < _SECONDS:
            return known[2]
        asked = (key, changes)
        finding = self._finding.get(asked)
        if finding is None:
            finding = self._finding[asked] = asyncio.ensure_future(find())
            finding.add_done_callback(lambda _: self._finding.pop(asked))
        found = await asyncio.shield(finding)  # whoever gives up leaves it to the others
        if found is not None:
            self._known[key] = (changes, now, found)
            self._known.move_to_end(key)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return found


class Rows:
    """The read models of a service, as its commands ask for them."""

    def __init__(self, pool: "Pool", progress: Progress) -> None:
        self.recent = Recent(progress)
        self._pool = pool
        self._together = Gathering(self._all)

    async def find(self, county: str, query: str, arguments: Sequence[object]) -> asyncpg.Record | None:
        """Return the first row of a query ($1 is the county), in a transaction shared with others that ask at the same time."""
        return await self._together.ask(county, (query, arguments))

    async def search(self, county: str, query: str, arguments: Sequence[object]) -> asyncpg.Record | None:
        """Return the first row of a query, in a transaction of its own."""
        (row,) = await self._all(county, [(query, arguments)])
        return row

    async def _all(self, county: str, questions: Sequence[Question]) -> list[asyncpg.Record | None]:
        async with county_transaction(self._pool, county) as connection:
            return [await connection.fetchrow(query, county, *arguments) for query, arguments in questions]
