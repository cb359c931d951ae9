"""Hearings: reports heard and commented on, and the tasks they gave."""

from collections.abc import Mapping

from starlette.responses import Response

from services.portal.pages.desk import Act, ask, carry_out, leaders, listed, missing, period, together, told, units_of
from services.portal.pages.supervision.common import may_issue, own_unit, show
from services.portal.pages.visit import Visit

_SERVICE = "supervision"
HOLDING = {
    "hold": Act(
        "/hearings",
        lambda visit: {name: visit.text(name) for name in ("title", "held_on", "chaired_by")},
        "hearing_held",
        {"title": "请写会议名称。", "held_on": "请选择开会日期。", "chaired_by": "请写明由谁主持。"},
    ),
}
_PATH = "/hearings/{hearing_id}"
ACTS: Mapping[str, Act] = {
    "report": Act(
        f"{_PATH}/reports",
        lambda visit: {"unit": visit.text("report_unit"), "report": visit.text("report"), "comment": visit.text("comment")},
        "report_heard",
        {"report_unit": "请选择汇报单位。", "report": "请记下汇报要点。", "comment": "请记下现场点评。"},
        {"unit": "report_unit"},
    ),
    "assign": Act(
        f"{_PATH}/tasks",
        lambda visit: {"unit": visit.text("task_unit"), "text": visit.text("task"), "within": period(visit, "within")},
        "task_assigned",
        {"task_unit": "请选择承办单位。", "task": "请写明要做什么。", "within": "请写明几天内完成。"},
        {"unit": "task_unit", "text": "task"},
    ),
}
DOING = {
    "complete": Act(
        "/hearings/{hearing_id}/tasks/{task_id}/complete",
        lambda visit: {"result": visit.text("result")},
        "task_completed",
        {"result": "请写明完成情况。"},
    ),
}


async def hearings(visit: Visit) -> Response:
    """List hearings; record one."""
    outcome = await carry_out(visit, _SERVICE, HOLDING, "/supervision/hearings/{id}")
    if outcome.response is not None:
        return outcome.response
    found, called = await together(listed(visit, _SERVICE, "/hearings"), leaders(visit))
    return await show(
        visit,
        "hearings.html",
        "/hearings",
        outcome.status,
        hearings=found,
        leaders=called,
        rows=list(reversed(found.rows)),
        may_hold=bool({"office", "leader"} & set(visit.roles)),
        told=told(visit, held_on=visit.today.isoformat()),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def hearing(visit: Visit) -> Response:
    """Show a hearing's reports and tasks; take more."""
    hearing_id = str(visit.request.path_params["hearing_id"])
    outcome = await carry_out(visit, _SERVICE, ACTS, f"/supervision/hearings/{hearing_id}")
    if outcome.response is not None:
        return outcome.response
    found, given, called = await together(
        ask(visit, _SERVICE, f"/hearings/{hearing_id}"), listed(visit, _SERVICE, "/tasks", hearing_id=hearing_id), leaders(visit)
    )
    if not found.ok:
        return await missing(visit, found)
    return await show(
        visit,
        "hearing.html",
        "/hearings",
        outcome.status,
        hearing=found.data,
        leaders=called,
        tasks=given,
        choices=units_of(visit),
        may_hold=bool({"office", "leader"} & set(visit.roles)),
        told=told(visit, within="7"),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def tasks(visit: Visit) -> Response:
    """List what hearings gave to do, what is due first first; a unit says how its own was done."""
    outcome = await carry_out(visit, _SERVICE, DOING, "/supervision/tasks")
    if outcome.response is not None:
        return outcome.response
    unit = "" if may_issue(visit) else own_unit(visit)
    status = visit.asked("status", "open")
    found = await listed(visit, _SERVICE, "/tasks", status=status if status in {"open", "done"} else "", unit=unit)
    rows = sorted(found.rows, key=lambda row: str(row["due_on"]))
    chosen = next((row for row in rows if row["id"] == (visit.text("task_id") or visit.asked("task"))), None)
    return await show(
        visit,
        "tasks.html",
        "/tasks",
        outcome.status,
        tasks=found,
        rows=rows,
        view=status,
        chosen=chosen,
        told=told(visit),
        errors=outcome.errors,
        summary=outcome.summary(),
    )
