"""A bulletin's text from compiled figures: one sentence each, with how many of how many."""

from collections.abc import Mapping
from typing import Any

from services.portal.pages.filters import day, word
from services.portal.pages.visit import Visit

_HEADS = (
    (
        "办理和督办",
        ("notices-issued", "replies-accepted", "replies-overdue", "watched", "waiting-for-people", "escalated", "listed", "delisted"),
    ),
    ("督查和整改", ("rounds", "units-inspected", "findings-ended")),
    ("调度和指导", ("activities-held", "hearings", "tasks-done", "contact-point-visits")),
)
_NUMBERS = "一二三四五六七八九十"


def draft(visit: Visit, compiled: Mapping[str, Any]) -> str:
    """Return a bulletin's text; every figure as it was compiled, no judgement added."""
    span = visit._("{first}至{last}，全县实事督办情况如下（数据由平台汇总，{on}生成）：")
    parts = [span.format(first=day(compiled["first_on"]), last=day(compiled["last_on"]), on=day(compiled["compiled_on"]))]
    for head, names in _HEADS:
        said = [_sentence(visit, figure) for name in names for figure in compiled["figures"] or () if figure["name"] == name]
        if said:
            sentence = visit._("{number}、{head}。{said}。")
            parts.append(sentence.format(number=_NUMBERS[len(parts) - 1], head=visit._(head), said="；".join(said)))
    parts.append(visit._("请各单位对照检查，未办结的抓紧办理，群众不满意的重新办理。"))
    return "\n".join(parts)


def _sentence(visit: Visit, figure: Mapping[str, Any]) -> str:
    name = visit._(word(figure["name"]))
    sort = f"（{visit._(word(figure['sort']))}）" if figure["sort"] else ""
    if figure["of"] is None:
        return visit._("{name}{sort} {count} 件（次）").format(name=name, sort=sort, count=figure["count"])
    return visit._("{name}{sort} {count} 件，共 {of} 件").format(name=name, sort=sort, count=figure["count"], of=figure["of"])
