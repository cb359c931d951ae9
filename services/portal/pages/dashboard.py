"""The dashboard for staff: every picture the county's rows give, by unit, town and level."""

import time

from starlette.responses import Response

from services.portal.pages import more_pictures, pictures
from services.portal.pages.drawn import YEAR, drawing
from services.portal.pages.filters import moment
from services.portal.pages.places import STAFF
from services.portal.pages.site import STALE_SECONDS
from services.portal.pages.visit import Page, Visit
from services.portal.queries.pictures import Chosen

_RANKED = 12


async def dashboard(visit: Visit) -> Response:
    """Show all pictures of what was chosen."""
    chosen = _chosen(visit)
    drawn = await drawing(visit.site).of(visit.county, chosen)
    rows, today = drawn.rows, drawn.today
    shown = [
        pictures.funnel(visit, rows["funnel"]),
        pictures.burndown(visit, rows["burndown"], today),
        pictures.ranking(visit, rows["ranking"], _RANKED),
        pictures.tiles(visit, rows["towns"]),
        more_pictures.radar(visit, *rows["scores"]),
        more_pictures.box(visit, rows["times"]),
        more_pictures.pareto(visit, rows["by_town"]),
        more_pictures.control(visit, rows["weeks"]),
        pictures.flow(visit, rows["flow"]),
    ]
    wide = [
        more_pictures.calendar(visit, rows["intake"], today - YEAR, today),
        more_pictures.sankey(visit, rows["ways"]),
        more_pictures.gantt(visit, rows["states"], today),
    ]
    behind = visit.site.worker.behind_seconds() + time.monotonic() - drawn.monotonic
    return await visit.show(
        "dashboard.html",
        shown=shown,
        wide=wide,
        events=more_pictures.spark(visit, rows["rate"]),
        figures=rows["funnel"],
        chosen=chosen,
        freshness={"as_of": moment(drawn.as_of), "behind_seconds": round(behind), "stale": behind > STALE_SECONDS},
    )


def _chosen(visit: Visit) -> Chosen:
    """Return what was chosen, of what there is."""
    unit, town, level = (visit.asked(name) for name in ("unit", "town", "level"))
    levels = {one["code"] for one in visit.names.profile.get("levels", ())}
    towns = {one["code"] for one in visit.names.of_kind("town")}
    return Chosen(unit if unit in visit.names.units else None, town if town in towns else None, level if level in levels else None)


PAGES = (Page("/c/{county}/figures", dashboard, roles=(*STAFF, "operator"), methods=("GET",)),)
