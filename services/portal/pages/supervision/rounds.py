"""Rounds of roving guidance and inspection: planned, visited, found, concluded, closed."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Act, ask, away, carry_out, given, listed, missing, ticked, together, told, units_of
from services.portal.pages.history import history
from services.portal.pages.supervision.common import show
from services.portal.pages.visit import Visit
from services.portal.queries.desks import held_by

KINDS = ("roving-guidance", "spot-check", "special-inspection")
SEVERITIES = ("minor", "serious", "grave")
_SERVICE = "supervision"


def _opened(visit: Visit) -> Mapping[str, Any]:
    team = visit.text("team").replace("，", " ").replace(",", " ").split()
    told_of = {name: visit.text(name) for name in ("kind", "title", "plan", "first_on", "last_on")}
    return told_of | {"team": team, "units": ticked(visit, "to")}


OPENING = {
    "open": Act(
        "/rounds",
        _opened,
        "round_opened",
        {
            "title": "请写明这一轮的名称。",
            "plan": "请写明查什么、怎么查。",
            "team": "请填写组员账号。",
            "first_on": "请选择开始日。",
            "last_on": "请选择结束日。",
        },
        {"units": "to"},
    ),
}
_PATH = "/rounds/{round_id}"
ACTS: Mapping[str, Act] = {
    "inspect": Act(
        f"{_PATH}/inspections",
        lambda visit: {"unit": visit.text("unit"), "inspected_on": visit.text("inspected_on")},
        "inspected",
        {"inspected_on": "请选择到单位的日期。"},
    ),
    "find": Act(
        f"{_PATH}/findings",
        lambda visit: {
            "unit": visit.text("unit"),
            "severity": visit.text("severity"),
            "text": visit.text("finding_text"),
            **given(project_id=visit.text("project_id")),
        },
        "finding_recorded",
        {"severity": "请选择问题轻重。", "finding_text": "请写明看到什么、在哪里、依据是什么。"},
        {"text": "finding_text"},
    ),
    "conclude": Act(
        f"{_PATH}/conclusions",
        lambda visit: {"unit": visit.text("unit"), "text": visit.text("conclusion")},
        "concluded",
        {"conclusion": "请写明反馈给单位的结论。"},
        {"text": "conclusion"},
    ),
    "leave": Act(
        "/findings/{finding_id}/leave",
        lambda visit: {"reason": visit.text("leave_reason")},
        "finding_left",
        {"leave_reason": "请写明为什么不用处理。"},
        {"reason": "leave_reason"},
    ),
    "close": Act(
        f"{_PATH}/close",
        lambda visit: {"leaving_open": ticked(visit, "open"), **given(reason=visit.text("close_reason"))},
        "round_closed",
        {},
        {"reason": "close_reason"},
    ),
}


async def rounds(visit: Visit) -> Response:
    """List rounds, how often each unit was visited this year, and whether what is regular took place."""
    found, visits, cadence = await together(
        listed(visit, _SERVICE, "/rounds"),
        visit.get(_SERVICE, "/inspections", year=visit.today.year),
        listed(visit, _SERVICE, "/cadence"),
    )
    recent = sorted(cadence.rows, key=lambda row: str(row["due_on"]), reverse=True)[:12]
    return await show(
        visit,
        "rounds.html",
        "/rounds",
        rounds=found,
        rows=list(reversed(found.rows)),
        visits=visits.data.get("rows", ()),
        visits_away="" if visits.ok else away(visit, visits),
        cadence=recent,
        regular=cadence,
    )


async def new_round(visit: Visit) -> Response:
    """Plan a round: who goes, where to, what for."""
    outcome = await carry_out(visit, _SERVICE, OPENING, "/supervision/rounds/{id}")
    if outcome.response is not None:
        return outcome.response
    visits = await visit.get(_SERVICE, "/inspections", year=visit.today.year)
    counts = {row["unit"]: row["visits"] for row in visits.data.get("rows", ())}
    return await show(
        visit,
        "round_new.html",
        "/rounds",
        outcome.status,
        kinds=KINDS,
        choices=units_of(visit),
        counts=counts,
        told=told(visit, kind="roving-guidance"),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def one_round(visit: Visit) -> Response:
    """Show a round unit by unit; take visits, findings, conclusions, and its close."""
    round_id = str(visit.request.path_params["round_id"])
    here = f"/supervision/rounds/{round_id}"
    outcome = await carry_out(visit, _SERVICE, ACTS, here, unit=visit.text("unit"))
    if outcome.response is not None:
        return outcome.response
    found, findings = await together(ask(visit, _SERVICE, f"/rounds/{round_id}"), listed(visit, _SERVICE, "/findings", round_id=round_id))
    if not found.ok:
        return await missing(visit, found)
    units = found.data["units"]
    chosen = visit.text("unit") or visit.asked("unit")
    async with visit.reading() as connection:
        projects = await held_by(connection, visit.county, chosen, visit.today)
    return await show(
        visit,
        "round.html",
        "/rounds",
        outcome.status,
        round=found.data,
        places=units,
        chosen=next((unit for unit in units if unit["unit"] == chosen), None),
        findings=findings,
        open_findings=[row for row in findings.rows if row["status"] == "open"],
        severities=SEVERITIES,
        projects=projects,
        told=told(visit, inspected_on=visit.today.isoformat()),
        errors=outcome.errors,
        summary=outcome.summary(),
        history=await history(visit, _SERVICE, f"/rounds/{round_id}"),
    )
