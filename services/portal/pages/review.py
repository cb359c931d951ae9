"""The review desk: proposals with their clock, the need beside the project, three principles with reasons, spot checks."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit, an_id
from services.portal.queries.needs import some
from services.portal.queries.projects import project, to_review

REVIEWERS = ("branch", "unit", "office")
PRINCIPLES = ("urgent-need", "within-power", "rooted-in-post")
_PAGE = 30


async def queue(visit: Visit) -> Response:
    """Show what waits for this tier's review, and the spot checks there were."""
    if visit.posted:
        unit = visit.text("unit")
        answer = await visit.command("projects", "/spot-checks", {"unit": unit} if unit else {})
        if answer.ok:
            return visit.go(f"/review/checks/{answer.data['id']}", answer, "projects", said="done")
        visit.refused(answer)
    after, status = visit.asked("after_item"), visit.asked("status", "proposed")
    async with visit.reading() as connection:
        rows = await to_review(
            connection,
            visit.county,
            [role for role in visit.roles if role in REVIEWERS],
            {"status": status, **_own(visit)},
            after=int(after) if after.isdecimal() else 0,
            count=_PAGE,
        )
    checks = await visit.get("projects", "/spot-checks", limit="20") if set(visit.roles) & {"unit", "office"} else Answer(200)
    following = rows[-1]["position"] if len(rows) == _PAGE else None
    return await visit.show("review.html", rows=rows, next=following, standing=status, checks=checks, today=visit.today)


async def judge(visit: Visit) -> Response:
    """Show a proposal beside its needs and what was said of it before; take the verdicts."""
    project_id = an_id(visit.request.path_params["project_id"])
    typed: dict[str, str] = {}
    if project_id is not None and visit.posted:
        answer = await visit.command("projects", f"/projects/{project_id}/review", {"verdicts": verdicts(visit)})
        if answer.ok:
            return visit.go("/review", answer, "projects", said="reviewed")
        visit.refused(answer)
        typed = {name: value for name, value in visit.form.items() if isinstance(value, str)}
    async with visit.reading() as connection:
        shown = None if project_id is None else await project(connection, visit.county, project_id)
        needs = [] if shown is None else await some(connection, visit.county, [UUID(each) for each in shown["need_ids"] or ()])
    if shown is None:
        return await visit.show("refused.html", 404, title=visit._("没有这个项目。请从审核台打开。"))
    before = await visit.get("projects", f"/projects/{project_id}/submissions")
    return await visit.show(
        "judge.html",
        each=shown,
        needs=needs,
        submissions=before.data.get("items", ()),
        principles=PRINCIPLES,
        typed=typed,
        action=visit.address(f"/review/{project_id}"),
        today=visit.today,
    )


async def check(visit: Visit) -> Response:
    """Show a spot check with its seed, so that anybody can draw it again; the office judges what was drawn."""
    check_id = an_id(visit.request.path_params["check_id"])
    if check_id is not None and visit.posted:
        judged = an_id(visit.text("project_id"))
        answer = await visit.command("projects", f"/spot-checks/{check_id}/projects/{judged}/review", {"verdicts": verdicts(visit)})
        if answer.ok:
            return visit.go(f"/review/checks/{check_id}", answer, "projects", said="reviewed")
        visit.refused(answer)
    found = Answer(404) if check_id is None else await visit.get("projects", f"/spot-checks/{check_id}")
    if not found.ok:
        return await visit.show("refused.html", found.status, title=found.title or visit._("没有这次抽查。请从审核台打开。"))
    chosen = an_id(visit.asked("project"))
    drawn_ids = [UUID(str(each)) for each in found.data.get("project_ids", ())]
    async with visit.reading() as connection:
        drawn = [one for project_id in drawn_ids if (one := await project(connection, visit.county, project_id)) is not None]
        shown = next((each for each in drawn if each["project_id"] == chosen), None)
        needs = [] if shown is None else await some(connection, visit.county, [UUID(each) for each in shown["need_ids"] or ()])
    return await visit.show("check.html", check=found.data, drawn=drawn, each=shown, needs=needs, principles=PRINCIPLES, today=visit.today)


def verdicts(visit: Visit) -> list[dict[str, Any]]:
    """Return what a form says of the three principles."""
    return [
        {"principle": principle, "met": visit.text(f"met-{principle}") == "yes", "reason": visit.text(f"reason-{principle}")}
        for principle in PRINCIPLES
    ]


def _own(visit: Visit) -> dict[str, str | None]:
    """Return whose proposals a reviewer is shown: a branch's and a unit's are their own."""
    actor = visit.signed_in.principal.actor if visit.signed_in is not None else None
    if actor is None or actor.has("office"):
        return {}
    return {"unit": actor.unit, "branch": actor.branch if actor.has("branch") and not actor.has("unit") else None}


PAGES = (
    Page("/c/{county}/review", queue, roles=REVIEWERS),
    Page("/c/{county}/review/{project_id}", judge, roles=REVIEWERS),
    Page("/c/{county}/review/checks/{check_id}", check, roles=("unit", "office", "leader", "inspector", "auditor")),
)
