"""What everybody may use: the county's home, saying what is needed, the wall of promises."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from services.portal.pages.photos import MOST_IN_A_FORM, chosen
from services.portal.pages.receipts import carrier, receipt_of
from services.portal.pages.services import Answer
from services.portal.pages.typed import on_one_line
from services.portal.pages.visit import Page, Visit
from services.portal.queries.figures import funnel, share
from services.portal.queries.needs import stories, wishes
from services.portal.queries.projects import pledges

KINDS = ("need", "micro-wish", "opinion")
_STEPS = ("what", "where", "who")
_TITLE_MOST, _DETAIL_MOST, _NAME_MOST = 100, 2_000, 50
_PHONE_DIGITS = range(7, 14)
_SIMILAR = 3
_WALL = 24


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
    held, wrong = await chosen(visit) if visit.posted else ([], "")
    told["photos"] = " ".join(held)
    told |= {name: on_one_line(told[name]) for name in ("title", "name")}
    told["kind"] = told["kind"] if told["kind"] in KINDS else "need"
    if not visit.posted or visit.text("back"):
        return await _ask(visit, visit.text("back") or "what", told, {})
    errors = _errors(visit, step, told) | ({"photo": wrong} if wrong else {})
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
            await carrier(visit),
            params={"text": f"{told['title']} {told['detail']}"[:_DETAIL_MOST], "kind": told["kind"]},
            language=visit.language,
        )
        similar = [item for item in found.data.get("items", ()) if item["status"] not in {"answered", "declined"}][:_SIMILAR]
    towns = visit.names.of_kind("town")
    shown = {"step": step, "told": told, "errors": errors, "similar": similar, "towns": towns, "most": MOST_IN_A_FORM}
    number = _STEPS.index(step) + 1 if step in _STEPS else 1
    status = 422 if errors else None
    return await visit.show("new.html", status, number=number, **shown)


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
    visit.spoken()
    token = await carrier(visit)
    body: dict[str, Any] = {name: told[name] for name in ("kind", "title", "detail", "town")}
    clerk = "clerk" in visit.roles
    body |= {"channel": "counter" if clerk else "website", "petitioner": _petitioner(told), "on_behalf": clerk and bool(told["name"])}
    if told["call_id"]:
        body["call_id"] = told["call_id"]
    answer = await visit.command("intake", "/needs", body, token=token)
    if not answer.ok:
        visit.refused(answer)
        return await _ask(visit, "who", told, {name: text for name, text in answer.fields.items() if name in told})
    return await _receipt(visit, answer, token, told["photos"].split())


def _petitioner(told: Mapping[str, str]) -> dict[str, Any] | None:
    if not told["name"]:
        return None
    person: dict[str, Any] = {"name": told["name"], "share_with_unit": told["share"] == "1"}
    return {**person, "phone": _digits(told["phone"])} if told["phone"] else person


async def join(visit: Visit) -> Response:
    """Say that one needs the same as a need that is there."""
    visit.spoken()
    token = await carrier(visit)
    told = {name: on_one_line(visit.text(name)) for name in ("name", "phone", "share")}
    clerk = "clerk" in visit.roles
    body = {"channel": "counter" if clerk else "website", "petitioner": _petitioner(told), "on_behalf": clerk}
    answer = await visit.command("intake", f"/needs/{visit.request.path_params['need_id']}/join", body, token=token)
    if not answer.ok:
        return await visit.show("refused.html", answer.status, title=answer.title)
    held, _ = await chosen(visit)
    return await _receipt(visit, answer, token, held)


async def _receipt(visit: Visit, answer: Answer, token: str, held: Sequence[str]) -> Response:
    """Show the receipt of what was just said; it is shown once, so it comes with the answer and not after it."""
    return await receipt_of(visit, answer.data["id"], str(answer.data["position"]), token, held)


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
    Page("/c/{county}/wall", wall, methods=("GET",)),
)
