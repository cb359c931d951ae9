"""One verification: materials, points by the county's sheet, and the tier's verdict."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Act, Outcome, Told, ask, carry_out, given, leaders, missing, told
from services.portal.pages.history import history
from services.portal.pages.scoring.common import account, own, points, show
from services.portal.pages.visit import Visit
from services.portal.queries.projects import project

_MATERIALS = 20
_PATH = "/verifications/{project_id}"


def _seen(visit: Visit) -> Mapping[str, Any]:
    rows = ((visit.text(f"material_{n}"), visit.text(f"remark_{n}")) for n in range(_MATERIALS))
    return {"seen": [{"material": material, "remark": remark} for material, remark in rows if material and remark]}


ACTS: Mapping[str, Act] = {
    "materials": Act(f"{_PATH}/materials", _seen, "materials_checked"),
    "score": Act(
        f"{_PATH}/score",
        lambda visit: {"points": points(visit), **given(remark=visit.text("score_remark"))},
        "scored",
        {},
        {"remark": "score_remark"},
    ),
    "sign_off": Act(f"{_PATH}/sign-off", said="signed_off"),
    "refuse": Act(
        f"{_PATH}/refuse",
        lambda visit: {"reason": visit.text("refuse_reason"), **given(redo=visit.text("redo"))},
        "refused",
        {"refuse_reason": "请写明为什么不予销号。", "redo": "请写明要重新办什么。"},
        {"reason": "refuse_reason"},
    ),
}


async def verification(visit: Visit) -> Response:
    """Show one verification with its rounds; take what its scorers and its tier find."""
    project_id = visit.request.path_params["project_id"]
    found = await ask(visit, "scoring", f"/verifications/{project_id}")
    if not found.ok:
        return await missing(visit, found)
    row, mine = found.data, own(visit)
    if (mine.get("unit") and row["unit"] != mine["unit"]) or (mine.get("branch") and row["branch"] != mine["branch"]):
        title = visit._("这个项目属于其他单位或支部，请由它的验收单位办理。")
        return await visit.show("refused.html", 403, title=title)
    outcome = await _carried(visit, row)
    if outcome.response is not None:
        return outcome.response
    if visit.posted and outcome.status >= 400:  # noqa: PLR2004 - HTTP: what was refused may have changed meanwhile
        again = await ask(visit, "scoring", f"/verifications/{project_id}")
        row = again.data if again.ok else row
    round_ = _current(row)
    async with visit.reading() as connection:
        card = await project(connection, visit.county, project_id)
    closing = round_.get("closing") or {}
    return await show(
        visit,
        "verification.html",
        "",
        outcome.status,
        verification=row,
        round=round_,
        earlier=[each for each in row["rounds"] if each["round"] != row["round"]],
        closing=closing,
        leaders=await leaders(visit) if row.get("claimant_role") == "leader" else {},
        missing_materials=[each for each in closing.get("materials", ()) if each not in (round_.get("seen") or {})],
        card=card,
        proposed={each["item"]: each for each in row["proposed"]},
        is_tier=row["tier"] in visit.roles,
        may_score=bool({row["tier"], "inspector"} & set(visit.roles)),
        has_scored=_has_scored(visit, round_),
        told=told(visit),
        errors=outcome.errors,
        summary=outcome.summary(),
        history=await history(visit, "scoring", f"/verifications/{project_id}"),
    )


async def _carried(visit: Visit, row: Mapping[str, Any]) -> Outcome:
    """Carry out a form; where two score, somebody else than them signs off."""
    act = visit.text("act")
    if act == "sign_off" and _apart(visit, row):
        visit.said.append({"kind": "error", "text": visit._("您是评分人之一，请由另一位同志销号；评分都在，不用重打。")})
        return Outcome(status=409)
    if act == "materials" and not _seen(visit)["seen"]:
        return Outcome(status=422, errors=Told({"remark_0": visit._("请至少写明一项材料看到了什么。")}))
    if act == "score" and not points(visit):
        return Outcome(status=422, errors=Told({"points_materials": visit._("请按评分表打分。")}))
    return await carry_out(visit, "scoring", ACTS, f"/scoring/verifications/{visit.request.path_params['project_id']}")


def _apart(visit: Visit, row: Mapping[str, Any]) -> bool:
    """Tell whether the county wants two scorers, and the visitor is one of them."""
    round_ = _current(row)
    return (round_.get("closing") or {}).get("scorers", 1) > 1 and _has_scored(visit, round_)


def _current(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each for each in row["rounds"] if each["round"] == row["round"]), {})


def _has_scored(visit: Visit, round_: Mapping[str, Any]) -> bool:
    return account(visit) in {score["scored_by"] for score in round_.get("scores") or ()}
