"""A bulletin's text from compiled figures: one sentence each, with how many of how many. It is a letter, and Chinese."""

from collections.abc import Mapping
from typing import Any

from services.portal.pages.filters import day, word

_HEADS = (
    (
        "办理和督办",
        ("notices-issued", "replies-accepted", "replies-overdue", "watched", "waiting-for-people", "escalated", "listed", "delisted"),
    ),
    ("督查和整改", ("rounds", "units-inspected", "findings-ended")),
    ("调度和指导", ("activities-held", "hearings", "tasks-done", "contact-point-visits")),
)
_NUMBERS = "一二三四五六七八九十"


def draft(compiled: Mapping[str, Any]) -> str:
    """Return a bulletin's text; every figure as it was compiled, no judgement added."""
    first, last, on = (day(compiled[name]) for name in ("first_on", "last_on", "compiled_on"))
    parts = [f"{first}至{last}，全县实事督办情况如下（数据由平台汇总，{on}生成）："]
    for head, names in _HEADS:
        said = [_sentence(figure) for name in names for figure in compiled["figures"] or () if figure["name"] == name]
        if said:
            parts.append(f"{_NUMBERS[len(parts) - 1]}、{head}。{'；'.join(said)}。")
    parts.append("请各单位对照检查，未办结的抓紧办理，群众不满意的重新办理。")
    return "\n".join(parts)


def _sentence(figure: Mapping[str, Any]) -> str:
    name = word(figure["name"])
    sort = f"（{word(figure['sort'])}）" if figure["sort"] else ""
    if figure["of"] is None:
        return f"{name}{sort} {figure['count']} 件（次）"
    return f"{name}{sort} {figure['count']} 件，共 {figure['of']} 件"
