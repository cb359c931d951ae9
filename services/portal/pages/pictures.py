"""Rows as pictures: each with the data the drawing takes, a sentence that says what it shows, and the same numbers as a table."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

from services.portal.queries.figures import share

if TYPE_CHECKING:
    from services.portal.pages.visit import Visit

LATE_OVER = 5
"""Per cent of needs that nobody owned in time, above which a town is framed."""
Picture = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def picture(  # noqa: PLR0917 - what a picture is
    kind: str,
    title: str,
    data: Mapping[str, Any],
    sentence: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    tall: bool = False,
) -> Picture:
    """Return one picture as the templates' `figure` takes it."""
    table = {"columns": list(columns), "rows": [list(row) for row in rows]}
    return {"kind": kind, "title": title, "data": data, "sentence": sentence, "table": table, "tall": tall}


def funnel(visit: "Visit", figures: Mapping[str, int]) -> Picture:
    """From need to satisfaction."""
    _ = visit._
    stages = [
        (_("提出需求"), figures["submitted"]),
        (_("已经受理"), figures["reviewed"]),
        (_("立为实事"), figures["taken_up"]),
        (_("有人认领"), figures["claimed_needs"]),
        (_("办完销号"), figures["done_needs"]),
        (_("群众满意"), figures["done_well"]),
    ]
    first = stages[0][1]
    told = {"first": first, "taken": figures["taken_up"], "done": figures["done_needs"], "closed": figures["closed"]}
    sentence = _("收到 {first} 件，立为实事 {taken} 件，其中办完销号 {done} 件；连同直接答复的，共办结 {closed} 件。").format(**told)
    data = {"stages": [{"name": name, "value": value} for name, value in stages]}
    return picture("funnel", _("从需求到满意"), data, sentence, [_("环节"), _("件数")], stages)


def tiles(visit: "Visit", towns: Rows, *, tall: bool = False) -> Picture:
    """Towns on a grid, in the official order: no map."""
    _ = visit._
    across = max(1, ceil(sqrt(len(towns) * 1.3)))
    each = [
        {
            "name": town["name"] or town["code"],
            "col": place % across,
            "row": place // across,
            "done": share(town["done"], town["needs"]),
            "overdue": share(town["overdue"], town["needs"]),
        }
        for place, town in enumerate(towns)
    ]
    late = [str(town["name"]) for town in each if town["overdue"] > LATE_OVER]
    if not each:
        sentence = _("还没有乡镇收到需求。")
    else:
        best = max(each, key=lambda town: town["done"])
        sentence = _("{n} 个乡镇中，{name}办结率最高（{rate}%）；").format(n=len(each), name=best["name"], rate=best["done"])
        named = "、".join(late[:3])
        sentence += (
            _("{names}等 {n} 个乡镇无人认领的超期需求多于 {most}%。").format(names=named, n=len(late), most=LATE_OVER)
            if late
            else _("没有乡镇超期多于 {most}%。").format(most=LATE_OVER)
        )
    rows = [[town["name"], town["done"], town["overdue"], source["needs"]] for town, source in zip(each, towns, strict=True)]
    columns = [_("乡镇"), _("办结率 %"), _("超期率 %"), _("件数")]
    title = _("各乡镇办结率与超期率（示意方格，非地图）")
    return picture("tiles", title, {"towns": each, "late_over": LATE_OVER}, sentence, columns, rows, tall=tall)


def burndown(visit: "Visit", days: Rows, today: date) -> Picture:
    """Promises of the weeks around today, as they were kept."""
    _ = visit._
    labels = [f"{row['day'].month}/{row['day'].day}" for row in days]
    opened = [row["open"] if row["day"] <= today else None for row in days]
    promised = [row["promise"] for row in days]
    at = next((place for place, row in enumerate(days) if row["day"] == today), 0)
    late = (opened[at] or 0) - promised[at]
    told = {"open": opened[at], "late": abs(late)}
    if late > 0:
        sentence = _("到今天还有 {open} 项承诺没有办完，比承诺的进度多 {late} 项。").format(**told)
    elif late < 0:
        sentence = _("到今天还有 {open} 项承诺没有办完，比承诺的进度快 {late} 项。").format(**told)
    else:
        sentence = _("到今天还有 {open} 项承诺没有办完，与承诺的进度一致。").format(**told)
    data = {"days": labels, "open": opened, "promise": promised, "today": at, "unit": _("项")}
    rows = list(zip(labels, opened, promised, strict=True))
    return picture("burndown", _("承诺期限与办理进度"), data, sentence, [_("日期"), _("实际未办结"), _("按承诺应剩")], rows)


def ranking(visit: "Visit", units: Rows, most: int) -> Picture:
    """Units by the part of their projects that is signed off, with the change in places within a week."""
    _ = visit._
    shown = units[:most]
    each = [{"name": row["name"] or row["code"], "value": row["rate"], "change": row["change"]} for row in shown]
    if not each:
        sentence = _("还没有审核通过的实事。")
    else:
        sentence = _("{name}以 {rate}% 居首，").format(name=each[0]["name"], rate=each[0]["value"])
        risen = max(each, key=lambda row: row["change"] or 0)
        sentence += (
            _("{name}比 7 天前上升 {places} 位。").format(name=risen["name"], places=risen["change"])
            if (risen["change"] or 0) > 0
            else _("位次与 7 天前相比没有上升的单位。")
        )
    parts = [f"{row['done']}/{row['projects']}" for row in shown]
    rows = [[row["name"], row["value"], _change(row["change"]), part] for row, part in zip(each, parts, strict=True)]
    columns = [_("单位"), _("销号率 %"), _("位次变化"), _("已销号/已通过")]
    return picture("ranking", _("单位实事销号率排名（比 7 天前）"), {"unit": "%", "rows": each}, sentence, columns, rows)


def flow(visit: "Visit", weeks: Rows) -> Picture:
    """Needs that came and went, week by week."""
    _ = visit._
    names = [f"{row['week'].month}/{row['week'].day}" for row in weeks]
    come, gone = [row["submitted"] for row in weeks], [row["closed"] for row in weeks]
    sentence = _("近 {n} 周收到需求 {come} 件，办结 {gone} 件。").format(n=len(weeks), come=sum(come), gone=sum(gone))
    data = {
        "unit": _("件"),
        "categories": names,
        "series": [{"name": _("收到"), "values": come}, {"name": _("办结"), "values": gone}],
    }
    columns = [_("周（周一）"), _("收到"), _("办结")]
    return picture("columns", _("每周收到与办结"), data, sentence, columns, list(zip(names, come, gone, strict=True)))


def _change(places: int | None) -> str:
    return "—" if places is None else f"{places:+d}" if places else "0"
