"""Leaders' visits to their contact points: recorded by themselves, listed for those who follow them."""

from starlette.responses import Response

from services.portal.pages.desk import Act, carry_out, given, listed, together, told, units_of
from services.portal.pages.supervision.common import may_issue, own_unit, show
from services.portal.pages.visit import Visit

_SERVICE = "supervision"
RECORDING = {
    "record": Act(
        "/visits",
        lambda visit: {
            **{name: visit.text(name) for name in ("unit", "visited_on", "guidance")},
            **given(branch=visit.text("branch")),
        },
        "visit_recorded",
        {"unit": "请选择去了哪个单位。", "visited_on": "请选择哪一天去的。", "guidance": "请写明看了什么、要求了什么。"},
    ),
}


async def visits(visit: Visit) -> Response:
    """List visits to contact points, the latest first; a leader records one of their own."""
    outcome = await carry_out(visit, _SERVICE, RECORDING, "/supervision/visits")
    if outcome.response is not None:
        return outcome.response
    unit = visit.asked("unit") if may_issue(visit) else own_unit(visit)
    found, leaders = await together(listed(visit, _SERVICE, "/visits", unit=unit), listed(visit, "projects", "/leaders"))
    named = {leader["account"]: leader for leader in leaders.rows}
    rows = sorted(found.rows, key=lambda row: (str(row["visited_on"]), int(row["position"])), reverse=True)
    return await show(
        visit,
        "visits.html",
        "/visits",
        outcome.status,
        visits=found,
        rows=[{**row, "leader": named.get(row["leader"])} for row in rows],
        may_record="leader" in visit.roles,
        choices=units_of(visit),
        branches=visit.names.of_kind("branch"),
        told=told(visit, visited_on=visit.today.isoformat()),
        errors=outcome.errors,
        summary=outcome.summary(),
    )
