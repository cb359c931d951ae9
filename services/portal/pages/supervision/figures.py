"""Bulletins from figures: compile a period, look at what was counted, and write the bulletin."""

from starlette.responses import Response

from services.portal.pages.desk import Act, ask, carry_out, listed, missing, told
from services.portal.pages.supervision.bulletins import draft
from services.portal.pages.supervision.common import show
from services.portal.pages.visit import Visit

ACTS = {
    "compile": Act(
        "/figures",
        lambda visit: {name: visit.text(name) for name in ("purpose", "first_on", "last_on")},
        "figures_compiled",
        {"first_on": "请选择起始日。", "last_on": "请选择截止日。"},
    ),
}


async def figures(visit: Visit) -> Response:
    """List compiled figures; compile a period anew."""
    outcome = await carry_out(visit, "supervision", ACTS, "/supervision/figures/{id}")
    if outcome.response is not None:
        return outcome.response
    found = await listed(visit, "supervision", "/figures/compiled")
    month = visit.today.replace(day=1)
    return await show(
        visit,
        "figures.html",
        "/figures",
        outcome.status,
        compiled=found,
        rows=list(reversed(found.rows)),
        told=told(visit, purpose="bulletin", first_on=month.isoformat(), last_on=visit.today.isoformat()),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def compilation(visit: Visit) -> Response:
    """Show compiled figures with the positions they were counted at, and the bulletin they make."""
    found = await ask(visit, "supervision", f"/figures/compiled/{visit.request.path_params['figures_id']}")
    if not found.ok:
        return await missing(visit, found)
    return await show(visit, "compilation.html", "/figures", compiled=found.data, text=draft(found.data))
