"""Pictures for staff: ways of needs, categories, weeks, times, scores, days, states of projects, the rate of events."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from services.portal.pages.filters import word
from services.portal.pages.pictures import Picture, Rows, picture
from services.portal.queries.figures import share
from shared.kernel.workdays import business_day

if TYPE_CHECKING:
    from services.portal.pages.visit import Visit

_UNITS, _CHANNELS, _BARS = 6, 6, 12
_SIGMAS = 3
_NAME = 11
_MOST_POINTS = 100


def radar(visit: "Visit", unit: str | None, items: Rows) -> Picture:
    """A unit's mean points by item, beside the county's."""
    _ = visit._
    order = [item["item"] for item in visit.names.profile.get("score_sheet", {}).get("items", ())]
    each = sorted(items, key=lambda item: (order.index(item["item"]) if item["item"] in order else len(order), item["item"]))
    names = [_(word(item["item"])) for item in each]
    own, county = [item["unit"] for item in each], [item["county"] for item in each]
    name = visit.names.of(unit)
    below = [label for label, mine, mean in zip(names, own, county, strict=True) if mine is not None and mine < mean]
    if not any(value is not None for value in own):
        sentence = _("{name}还没有验收评分。").format(name=name or _("本县"))
    elif below:
        sentence = _("{name}的{items}低于全县平均。").format(name=name, items="、".join(below))
    else:
        sentence = _("{name}各项都不低于全县平均。").format(name=name)
    data = {
        "items": [{"name": label, "max": _MOST_POINTS} for label in names],
        "series": [{"name": name, "values": [value or 0 for value in own]}, {"name": _("全县平均"), "values": county}],
    }
    rows = list(zip(names, own, county, strict=True))
    return picture("radar", _("五项得分与全县平均"), data, sentence, [_("项目"), name or _("单位"), _("全县平均")], rows)


def sankey(visit: "Visit", ways: Rows) -> Picture:
    """Needs from channel over category and unit to what came of them; small channels and units are taken together."""
    _ = visit._
    channels, units = Counter[str](), Counter[str]()
    for row in ways:
        channels[row["channel"]] += row["needs"]
        units[row["unit"] or ""] += row["needs"]
    shown = {code for code, _count in channels.most_common(_CHANNELS)}
    big = {code for code, _count in units.most_common(_UNITS) if code}
    links: Counter[tuple[str, str]] = Counter()
    ends: Counter[str] = Counter()
    for row in ways:
        channel = _(word(row["channel"])) if row["channel"] in shown else _("其他渠道")
        unit = visit.names.of(row["unit"]) if row["unit"] in big else _("其他单位") if row["unit"] else _("未交办")
        end = _outcome(visit, row)
        places = [channel, _(word(row["kind"])), unit, end]
        ends[end] += row["needs"]
        for source, target in itertools.pairwise(places):
            links[source, target] += row["needs"]
    nodes = list(dict.fromkeys(name for pair in links for name in pair))
    data = {
        "nodes": [{"name": name} for name in nodes],
        "links": [{"source": source, "target": target, "value": value} for (source, target), value in links.items()],
    }
    most = channels.most_common(1)
    sentence = _("还没有需求。")
    if most:
        told = {"channel": _(word(most[0][0])), "n": most[0][1], "end": ends.most_common(1)[0][0], "m": ends.most_common(1)[0][1]}
        sentence = _("{channel}是最多的渠道（{n} 件）；结果最多的是“{end}”（{m} 件）。").format(**told)
    rows = [[source, target, value] for (source, target), value in links.most_common()]
    title = _("渠道 → 类别 → 单位 → 结果")
    return picture("sankey", title, data, sentence, [_("从"), _("到"), _("件数")], rows, tall=True)


def _outcome(visit: "Visit", row: Mapping[str, Any]) -> str:
    _ = visit._
    if row["rated"]:
        return _("评价满意") if row["good"] else _("评价不满意")
    if row["status"] in {"answered", "declined"}:
        return _("已答复未评价")
    return _("已合并") if row["status"] == "merged" else _("还在办理")


def pareto(visit: "Visit", towns: Rows) -> Picture:
    """Where needs come from; beyond a dozen places the rest is taken together."""
    _ = visit._
    rows = [[row["name"] or row["code"], row["needs"]] for row in towns[:_BARS]]
    if rest := sum(row["needs"] for row in towns[_BARS:]):
        rows.append([_("其他乡镇"), rest])
    whole = sum(value for _name, value in rows)
    half, counted = 0, 0
    for half, (_name, value) in enumerate(rows, 1):  # noqa: B007 - how many it took
        counted += value
        if counted * 10 >= whole * 8:
            break
    sentence = _("{n} 个乡镇占了全部需求的 {share}%。").format(n=half, share=share(counted, whole)) if rows else _("还没有需求。")
    data = {"unit": _("件数"), "rows": [{"name": name, "value": value} for name, value in rows]}
    return picture("pareto", _("需求来自哪里（帕累托）"), data, sentence, [_("乡镇"), _("件数")], rows)


def control(visit: "Visit", weeks: Rows) -> Picture:
    """How many days needs took in the mean, by the week they were closed in, within what is usual."""
    _ = visit._
    labels = [f"{row['week'].month}/{row['week'].day}" for row in weeks]
    values = [row["mean_days"] for row in weeks]
    mean = round(fmean(values), 1) if values else 0.0
    spread = pstdev(values) if len(values) > 1 else 0.0
    upper, lower = round(mean + _SIGMAS * spread, 1), round(max(0.0, mean - _SIGMAS * spread), 1)
    out = [label for label, value in zip(labels, values, strict=True) if not lower <= value <= upper]
    if not values:
        sentence = _("这段时间没有办结的需求。")
    elif out:
        sentence = _("平均用时 {mean} 天；{weeks} 当周超出控制限。").format(mean=mean, weeks="、".join(out))
    else:
        sentence = _("平均用时 {mean} 天，各周都在控制限（{lower}–{upper} 天）之内。").format(mean=mean, lower=lower, upper=upper)
    data = {"unit": _("天"), "weeks": labels, "values": values, "mean": mean, "upper": upper, "lower": lower}
    rows = [[label, value, row["needs"]] for label, value, row in zip(labels, values, weeks, strict=True)]
    return picture("control", _("每周办理用时控制图"), data, sentence, [_("周（周一）"), _("平均用时（天）"), _("办结件数")], rows)


def box(visit: "Visit", units: Rows) -> Picture:
    """How many days needs took, by unit."""
    _ = visit._
    groups = [{"name": visit.names.of(row["code"]), "values": [round(value, 1) for value in row["days"]]} for row in units]
    if groups:
        slow = max(groups, key=lambda group: group["values"][2])
        sentence = _("{name}用时中位 {days} 天，是列出的单位里最长的。").format(name=slow["name"], days=slow["values"][2])
    else:
        sentence = _("还没有办结的需求。")
    rows = [[group["name"], *group["values"], row["needs"]] for group, row in zip(groups, units, strict=True)]
    columns = [_("单位"), _("最短"), _("下四分位"), _("中位"), _("上四分位"), _("最长"), _("件数")]
    return picture("box", _("各单位办理用时"), {"unit": _("天"), "groups": groups}, sentence, columns, rows)


def calendar(visit: "Visit", days: Rows, first: date, last: date) -> Picture:
    """Needs by the day they came in."""
    _ = visit._
    rows = [[row["day"].isoformat(), row["needs"]] for row in days]
    if rows:
        most = max(rows, key=lambda row: row[1])
        sentence = _("一年来有 {n} 天收到需求，最多的一天是 {day}（{needs} 件）。").format(n=len(rows), day=most[0], needs=most[1])
    else:
        sentence = _("一年来没有收到需求。")
    data = {"from": first.isoformat(), "to": last.isoformat(), "unit": _("件"), "days": rows}
    return picture("calendar", _("每日收到需求"), data, sentence, [_("日期"), _("件数")], rows)


def gantt(visit: "Visit", projects: Rows, today: date) -> Picture:
    """Projects and how long each was in which state."""
    _ = visit._
    states = [_("审核"), _("认领"), _("办理"), _("验收")]
    each: list[dict[str, Any]] = []
    for row in projects:
        times = [row["proposed_at"], row["approved_at"], row["claimed_at"], row["completed_at"], row["signed_off_at"]]
        days = [None if at is None else business_day(at) for at in times]
        spans = []
        for state, begins, ends in zip(states, days, days[1:], strict=False):
            if begins is None or (ends is not None and ends < begins):
                continue
            spans.append({"state": state, "from": begins.isoformat(), "to": (ends or today).isoformat()})
            if ends is None:
                break
        due = None if row["complete_by"] is None else row["complete_by"].isoformat()
        each.append({"name": _short(row["title"]), "due": due, "spans": spans})
    late = sum(1 for row in projects if row["complete_by"] and row["complete_by"] < today and row["status"] == "claimed")
    sentence = _("列出 {n} 项，其中 {late} 项已过承诺日期还在办理。").format(n=len(each), late=late)
    data = {
        "from": min((span["from"] for one in each for span in one["spans"]), default=(today - timedelta(days=30)).isoformat()),
        "to": max(today.isoformat(), *(one["due"] for one in each if one["due"])),
        "today": today.isoformat(),
        "states": states,
        "rows": [{name: value for name, value in one.items() if value is not None} for one in each],
    }
    rows = [[row["title"], one["due"], _(word(row["status"]))] for one, row in zip(each, projects, strict=True)]
    return picture("gantt", _("项目状态（承诺最近的在前）"), data, sentence, [_("项目"), _("承诺日期"), _("当前状态")], rows, tall=True)


def _short(name: str) -> str:
    """Return a name that fits beside a bar; the table has it whole."""
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def spark(visit: "Visit", rate: Sequence[int]) -> dict[str, Any]:
    """Events of the last day, hour by hour."""
    _ = visit._
    sentence = _("近 24 小时登记 {n} 条事件，最近一小时 {last} 条。").format(n=sum(rate), last=rate[-1])
    return {"points": list(rate), "sentence": sentence, "label": _("近 24 小时登记的事件"), "number": sum(rate), "unit": _("条")}
