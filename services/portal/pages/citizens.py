"""What everybody may use: the county's home, saying what is needed, following it, rating it, the wall of promises."""

from collections.abc import Mapping, Sequence
from typing import Any

import segno
from starlette.responses import Response

from services.portal.login.oidc import LoginFailed
from services.portal.pages.filters import day
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit
from services.portal.queries.figures import funnel, share
from services.portal.queries.needs import stories, wishes
from services.portal.queries.projects import pledges

KINDS = ("need", "micro-wish", "opinion")
RATINGS: Mapping[str, str] = {
    "5": "very-satisfied",
    "4": "satisfied",
    "3": "basically-satisfied",
    "2": "dissatisfied",
    "1": "very-dissatisfied",
}
_STEPS = ("what", "where", "who")
_TITLE_MOST, _DETAIL_MOST, _NAME_MOST = 100, 2_000, 50
_PHONE_DIGITS = range(7, 14)
_SIMILAR = 3
_MAY_SUBMIT = {"citizen", "clerk", "member", "branch", "unit", "office", "leader"}
_WALL = 24
_ORDER = ("submitted", "accepted", "routed", "project-made", "claimed", "completed", "signed-off", "answered")


async def home(visit: Visit) -> Response:
    """Show what can be done here and how far the county is."""
    async with visit.reading() as connection:
        figures = await funnel(connection, visit.county, visit.today)
        done = await stories(connection, visit.county, 6)
        promised, _ = await pledges(connection, visit.county, {}, None, 4)
    satisfied = share(figures["satisfied"], figures["rated"])
    return await visit.show("home.html", figures=figures, satisfied=satisfied, stories=done, pledges=promised, today=visit.today)


async def new(visit: Visit) -> Response:
    """Take a need in three steps: what, where, who; whole without scripts, nothing typed is lost on the way back."""
    step = visit.text("step", "what") if visit.posted else "what"
    told = {name: visit.text(name) for name in ("kind", "title", "detail", "town", "name", "phone", "call_id", "share")}
    told["kind"] = told["kind"] if told["kind"] in KINDS else "need"
    if not visit.posted or visit.text("back"):
        return await _ask(visit, visit.text("back") or "what", told, {})
    errors = _errors(visit, step, told)
    if errors or step not in _STEPS:
        return await _ask(visit, step if step in _STEPS else "what", told, errors)
    if step != "who":
        return await _ask(visit, _STEPS[_STEPS.index(step) + 1], told, {})
    return await _submit(visit, told)


async def _ask(visit: Visit, step: str, told: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    similar: Sequence[Mapping[str, Any]] = ()
    if step == "where" and told["title"]:
        found = await visit.site.services.get(
            "intake",
            f"/v1/{visit.county}/needs/similar",
            await _carrier(visit),
            params={"text": f"{told['title']} {told['detail']}"[:_DETAIL_MOST], "kind": told["kind"]},
            language=visit.language,
        )
        similar = [item for item in found.data.get("items", ()) if item["status"] not in {"answered", "declined"}][:_SIMILAR]
    towns = visit.names.of_kind("town")
    number = _STEPS.index(step) + 1 if step in _STEPS else 1
    status = 422 if errors else 200
    return await visit.show("new.html", status, step=step, number=number, told=told, errors=errors, similar=similar, towns=towns)


def _errors(visit: Visit, step: str, told: Mapping[str, str]) -> dict[str, str]:
    """Return by field what is to be corrected."""
    match step:
        case "where":
            known = {unit["code"] for unit in visit.names.of_kind("town")}
            return {} if told["town"] in known else {"town": visit._("请选择所在乡镇，不清楚时选最近的。")}
        case "who" if told["title"]:
            return _person_errors(visit, told)
        case _:
            return _what_errors(visit, told)


def _what_errors(visit: Visit, told: Mapping[str, str]) -> dict[str, str]:
    _, errors = visit._, {}
    if not told["title"]:
        errors["title"] = _("请用一句话写明是什么事。")
    elif len(told["title"]) > _TITLE_MOST:
        errors["title"] = _("标题请在 {most} 字以内，细节写在下面。").format(most=_TITLE_MOST)
    if not told["detail"]:
        errors["detail"] = _("请写明具体情况：在哪里、什么时候开始、影响了谁。")
    elif len(told["detail"]) > _DETAIL_MOST:
        errors["detail"] = _("请在 {most} 字以内写完，现在有 {have} 字。").format(most=_DETAIL_MOST, have=len(told["detail"]))
    return errors


def _person_errors(visit: Visit, told: Mapping[str, str]) -> dict[str, str]:
    _, errors = visit._, {}
    if len(told["name"]) > _NAME_MOST:
        errors["name"] = _("姓名请在 {most} 字以内。").format(most=_NAME_MOST)
    if told["phone"] and not told["name"]:
        errors["name"] = _("留了电话，请也写上称呼，方便回访；不想留名，请把电话也空着。")
    digits = _digits(told["phone"])
    if told["phone"] and not (digits.isascii() and digits.isdecimal() and len(digits) in _PHONE_DIGITS):
        errors["phone"] = _("电话请写 7 到 13 位数字。")
    return errors


def _digits(phone: str) -> str:
    return phone.replace(" ", "").replace("-", "")


async def _submit(visit: Visit, told: Mapping[str, str]) -> Response:
    token = await _carrier(visit)
    body: dict[str, Any] = {name: told[name] for name in ("kind", "title", "detail", "town")}
    clerk = "clerk" in visit.roles
    body |= {"channel": "counter" if clerk else "website", "petitioner": _petitioner(told), "on_behalf": clerk and bool(told["name"])}
    if told["call_id"]:
        body["call_id"] = told["call_id"]
    answer = await visit.command("intake", "/needs", body, token=token)
    if not answer.ok:
        visit.refused(answer)
        return await _ask(visit, "who", told, {name: text for name, text in answer.fields.items() if name in told})
    return await _receipt(visit, answer, token)


def _petitioner(told: Mapping[str, str]) -> dict[str, Any] | None:
    if not told["name"]:
        return None
    person: dict[str, Any] = {"name": told["name"], "share_with_unit": told["share"] == "1"}
    return {**person, "phone": _digits(told["phone"])} if told["phone"] else person


async def join(visit: Visit) -> Response:
    """Say that one needs the same as a need that is there."""
    token = await _carrier(visit)
    told = {name: visit.text(name) for name in ("name", "phone", "share")}
    clerk = "clerk" in visit.roles
    body = {"channel": "counter" if clerk else "website", "petitioner": _petitioner(told), "on_behalf": clerk}
    answer = await visit.command("intake", f"/needs/{visit.request.path_params['need_id']}/join", body, token=token)
    if not answer.ok:
        return await visit.show("refused.html", answer.status, title=answer.title)
    return await _receipt(visit, answer, token)


async def _receipt(visit: Visit, answer: Answer, token: str) -> Response:
    """Show the receipt of what was just said; it is shown once, so it comes with the answer and not after it."""
    need_id, position, own = answer.data["id"], str(answer.data["position"]), token == visit.token
    found = await visit.site.services.get(
        "intake",
        f"/v1/{visit.county}/needs/{need_id}/receipts",
        token,
        params={"min_position": position, **({} if own else {"after": str(int(position) - 1), "limit": "1"})},
        language=visit.language,
    )
    items = found.data.get("items", ())
    # Nobody else's: the portal's own token holds the receipts of everybody who did not sign in. One's own voice may be from before.
    receipt = next((item for item in items if item["position"] == position), items[-1] if own and items else None)
    if receipt is None:
        visit.refused(found)
        return await visit.show("receipt.html", receipt=None, qr="", address="")
    address = visit.site.public_url + visit.address("/track", code=receipt["code"])
    return await visit.show("receipt.html", 201, receipt=receipt, qr=qr(address), address=visit.address("/track", code=receipt["code"]))


def qr(text: str) -> str:
    """Return a QR code as SVG that stands in a page."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=1, border=2, omitsize=True))


async def _carrier(visit: Visit) -> str:
    """Return the token that carries in what somebody says: their own where it may, otherwise the portal's for visitors."""
    token = visit.token
    if token is not None and set(visit.roles) & _MAY_SUBMIT:
        return token
    try:
        return await visit.site.provider.visitor(visit.county)
    except LoginFailed:
        return ""


async def track(visit: Visit) -> Response:
    """Show whoever holds a query code how far their need is; take a rating, more, or thanks."""
    code = "".join((visit.text("code") if visit.posted else visit.asked("code")).upper().split())
    if not code:
        return await visit.show("track.html", code="", found=None, errors={}, items=(), order=_ORDER)
    if visit.posted and (answer := await _said(visit, code)) is not None:
        if answer.ok:
            done = {"rate": "rated", "more": "more", "thank": "rated"}[visit.text("act")]
            return visit.go("/track", answer, "intake", code=code, said=done)
        visit.refused(answer)
    params = {"min_position": visit.asked("after").partition("@")[2]} if visit.asked("after") else {}
    found = await visit.site.services.get("intake", f"/v1/{visit.county}/tracking/{code}", None, params=params, language=visit.language)
    if not found.ok:
        missing = visit._("没有找到这个查询码。请对照回执再输一遍：字母和数字共 25 位，不分大小写。")
        errors = {"code": missing if found.status == 404 else found.title or visit._("查询服务暂时没有回应，请过一会儿再查。")}  # noqa: PLR2004 - HTTP
        return await visit.show("track.html", 404 if found.status == 404 else 503, code=code, found=None, errors=errors, items=(), order=())  # noqa: PLR2004
    return await visit.show("track.html", code=code, found=found.data, errors={}, items=_timeline(visit, found.data), order=_ORDER)


async def _said(visit: Visit, code: str) -> Answer | None:
    """Carry out what a holder of a query code asks for; None where nothing was asked."""
    need_id, act = visit.text("need_id"), visit.text("act")
    text = visit.text("text")[:1_000] or None
    bodies: dict[str, dict[str, Any]] = {
        "rate": {"code": code, "rating": RATINGS.get(visit.text("rating"), ""), "text": text},
        "more": {"code": code, "text": text or ""},
        "thank": {"code": code, "text": text or ""},
    }
    if act not in bodies:
        return None
    return await visit.site.services.command(
        "intake",
        f"/v1/{visit.county}/tracking/{need_id}/{act}",
        None,
        bodies[act],
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


async def wall(visit: Visit) -> Response:
    """Show who promised what by when, for everybody to see."""
    filters = {name: visit.asked(name) for name in ("unit", "level", "status")}
    after = visit.asked("after_item")
    async with visit.reading() as connection:
        shown, following = await pledges(connection, visit.county, filters, int(after) if after.isdecimal() else None, _WALL)
        done = await stories(connection, visit.county, 6) if not after else []
        wished = await wishes(connection, visit.county, "fulfilled", None, 6) if not after else []
    return await visit.show("wall.html", pledges=shown, next=following, filters=filters, stories=done, wishes=wished, today=visit.today)


PAGES = (
    Page("/c/{county}/", home, methods=("GET",)),
    Page("/c/{county}/new", new),
    Page("/c/{county}/needs/{need_id}/join", join, methods=("POST",)),
    Page("/c/{county}/track", track),
    Page("/c/{county}/track/{code}/proof", proof, methods=("GET",)),
    Page("/c/{county}/wall", wall, methods=("GET",)),
)
