"""What big screens show of a county, counted at most once a second however many screens ask, and only if something moved."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from services.portal.lanes import Vector
from services.portal.queries.archive import reach
from services.portal.queries.figures import funnel, towns
from services.portal.queries.pictures import funnel as way_of_needs
from services.portal.queries.screen import burndown, flow, latest, ranking, rate
from services.portal.stream.masking import PUBLIC
from shared.kernel.tenancy import county_reading
from shared.kernel.workdays import business_day, end_of

if TYPE_CHECKING:
    from services.portal.pages.site import Site

COUNT_SECONDS = 1.0
_AGAIN_SECONDS = 15.0
"""After this long rates and what is overdue are counted anew though nothing moved."""
_BACK, _AHEAD = timedelta(days=10), timedelta(days=14)
_FLOW_WEEKS = timedelta(weeks=11)
_WEEK = timedelta(days=7)
_LATEST = 14
_PIECES, _PIECE = 30, timedelta(minutes=1)
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A county at a moment: `as_of` is up to when the rows tell everything; `monotonic` is when that was found, in this process."""

    vector: Vector
    as_of: datetime
    late_seconds: float
    monotonic: float
    today: date
    figures: Mapping[str, int]
    towns: Rows
    burndown: Rows
    ranking: Rows
    flow: Rows
    latest: Rows
    rate: Sequence[int]

    @property
    def behind_seconds(self) -> float:
        """How old the figures are by now."""
        return self.late_seconds + time.monotonic() - self.monotonic


@dataclass(slots=True)
class _County:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    counted: Counted | None = None
    read: float = float("-inf")
    """When its rows were last read whole."""


class Counting:
    """Counts for one running portal."""

    def __init__(self, site: "Site") -> None:
        self._worker = site.worker
        self._counties: dict[str, _County] = {}

    async def of(self, county: str) -> Counted:
        """Return what a county has come to, at most a second old."""
        kept = self._counties.setdefault(county, _County())
        async with kept.lock:
            if kept.counted is None or time.monotonic() - kept.counted.monotonic >= COUNT_SECONDS:
                kept.counted = await self._counted(county, kept)
            return kept.counted

    async def _counted(self, county: str, kept: _County) -> Counted:
        worker, found = self._worker, time.monotonic()
        async with county_reading(worker.pool, county) as connection:
            _, vector = await reach(connection, county)
            now = worker.clock.now(county)
            late = worker.behind_seconds()
            as_of = now - timedelta(seconds=late)
            before = kept.counted
            if before is not None and before.vector == vector and found - kept.read < _AGAIN_SECONDS:
                return replace(before, as_of=as_of, late_seconds=late, monotonic=found)
            kept.read = found
            today = business_day(now)
            monday = today - timedelta(days=today.weekday())
            return Counted(
                vector,
                as_of,
                late,
                found,
                today,
                {**await funnel(connection, county, today), **await way_of_needs(connection, county)},
                await towns(connection, county, today),
                await burndown(connection, county, today - _BACK, today + _AHEAD),
                await ranking(connection, county, end_of(today), end_of(today - _WEEK)),
                await flow(connection, county, monday - _FLOW_WEEKS, monday),
                await latest(connection, county, list(PUBLIC), _LATEST),
                await rate(connection, county, now, _PIECES, _PIECE),
            )


_COUNTING: "WeakKeyDictionary[Site, Counting]" = WeakKeyDictionary()


def counting(site: "Site") -> Counting:
    """Return what counts for a portal: one for all its screens."""
    if site not in _COUNTING:
        _COUNTING[site] = Counting(site)
    return _COUNTING[site]
