"""The annual assessment: run from what happened, shown by rank, and one run beside another under other rules."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Act, Rows, ask, carry_out, given, listed, number, together, told, units_of
from services.portal.pages.history import history
from services.portal.pages.scoring.common import show
from services.portal.pages.visit import Visit

ACTS = {
    "assess": Act(
        "/assessments",
        lambda visit: {
            "year": number(visit, "year"),
            "subject": "person" if visit.text("unit") else "unit",
            **given(unit=visit.text("unit"), profile_version=visit.text("profile_version")),
        },
        "year_assessed",
        {"year": "请填写年度。"},
    ),
}


async def annual(visit: Visit) -> Response:
    """List every run of every year; the office assesses a year, under today's rules or those of another version."""
    outcome = await carry_out(visit, "scoring", ACTS, "/scoring/annual/{id}")
    if outcome.response is not None:
        return outcome.response
    found, profiles = await together(listed(visit, "scoring", "/assessments"), listed(visit, "projects", "/profiles"))
    versions = [row["version_code"] for row in profiles.rows if row["profile"].get("annual")]
    return await show(
        visit,
        "annual.html",
        "/annual",
        outcome.status,
        runs=found,
        rows=list(reversed(found.rows)),
        versions=versions,
        profiles=profiles,
        choices=units_of(visit),
        told=told(visit, year=visit.today.year),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def assessment(visit: Visit) -> Response:
    """Show the places of one run, beside those of another where one is named; every line with its two counts."""
    assessment_id = str(visit.request.path_params["assessment_id"])
    found = await listed(visit, "scoring", "/assessments")
    runs = [row for row in found.rows if row["id"] == assessment_id]
    if not runs:
        title = found.away or visit._("没有这次考核，请回到年度考核重新打开。")
        return await visit.show("refused.html", 503 if found.away else 404, title=title)
    by_run = {str(row["run"]): row for row in runs}
    run = visit.asked("run") if visit.asked("run") in by_run else str(runs[-1]["run"])
    other = visit.asked("other") if visit.asked("other") in by_run and visit.asked("other") != run else ""
    wanted = [run, *([other] if other else [])]
    path = f"/assessments/{assessment_id}/results"
    results = await together(*(listed(visit, "scoring", path, run=each) for each in wanted))
    chosen = await ask(visit, "scoring", path, run=run, code=visit.asked("code")) if visit.asked("code") else None
    return await show(
        visit,
        "assessment.html",
        "/annual",
        runs=runs,
        at=by_run[run],
        other=by_run.get(other),
        results=results[0],
        rows=_rows(results[0].rows, results[1].rows if other else []),
        measures=[item["measure"] for item in by_run[run]["rules"]["items"]],
        chosen=next(iter(chosen.data.get("items", ())), None) if chosen is not None else None,
        history=await history(visit, "scoring", f"/assessments/{assessment_id}"),
    )


def _rows(results: Rows, others: Rows) -> Rows:
    """Return the places in their order, each with its place in the other run."""
    beside: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in others}
    return [{**row, "by": {line["measure"]: line for line in row["lines"]}, "beside": beside.get(row["id"])} for row in results]
