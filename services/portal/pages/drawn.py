"""What the dashboard counts, kept while nothing moved: a county is counted once for all who look at the same choice."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from services.portal.lanes import Vector
from services.portal.queries import pictures
from services.portal.queries.archive import reach
from services.portal.queries.pictures import Chosen
from services.portal.queries.screen import burndown, flow, ranking, rate
from shared.kernel.tenancy import county_reading
from shared.kernel.workdays import business_day, end_of

if TYPE_CHECKING:
    from services.portal.pages.site import Site

_BACK, _AHEAD = timedelta(days=14), timedelta(days=14)
_WEEKS, _FLOW_WEEKS, _WEEK = timedelta(weeks=16), timedelta(weeks=11), timedelta(days=7)
YEAR = timedelta(days=364)
_BOXES, _BARS = 10, 12
_HOURS, _HOUR = 24, timedelta(hours=1)
_KEPT_SECONDS = 5.0
"""How old counts may be though something moved: the page says up to when they reach."""
_UNMOVED_SECONDS = 60.0
"""How old they may be where nothing did: hours and days pass all the same."""
_MOST = 200
Key = tuple[str, date, Chosen]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows of every picture of a choice, up to when they reach, and when that was found, in this process."""

    vector: Vector
    as_of: datetime
    monotonic: float
    today: date
    rows: dict[str, Any]


@dataclass(slots=True)
class _Known:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    drawn: Drawn | None = None


class Drawing:
    """Counts for one running portal."""

    def __init__(self, site: "Site") -> None:
        self._worker = site.worker
        self._known: OrderedDict[Key, _Known] = OrderedDict()

    async def of(self, county: str, chosen: Chosen) -> Drawn:
        """Return what a choice has come to."""
        now = self._worker.clock.now(county)
        key = (county, business_day(now), chosen)
        known = self._known.setdefault(key, _Known())
        self._known.move_to_end(key)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        async with known.lock:
            if known.drawn is None or not await self._holds(county, known.drawn):
                known.drawn = await self._drawn(county, chosen, now)
            return known.drawn

    async def _holds(self, county: str, drawn: Drawn) -> bool:
        age = time.monotonic() - drawn.monotonic
        if age < _KEPT_SECONDS or age > _UNMOVED_SECONDS:
            return age < _KEPT_SECONDS
        async with county_reading(self._worker.pool, county) as connection:
            return (await reach(connection, county))[1] == drawn.vector

    async def _drawn(self, county: str, chosen: Chosen, now: datetime) -> Drawn:
        """Count over two connections side by side; what comes in between belongs to the next count."""
        found, as_of = time.monotonic(), now - timedelta(seconds=self._worker.behind_seconds())
        today = business_day(now)
        async with county_reading(self._worker.pool, county) as connection:
            _, vector = await reach(connection, county)
        needs, projects = await asyncio.gather(self._needs(county, chosen, today, now), self._projects(county, chosen, today))
        return Drawn(vector, as_of, found, today, {**needs, **projects})

    async def _needs(self, county: str, chosen: Chosen, today: date, now: datetime) -> dict[str, Any]:
        monday = today - timedelta(days=today.weekday())
        async with county_reading(self._worker.pool, county) as connection:
            return {
                "funnel": await pictures.funnel(connection, county, chosen),
                "towns": await pictures.towns(connection, county, today, chosen),
                "times": await pictures.times(connection, county, chosen, _BOXES),
                "by_town": await pictures.by_town(connection, county, chosen),
                "weeks": await pictures.weeks(connection, county, end_of(today - _WEEKS), chosen),
                "flow": await flow(connection, county, monday - _FLOW_WEEKS, monday),
                "intake": await pictures.intake(connection, county, end_of(today - YEAR), chosen),
                "rate": await rate(connection, county, now, _HOURS, _HOUR),
            }

    async def _projects(self, county: str, chosen: Chosen, today: date) -> dict[str, Any]:
        async with county_reading(self._worker.pool, county) as connection:
            return {
                "scores": await pictures.scores(connection, county, chosen),
                "ranking": await ranking(connection, county, end_of(today), end_of(today - _WEEK), level=chosen.level),
                "burndown": await burndown(connection, county, today - _BACK, today + _AHEAD, unit=chosen.unit, level=chosen.level),
                "ways": await pictures.ways(connection, county, chosen),
                "states": await pictures.states(connection, county, chosen, _BARS),
            }


_DRAWING: "WeakKeyDictionary[Site, Drawing]" = WeakKeyDictionary()


def drawing(site: "Site") -> Drawing:
    """Return what counts for a portal: one for all who look."""
    if site not in _DRAWING:
        _DRAWING[site] = Drawing(site)
    return _DRAWING[site]
