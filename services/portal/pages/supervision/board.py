"""The desk's first page, by deadline; and what nobody has taken, with its age."""

import itertools
from datetime import datetime

from starlette.responses import Response

from services.portal.pages.desk import known, listed, together
from services.portal.pages.supervision.common import lines, may_issue, own_unit, show
from services.portal.pages.visit import Visit
from services.portal.queries.desks import ages, titles, unclaimed, untaken
from shared.kernel.workdays import business_day

_WITHIN = {"overdue": (None, -1), "1": (0, 1), "3": (2, 3), "7": (4, 7), "later": (8, None)}
_AGES = {"to_3": "3 天以内", "to_7": "4 至 7 天", "to_15": "8 至 15 天", "more": "15 天以上"}
_SHOWN = 200
_CLIMBING = 20


async def board(visit: Visit) -> Response:
    """Show what is due, what is late, and what waits for somebody to move it up."""
    unit = "" if may_issue(visit) else own_unit(visit)
    notices, waiting, tasks = await together(
        listed(visit, "supervision", "/notices", status="issued", unit=unit),
        listed(visit, "supervision", "/watches", pages=1, status="waiting", unit=unit),
        listed(visit, "supervision", "/tasks", status="open", unit=unit),
    )
    rows = lines(visit, notices.rows)
    counts = {name: sum(_inside(row["left"], name) for row in rows) for name in _WITHIN}
    wanted = visit.asked("within")
    shown = [row for row in rows if _inside(row["left"], wanted)] if wanted in _WITHIN else rows
    async with visit.reading() as connection:
        names = await titles(connection, visit.county, known(waiting.rows[:_CLIMBING], "subject_id"))
        nobody = (await ages(connection, visit.county, visit.today))["total"] if may_issue(visit) else 0
    late_tasks = [task for task in tasks.rows if task["overdue"]]
    return await show(
        visit,
        "board.html",
        "",
        notices=notices,
        lines=shown[:_SHOWN],
        hidden=max(0, len(shown) - _SHOWN),
        total=len(rows),
        counts=counts,
        within=wanted if wanted in _WITHIN else "",
        waiting=waiting,
        climbing=waiting.rows[:_CLIMBING],
        names=names,
        tasks=tasks,
        late_tasks=late_tasks,
        nobody=nobody,
    )


def _inside(left: int, wanted: str) -> bool:
    least, most = _WITHIN[wanted]
    return (least is None or left >= least) and (most is None or left <= most)


async def unowned(visit: Visit) -> Response:
    """Show needs nobody handles and projects nobody claimed, by age: a first-class figure, for nothing else reminds of them."""
    running = itertools.product(("unowned-need", "unclaimed-project"), ("watching", "waiting"))
    lists = await together(*(listed(visit, "supervision", "/watches", subject=subject, status=status) for subject, status in running))
    async with visit.reading() as connection:
        counts = await ages(connection, visit.county, visit.today)
        needs, projects = await untaken(connection, visit.county), await unclaimed(connection, visit.county)
    climbing = {watch["subject_id"]: watch for found in lists for watch in found.rows}
    for rows, name, since in ((needs, "need_id", "submitted_at"), (projects, "project_id", "approved_at")):
        for row in rows:
            row["age"] = _age(visit, row[since])
            row["watch"] = climbing.get(str(row[name]))
    return await show(
        visit,
        "unowned.html",
        "/unowned",
        needs=needs,
        projects=projects,
        counts=counts,
        ages=_AGES,
        watches=next((found for found in lists if found.away), lists[0]),
    )


def _age(visit: Visit, since: datetime) -> int:
    return (visit.today - business_day(since)).days
