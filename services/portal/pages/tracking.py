"""Following a need with a query code: how far it is, more, photos, rating and thanks; the proof to keep."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from services.portal.pages.filters import day
from services.portal.pages.photos import attach
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit, an_id

RATINGS: Mapping[str, str] = {
    "5": "very-satisfied",
    "4": "satisfied",
    "3": "basically-satisfied",
    "2": "dissatisfied",
    "1": "very-dissatisfied",
}
_ORDER = ("submitted", "accepted", "routed", "project-made", "claimed", "completed", "signed-off", "answered")


async def track(visit: Visit) -> Response:
    """Show whoever holds a query code how far their need is; take a rating, more, or thanks."""
    code = "".join((visit.text("code") if visit.posted else visit.asked("code")).upper().split())
    if not code:
        return await visit.show("track.html", code="", found=None, errors={}, items=(), order=_ORDER)
    if visit.posted and (answer := await _said(visit, code)) is not None:
        if answer.ok:
            done = {"rate": "rated", "more": "more", "thank": "rated", "photo": "photo", "unphoto": "photo_removed"}[visit.text("act")]
            return visit.go("/track", answer, "intake", code=code, said=done)
        visit.refused(answer)
    params = {"min_position": visit.after("intake")}
    found = await visit.site.services.get("intake", f"/v1/{visit.county}/tracking/{code}", None, params=params, language=visit.language)
    if not found.ok:
        missing = visit._("没有找到这个查询码。请对照回执再输一遍：字母和数字共 26 位，不分大小写。")
        errors = {"code": missing if found.status == 404 else found.title or visit._("查询服务暂时没有回应，请过一会儿再查。")}  # noqa: PLR2004 - HTTP
        return await visit.show("track.html", 404 if found.status == 404 else 503, code=code, found=None, errors=errors, items=(), order=())  # noqa: PLR2004
    return await visit.show("track.html", code=code, found=found.data, errors={}, items=_timeline(visit, found.data), order=_ORDER)


async def _said(visit: Visit, code: str) -> Answer | None:
    """Carry out what a holder of a query code asks for; None where nothing was asked."""
    need_id, act = an_id(visit.text("need_id")), visit.text("act")
    text = visit.text("text")[:1_000] or None
    acts: dict[str, tuple[str, dict[str, Any]]] = {
        "rate": ("rate", {"code": code, "rating": RATINGS.get(visit.text("rating"), ""), "text": text}),
        "more": ("more", {"code": code, "text": text or ""}),
        "thank": ("thank", {"code": code, "text": text or ""}),
        "unphoto": (f"photos/{an_id(visit.text('photo_id'))}/remove", {"code": code}),
    }
    if act not in {"photo", *acts}:
        return None
    visit.spoken()
    if act == "photo":
        return await attach(visit, str(need_id), code)
    path, body = acts[act]
    return await visit.site.services.command(
        "intake",
        f"/v1/{visit.county}/tracking/{need_id}/{path}",
        None,
        body,
        key=visit.text("idempotency_key") or None,
        language=visit.language,
    )


def _timeline(visit: Visit, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the steps there were, and those still to come, as the page shows them."""
    _ = visit._
    names = {
        "submitted": _("已收到"),
        "accepted": _("已受理"),
        "more-asked": _("请您补充"),
        "merged": _("与相同诉求合并办理"),
        "routed": _("已交办"),
        "project-made": _("已立为实事项目"),
        "claimed": _("已有人认领"),
        "completed": _("已办完，等待验收"),
        "signed-off": _("验收通过，已销号"),
        "answered": _("已答复"),
        "declined": _("已说明情况"),
    }
    items: list[dict[str, Any]] = []
    for step in found["steps"]:
        note = _("承诺在 {day}前办完").format(day=day(step["promised_by"])) if step.get("promised_by") else ""
        who = visit.names.of(step.get("unit")) if step.get("unit") else ""
        items.append({"text": names[step["step"]], "at": day(step["on"]), "state": "done", "who": who, "note": note})
    if items:
        last = found["steps"][-1]["step"]
        if last not in {"answered", "declined"}:
            items[-1]["state"] = "now"
            items += [{"text": names["answered"], "at": "", "state": "todo", "who": "", "note": ""}]
    return items


async def proof(visit: Visit) -> Response:
    """Hand out the proof that what was said stands in the county's log: a file to keep."""
    code = visit.request.path_params["code"]
    found = await visit.site.services.get("intake", f"/v1/{visit.county}/tracking/{code}/proof", None, language=visit.language)
    if not found.ok:
        return await visit.show("refused.html", found.status, title=found.title or visit._("证明还没有生成，请过几秒再试。"))
    headers = {"Content-Disposition": f'attachment; filename="{visit.county}-{code[:6]}.tlog-proof"', "Cache-Control": "no-store"}
    return Response(found.content, media_type="application/octet-stream", headers=headers)


PAGES = (
    Page("/c/{county}/track", track),
    Page("/c/{county}/track/{code}/proof", proof, methods=("GET",)),
)
