"""Units by items: what they got on an occasion, line by line open to who gave it and when."""

from collections.abc import Sequence

from starlette.responses import Response

from services.portal.pages.desk import Act, Rows, carry_out, given, listed, told, units_of
from services.portal.pages.history import history
from services.portal.pages.scoring.common import ITEMS, own, points, show
from services.portal.pages.visit import Visit

ACTS = {
    "score": Act(
        "/unit-scores",
        lambda visit: {
            "unit": visit.text("unit"),
            "occasion": visit.text("occasion"),
            "points": points(visit),
            **given(remark=visit.text("remark")),
        },
        "unit_scored",
        {"unit": "请选择单位。", "occasion": "请填写评分批次，例如 2021-11。"},
    ),
}


async def units(visit: Visit) -> Response:
    """Show the grid of units and items for an occasion; the office and inspectors score."""
    outcome = await carry_out(visit, "scoring", ACTS, "/scoring/units", occasion=visit.text("occasion"))
    if outcome.response is not None:
        return outcome.response
    found = await listed(visit, "scoring", "/unit-scores", unit=own(visit).get("unit", ""))
    occasions = sorted({row["occasion"] for row in found.rows}, reverse=True)
    occasion = visit.asked("occasion") if visit.asked("occasion") in occasions else next(iter(occasions), "")
    rows = _in_order(visit, [row for row in found.rows if row["occasion"] == occasion])
    before = {row["unit"]: row["total"] for row in found.rows if row["occasion"] == _before(occasions, occasion)}
    items = [item for item in ITEMS if any(item in (row["points"] or {}) for row in rows)] or list(ITEMS[:4])
    return await show(
        visit,
        "units.html",
        "/units",
        outcome.status,
        scores=found,
        rows=rows,
        before=before,
        items=items,
        means={item: _mean([row["points"][item] for row in rows if item in (row["points"] or {})]) for item in items},
        mean=_mean([row["total"] for row in rows]),
        occasions=occasions,
        occasion=occasion,
        sheet=visit.names.profile.get("score_sheet", {"items": [], "pass_mark": 0}),
        may_score=bool({"office", "inspector"} & set(visit.roles)),
        choices=units_of(visit),
        told=told(visit, unit=visit.asked("unit"), occasion=occasion or visit.today.strftime("%Y-%m")),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def unit_score(visit: Visit) -> Response:
    """Show one line of the grid: its sheet, its points, and every event behind it."""
    score_id = str(visit.request.path_params["score_id"])
    found = await listed(visit, "scoring", "/unit-scores", unit=own(visit).get("unit", ""))
    row = next((row for row in found.rows if row["id"] == score_id), None)
    if row is None:
        title = found.away or visit._("没有这条得分，请回到单位得分重新打开。")
        return await visit.show("refused.html", 503 if found.away else 404, title=title)
    return await show(visit, "unit_score.html", "/units", score=row, history=await history(visit, "scoring", f"/unit-scores/{score_id}"))


def _in_order(visit: Visit, rows: Rows) -> Rows:
    places = {code: place for place, code in enumerate(visit.names.units)}
    return sorted(rows, key=lambda row: places.get(row["unit"], len(places)))


def _before(occasions: Sequence[str], occasion: str) -> str:
    at = occasions.index(occasion) if occasion in occasions else len(occasions)
    return occasions[at + 1] if at + 1 < len(occasions) else ""


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
