"""How things stood: a service's list as of a moment, by its own word, and two moments side by side."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from services.portal.pages.comparing import compared, figures, name_of, text
from services.portal.pages.filters import word
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit, an_id

READERS = ("auditor", "office", "leader")
_SHOWN, _MOST_COMPARED, _PAGE = 50, 2_000, 500
_MOST_ROWS = 200
_POSITION = re.compile(r"@[0-9]{1,18}\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?\Z")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of a service, and which of its fields are shown beside a thing's name."""

    service: str
    path: str
    text: str
    fields: Sequence[str]


LISTS: Mapping[str, Listed] = {
    "needs": Listed("intake", "/needs", "需求", ("status", "town", "handling_unit", "closed_at")),
    "projects": Listed("projects", "/projects", "实事项目", ("status", "unit", "claimant", "complete_by")),
    "notices": Listed("supervision", "/notices", "督办文书", ("status", "kind", "number", "issued_on")),
    "verifications": Listed("scoring", "/verifications", "验收", ("status", "unit", "total", "decided_at")),
    "intake-figures": Listed("intake", "/figures", "需求数字", ("value",)),
    "projects-figures": Listed("projects", "/figures", "项目数字", ("value",)),
    "supervision-figures": Listed("supervision", "/figures", "督办数字", ("value",)),
    "scoring-figures": Listed("scoring", "/figures", "考核数字", ("value",)),
}
FIELD_NAMES: Mapping[str, str] = {
    "status": "状态",
    "town": "乡镇",
    "unit": "单位",
    "handling_unit": "承办单位",
    "closed_at": "办结时间",
    "claimant": "认领人",
    "complete_by": "承诺日期",
    "kind": "类别",
    "number": "文号",
    "issued_on": "发出日期",
    "total": "得分",
    "decided_at": "结论时间",
    "value": "数值",
    "title": "名称",
    "verdicts": "审核意见",
    "promise": "承诺内容",
    "first_promise": "最初承诺",
    "first_complete_by": "最初承诺日期",
    "claimant_role": "认领身份",
    "claimed_at": "认领时间",
    "approved_at": "审核通过时间",
    "percent": "进展 %",
    "progress": "进展",
    "points": "各项得分",
    "remark": "评语",
    "reason": "理由",
    "outcome": "结果",
    "answer": "答复",
    "project_id": "对应项目",
    "responsible_leader": "包抓领导",
    "routed_at": "交办时间",
    "accepted_at": "受理时间",
    "unowned_at": "逾期无人认领时间",
    "units": "单位",
    "round": "轮次",
    "closing": "办结次数",
    "reopen_until": "可要求重办到",
    "in_hand": "正在办理",
    "milestones": "节点",
    "venue": "公开方式",
    "team": "团队",
    "completed_at": "申报办完时间",
    "signed_off_at": "销号时间",
}
_CODES = ("status", "kind", "outcome", "claimant_role", "channel", "venue")
_PLACES = ("unit", "town", "handling_unit", "claimant")


async def past(visit: Visit) -> Response:
    """Show a list as of a moment, as the service itself tells it; beside it another moment, and what differs."""
    name = visit.asked("list", "needs")
    name = name if name in LISTS else "needs"
    listed = LISTS[name]
    now = await visit.get(listed.service, "/as-of")
    if not now.ok:
        visit.refused(now)
        return await visit.show("past.html", 503, **_empty(name))
    last = int(now.data["positions"][listed.service])
    moment, at = _moment(visit)
    against, thing = visit.asked("against"), an_id(visit.asked("id"))
    answer = await _items(visit, listed, moment or f"@{last}", thing, _SHOWN)
    if not answer.ok:
        visit.refused(answer)
        return await visit.show("past.html", answer.status, **{**_empty(name), "last": last, "position": last, "failed": True})
    reached = _reached(answer, listed.service, last)
    shown = {
        **_empty(name),
        "last": last,
        "position": reached,
        "at": at,
        "rows": answer.data["items"],
        "more": answer.data.get("next") is not None,
        "as_of": answer.headers.get("as-of", ""),
        "against": against,
        "thing": "" if thing is None else str(thing),
    }
    if against and (_POSITION.match(against) or _TIME.match(against)):
        shown |= await _side_by_side(visit, listed, _zoned(against), f"@{reached}" if moment[:1] in {"", "@"} else moment, thing)
    return await visit.show("past.html", **shown)


async def _side_by_side(visit: Visit, listed: Listed, one: str, other: str, thing: object) -> dict[str, Any]:
    """Return what differs between two moments, whichever is asked for first."""
    answers = [await _items(visit, listed, moment, thing, _MOST_COMPARED) for moment in (one, other)]
    for answer in answers:
        if not answer.ok:
            visit.refused(answer)
            return {}
    found = compared(answers[0].data["items"], answers[1].data["items"])
    rows = [
        {
            "label": f"{each.name} · {visit._(FIELD_NAMES.get(each.field, each.field))}",
            "before": _said(visit, each.field, each.before),
            "after": _said(visit, each.field, each.after),
        }
        for each in found.changed
    ]
    moments = [f"@{_reached(answer, listed.service, 0)}" for answer in answers]
    whole = all(answer.data.get("next") is None for answer in answers) and len(rows) <= _MOST_ROWS
    return {"differences": found, "changed": rows[:_MOST_ROWS], "moments": moments, "whole": whole, "name_of": name_of}


def _said(visit: Visit, field: str, value: str) -> str:
    """Return a field's value in words, where it is a code or a place."""
    return visit._(word(value)) if field in _CODES else visit.names.of(value) if field in _PLACES else value


async def _items(visit: Visit, listed: Listed, moment: str, thing: object, most: int) -> Answer:
    """Return a list's things as of a moment, up to as many; figures as things of one value each."""
    if listed.path == "/figures":
        answer = await visit.get(listed.service, listed.path, as_of=moment)
        return answer if not answer.ok else Answer(200, {"items": figures(answer.data), "next": None}, headers=answer.headers)
    if thing is not None:
        answer = await visit.get(listed.service, f"{listed.path}/{thing}", as_of=moment)
        missing = Answer(200, {"items": [], "next": None}, headers=answer.headers)
        found = {"id": str(thing), **answer.data}
        return missing if answer.status == 404 else answer if not answer.ok else Answer(200, {"items": [found]}, headers=answer.headers)  # noqa: PLR2004
    items: list[Mapping[str, Any]] = []
    after = None
    while True:
        answer = await visit.get(listed.service, listed.path, as_of=moment, limit=min(_PAGE, most), after=after)
        if not answer.ok:
            return answer
        items += answer.data["items"]
        after = answer.data.get("next")
        if after is None or len(items) >= most:
            return Answer(200, {"items": items, "next": after}, headers=answer.headers)


def _moment(visit: Visit) -> tuple[str, str]:
    """Return the moment that was asked for as services take it, and the time as the form shows it."""
    at, position = visit.asked("as_of_time"), visit.asked("as_of_position")
    if at:
        return _zoned(at), at
    return (f"@{position}" if position else ""), ""


def _zoned(moment: str) -> str:
    """Return a time of a form, which is Shanghai's, with its zone; anything else as it is."""
    if _TIME.match(moment) is None:
        return moment
    return f"{moment if moment.count(':') > 1 else f'{moment}:00'}+08:00"


def _reached(answer: Answer, service: str, last: int) -> int:
    """Return the position of the service's own lane that a moment came to."""
    for lane in answer.headers.get("as-of", "").split(","):
        own, _, position = lane.partition("@")
        if own == service and position.isdecimal():
            return int(position)
    return last


def _empty(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "listed": LISTS[name],
        "lists": LISTS,
        "field_names": FIELD_NAMES,
        "last": 0,
        "position": 0,
        "at": "",
        "rows": (),
        "failed": False,
        "more": False,
        "as_of": "",
        "against": "",
        "thing": "",
        "differences": None,
        "changed": (),
        "moments": (),
        "whole": True,
        "name_of": name_of,
        "text": text,
        "places": _PLACES,
    }


PAGES = (Page("/c/{county}/audit/past", past, roles=READERS, methods=("GET",)),)
