"""What data sets there are, what their fields say, and a row as it is published: nobody is told apart by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.portal.queries.register import Names

K = 5
"""Needs a town must have in a month to be named in it: fewer could be told apart."""
OTHER = "其他"
LICENCE = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
Row = Mapping[str, Any]
_SHOWN_AS = {"returned": "proposed", "merged": "withdrawn"}
"""States of a project that only those who work here see, and what others see instead."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set: its fields in order with what they say, and how a row of the database becomes one."""

    name: str
    title: str
    month: str
    """What puts a row into a month."""
    fields: Mapping[str, str]
    row: Callable[[Row, Names, frozenset[str]], Sequence[Any]]


def hidden(towns: Mapping[str, int], least: int = K) -> frozenset[str]:
    """Return the towns merged as `其他`: those with fewer needs than `least`, and, until these have that many together, the next smallest.

    Without the latter, a single small town would be known by being the one that is missing.
    """
    merged: set[str] = set()
    together = 0
    for town, needs in sorted(towns.items(), key=lambda item: (item[1], item[0])):
        if needs >= least and (together == 0 or together >= least):
            break
        merged.add(town)
        together += needs
    return frozenset(merged)


def _need(row: Row, names: Names, without: frozenset[str]) -> Sequence[Any]:
    town, unit = row["town"] or "", row["handling_unit"]
    is_hidden = town in without
    return (
        row["day"],
        row["kind"],
        row["channel"],
        "" if is_hidden else town,
        OTHER if is_hidden else names.of(town),
        "" if is_hidden else unit,  # a town's own committee is often the unit, and would tell the town
        (OTHER if unit else "") if is_hidden else names.of(unit),
        row["status"],
        row["outcome"],
        row["accepted_on"],
        row["routed_on"],
        row["closed_on"],
        row["reopened"],
        row["last_rating"],
    )


def _project(row: Row, names: Names, _without: frozenset[str]) -> Sequence[Any]:
    return (
        str(row["project_id"]),
        row["title"],
        row["level"],
        row["unit"],
        names.of(row["unit"]),
        _SHOWN_AS.get(row["status"], row["status"]),
        row["proposed_on"],
        row["approved_on"],
        row["claimed_on"],
        row["completed_on"],
        row["signed_off_on"],
        row["planned_completion"],
        row["percent"],
        row["needs"],
    )


def _pledge(row: Row, names: Names, _without: frozenset[str]) -> Sequence[Any]:
    return (
        str(row["project_id"]),
        row["title"],
        row["level"],
        row["unit"],
        names.of(row["unit"]),
        row["promise"],
        row["complete_by"],
        row["first_complete_by"],
        row["moved"],
        row["venue"],
        _SHOWN_AS.get(row["status"], row["status"]),
        row["suspended"],
        row["percent"],
        row["signed_off_on"],
    )


_PROJECT_FIELDS = {"project_id": "项目编号", "title": "项目名称", "level": "清单", "unit_code": "责任单位代码", "unit": "责任单位"}
DATASETS: Mapping[str, Dataset] = {
    each.name: each
    for each in (
        Dataset(
            "needs",
            "群众需求",
            "收到的日期",
            {
                "day": "收到的日期（北京时间）",
                "kind": "类别：need 需求、micro-wish 微心愿、opinion 意见建议",
                "channel": "渠道",
                "town_code": "乡镇九位代码；并入“其他”时为空",
                "town": f"乡镇；当月不足 {K} 件的乡镇并入“{OTHER}”",
                "unit_code": "办理单位代码；乡镇并入“其他”时为空",
                "unit": "办理单位",
                "status": "状态",
                "outcome": "办理结果：done 办成、explained 解释说明、not-ours 不属本级、cannot-be-done 暂时办不到、petition 转信访",
                "accepted_on": "受理日期",
                "routed_on": "交办日期",
                "closed_on": "答复日期",
                "reopened": "重新办理次数",
                "rating": "最近一次评价，五级",
            },
            _need,
        ),
        Dataset(
            "projects",
            "实事项目",
            "提出的日期",
            {
                **_PROJECT_FIELDS,
                "status": "状态",
                "proposed_on": "提出日期",
                "approved_on": "审核通过日期",
                "claimed_on": "认领日期",
                "completed_on": "申报办完日期",
                "signed_off_on": "销号日期",
                "planned_completion": "计划完成日期",
                "percent": "进度，百分之几",
                "needs": "对应的需求件数",
            },
            _project,
        ),
        Dataset(
            "pledges",
            "公开承诺",
            "承诺完成的日期",
            {
                **_PROJECT_FIELDS,
                "promise": "承诺",
                "complete_by": "承诺完成日期",
                "first_complete_by": "最初承诺的日期",
                "moved": "调整次数",
                "venue": "公开方式",
                "status": "状态",
                "suspended": "是否暂停",
                "percent": "进度，百分之几",
                "signed_off_on": "销号日期",
            },
            _pledge,
        ),
    )
}


def month_of(text: str) -> date:
    """Return the first day of `2021-11`; ValueError for anything else."""
    return date.fromisoformat(f"{text}-01")
