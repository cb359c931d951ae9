"""Look-backs: drawn so that anybody can draw again, and what each revisit found."""

from collections.abc import Mapping

from starlette.responses import Response

from services.portal.pages.desk import Act, ask, carry_out, given, listed, missing, together, told, units_of
from services.portal.pages.scoring.common import show
from services.portal.pages.visit import Visit

DRAWING = {
    "draw": Act(
        "/look-backs",
        lambda visit: {
            **{name: visit.text(name) for name in ("since", "until", "seed")},
            **given(unit=visit.text("unit"), level=visit.text("level")),
        },
        "look_back_drawn",
        {"since": "请选择起始日。", "until": "请选择截止日。", "seed": "请填写事先公开的种子，例如当天开奖号码。"},
    ),
}
JUDGING: Mapping[str, Act] = {
    "confirm": Act(
        "/verifications/{item}/confirm",
        lambda visit: {"look_back_id": str(visit.request.path_params["look_back_id"]), "remark": visit.text("remark")},
        "sign_off_confirmed",
        {"remark": "请写明回访看到什么。"},
    ),
    "revoke": Act(
        "/verifications/{item}/revoke",
        lambda visit: {"look_back_id": str(visit.request.path_params["look_back_id"]), "reason": visit.text("reason")},
        "sign_off_revoked",
        {"reason": "请写明哪里不属实。"},
    ),
}


async def look_backs(visit: Visit) -> Response:
    """List draws; the office draws a period that is over."""
    outcome = await carry_out(visit, "scoring", DRAWING, "/scoring/look-backs")
    if outcome.response is not None:
        return outcome.response
    found = await listed(visit, "scoring", "/look-backs")
    return await show(
        visit,
        "look_backs.html",
        "/look-backs",
        outcome.status,
        draws=found,
        rows=list(reversed(found.rows)),
        percent=visit.names.profile.get("closing", {}).get("look_back_percent", 10),
        choices=units_of(visit),
        levels=visit.names.profile.get("levels", ()),
        told=told(visit),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


async def look_back(visit: Visit) -> Response:
    """Show a draw and its projects; take what a revisit found."""
    look_back_id = str(visit.request.path_params["look_back_id"])
    here = f"/scoring/look-backs/{look_back_id}"
    outcome = await carry_out(visit, "scoring", JUDGING, here)
    if outcome.response is not None:
        return outcome.response
    found, items = await together(
        ask(visit, "scoring", f"/look-backs/{look_back_id}"), listed(visit, "scoring", f"/look-backs/{look_back_id}/items")
    )
    if not found.ok:
        return await missing(visit, found)
    wanted = visit.text("item") or visit.asked("item")
    return await show(
        visit,
        "look_back.html",
        "/look-backs",
        outcome.status,
        draw=found.data,
        drawn=items,
        chosen=next((row for row in items.rows if row["id"] == wanted), None),
        may_judge=bool({"office", "inspector"} & set(visit.roles)),
        told=told(visit),
        errors=outcome.errors,
        summary=outcome.summary(),
    )
