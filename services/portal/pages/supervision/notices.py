"""Notices: the list, one with every addressee's replies, its letter."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from services.portal.pages.desk import Act, ask, carry_out, given, known, missing, one_page, period, told, units_of
from services.portal.pages.history import history
from services.portal.pages.supervision.common import NOTICE_KINDS, own_unit, show
from services.portal.pages.visit import Visit
from services.portal.queries.desks import titles

_FILTERS = ("kind", "status", "unit", "overdue", "year", "extension_asked")
_PATH = "/notices/{notice_id}"
_SERVICE = "supervision"


def _unit(visit: Visit) -> dict[str, Any]:
    return given(unit=visit.text("unit"))


ACTS: Mapping[str, Act] = {
    "acknowledge": Act(f"{_PATH}/acknowledge", said="acknowledged"),
    "respond": Act(
        f"{_PATH}/respond",
        lambda visit: {"text": visit.text("reply")},
        "replied",
        {"reply": "请写明怎样办的、办到什么程度、还差什么。"},
        {"text": "reply"},
    ),
    "extend": Act(
        f"{_PATH}/extension",
        lambda visit: {"reply_by": visit.text("ask_until"), "reason": visit.text("ask_because")},
        "extension_asked",
        {"ask_until": "请选择希望延到哪一天。", "ask_because": "请写明为什么需要延期。"},
        {"reply_by": "ask_until", "reason": "ask_because"},
    ),
    "accept": Act(f"{_PATH}/accept", _unit, "reply_accepted"),
    "send_back": Act(
        f"{_PATH}/send-back",
        lambda visit: _unit(visit) | {"reason": visit.text("back_reason"), "reply_within": period(visit, "back_days")},
        "sent_back",
        {"back_reason": "请写明回复哪里不够、要补什么。", "back_days": "请写明几天内重报。"},
        {"reason": "back_reason", "reply_within": "back_days"},
    ),
    "grant": Act(f"{_PATH}/extension/judge", lambda visit: _unit(visit) | {"verdict": "grant"}, "extension_granted"),
    "decline": Act(
        f"{_PATH}/extension/judge",
        lambda visit: _unit(visit) | {"verdict": "decline", "reason": visit.text("decline_reason")},
        "extension_declined",
        {"decline_reason": "请写明为什么不同意延期。"},
        {"reason": "decline_reason"},
    ),
    "close": Act(f"{_PATH}/close", lambda visit: given(remark=visit.text("close_remark")), "notice_closed"),
}


async def notices(visit: Visit) -> Response:
    """List notices, narrowed as asked."""
    filters = {name: visit.asked(name) for name in _FILTERS}
    found, following = await one_page(visit, _SERVICE, "/notices", **filters)
    return await show(
        visit, "notices.html", "/notices", notices=found, following=following, filters=filters, kinds=NOTICE_KINDS, choices=units_of(visit)
    )


async def notice(visit: Visit) -> Response:
    """Show one notice; take what its addressees and its issuers do about it."""
    notice_id = str(visit.request.path_params["notice_id"])
    here = f"/supervision/notices/{notice_id}"
    outcome = await carry_out(visit, _SERVICE, ACTS, here, unit=visit.text("unit"))
    if outcome.response is not None:
        return outcome.response
    found = await ask(visit, _SERVICE, f"/notices/{notice_id}")
    if not found.ok:
        return await missing(visit, found)
    units = {code: {**at, "code": code, "name": at.get("name") or visit.names.of(code)} for code, at in (found.data["units"] or {}).items()}
    chosen = visit.text("unit") or visit.asked("unit") or (next(iter(units)) if len(units) == 1 else "")
    async with visit.reading() as connection:
        about = [{"id": value} for value in found.data["project_ids"] or ()]
        names = await titles(connection, visit.county, known(about, "id"))
    return await show(
        visit,
        "notice.html",
        "/notices",
        outcome.status,
        notice=found.data,
        units_here=list(units.values()),
        chosen=units.get(chosen),
        mine=units.get(own_unit(visit)),
        names=names,
        told=told(visit, back_days="5"),
        errors=outcome.errors,
        summary=outcome.summary(),
        history=await history(visit, _SERVICE, f"/notices/{notice_id}"),
    )


async def letter(visit: Visit) -> Response:
    """Hand out a notice as a document in official layout."""
    notice_id = visit.request.path_params["notice_id"]
    found = await ask(visit, _SERVICE, f"/notices/{notice_id}/letter")
    if not found.ok:
        return await missing(visit, found)
    name = found.headers.get("content-disposition") or f"attachment; filename*=UTF-8''{quote(str(notice_id))}.docx"
    headers = {"Content-Disposition": name, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(found.content, media_type=found.media_type, headers=headers)
