"""The dashboard for staff: every picture the county's rows give, by unit, town and level."""

from datetime import timedelta

from starlette.responses import Response

from services.portal.pages import more_pictures, pictures
from services.portal.pages.places import STAFF
from services.portal.pages.visit import Page, Visit
from services.portal.queries import pictures as queries
from services.portal.queries.pictures import Chosen
from services.portal.queries.screen import burndown, flow, ranking, rate
from shared.kernel.workdays import end_of

_BACK, _AHEAD = timedelta(days=14), timedelta(days=14)
_WEEKS, _FLOW_WEEKS, _WEEK = timedelta(weeks=16), timedelta(weeks=11), timedelta(days=7)
_YEAR = timedelta(days=364)
_RANKED, _BOXES, _BARS = 12, 10, 12
_HOURS, _HOUR = 24, timedelta(hours=1)


async def dashboard(visit: Visit) -> Response:
    """Show all pictures of what was chosen."""
    chosen = _chosen(visit)
    county, today, now = visit.county, visit.today, visit.site.worker.clock.now(visit.county)
    monday = today - timedelta(days=today.weekday())
    first = today - _YEAR
    async with visit.reading() as connection:
        far = await queries.funnel(connection, county, chosen)
        scored_unit, scores = await queries.scores(connection, county, chosen)
        ranked = await ranking(connection, county, end_of(today), end_of(today - _WEEK), level=chosen.level)
        shown = [
            pictures.funnel(visit, far),
            pictures.burndown(
                visit,
                await burndown(connection, county, today - _BACK, today + _AHEAD, unit=chosen.unit, level=chosen.level),
                today,
            ),
            pictures.ranking(visit, ranked, _RANKED),
            pictures.tiles(visit, await queries.towns(connection, county, today, chosen)),
            more_pictures.radar(visit, scored_unit, scores),
            more_pictures.box(visit, await queries.times(connection, county, chosen, _BOXES)),
            more_pictures.pareto(visit, await queries.by_town(connection, county, chosen)),
            more_pictures.control(visit, await queries.weeks(connection, county, end_of(today - _WEEKS), chosen)),
            pictures.flow(visit, await flow(connection, county, monday - _FLOW_WEEKS, monday)),
        ]
        wide = [
            more_pictures.calendar(visit, await queries.intake(connection, county, end_of(first), chosen), first, today),
            more_pictures.sankey(visit, await queries.ways(connection, county, chosen)),
            more_pictures.gantt(visit, await queries.states(connection, county, chosen, _BARS), today),
        ]
        events = more_pictures.spark(visit, await rate(connection, county, now, _HOURS, _HOUR))
    return await visit.show("dashboard.html", shown=shown, wide=wide, events=events, figures=far, chosen=chosen)


def _chosen(visit: Visit) -> Chosen:
    """Return what was chosen, of what there is."""
    unit, town, level = (visit.asked(name) for name in ("unit", "town", "level"))
    levels = {one["code"] for one in visit.names.profile.get("levels", ())}
    towns = {one["code"] for one in visit.names.of_kind("town")}
    return Chosen(unit if unit in visit.names.units else None, town if town in towns else None, level if level in levels else None)


PAGES = (Page("/c/{county}/figures", dashboard, roles=(*STAFF, "operator"), methods=("GET",)),)
