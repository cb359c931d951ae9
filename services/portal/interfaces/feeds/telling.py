"""What feeds say: of a town's needs and projects, of a project's events, of the steps of a need. Rows and events in, entries out."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

import orjson

from services.portal.interfaces.feeds.writing import Entry
from services.portal.pages.filters import WORDS, day
from services.portal.queries.register import Names
from services.portal.stream.masking import masked
from shared.kernel.workdays.instants import SHANGHAI

MOST = 50
"""Entries a feed holds."""
Translate = Callable[[str], str]
EVENTS: Mapping[str, str] = {
    "ProjectProposed": "已提出，等待审核",
    "ProjectApproved": "审核通过，等待认领",
    "ProjectClaimed": "已有人认领",
    "ClaimGivenBack": "认领已退回，等待他人认领",
    "PledgePublished": "公开承诺",
    "PledgeAmended": "承诺调整",
    "ExtensionApproved": "同意延期",
    "ProjectSuspended": "暂停办理",
    "ProjectResumed": "恢复办理",
    "ProgressReported": "进展",
    "CompletionDeclared": "已申报办完，等待验收",
    "ProjectReopened": "重新办理",
    "ProjectVerified": "验收通过",
    "ProjectSignedOff": "已销号",
    "ProjectWithdrawn": "已撤销",
}
"""By type, what an event of a project is called; all of them are among those that everybody sees."""
STEPS: Mapping[str, str] = {
    "submitted": "已收到",
    "accepted": "已受理",
    "more-asked": "请您补充",
    "merged": "与相同诉求合并办理",
    "routed": "已交办",
    "project-made": "已立为实事项目",
    "claimed": "已有人认领",
    "completed": "已办完，等待验收",
    "signed-off": "验收通过，已销号",
    "answered": "已答复",
    "declined": "已说明情况",
}


def of_town(
    _: Translate, county: str, rows: tuple[Iterable[Mapping[str, Any]], Iterable[Mapping[str, Any]]], names: Names, link: str
) -> list[Entry]:
    """Return entries of needs and projects, one for each state that one is found in; needs without what was said."""
    needs, projects = rows
    entries = [_need(_, county, row, names, link) for row in needs] + [_project(_, county, row, names, link) for row in projects]
    return sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)[:MOST]


def _need(_: Translate, county: str, row: Mapping[str, Any], names: Names, link: str) -> Entry:
    stands = row["outcome"] or row["status"]
    title = f"{_(WORDS.get(row['kind'], row['kind']))} · {_(WORDS.get(stands, stands))}"
    told = [_("来自{channel}").format(channel=_(WORDS.get(row["channel"], row["channel"])))]
    if row["handling_unit"]:
        told.append(_("办理单位：{unit}").format(unit=names.of(row["handling_unit"])))
    return Entry(f"urn:yinuo:{county}:need:{row['need_id']}:{stands}:{row['reopened']}", title, "，".join(told), link, row["changed_at"])


def _project(_: Translate, county: str, row: Mapping[str, Any], names: Names, link: str) -> Entry:
    stands = row["status"]
    title = f"{row['title']} · {_(WORDS.get(stands, stands))}"
    told = [_("责任单位：{unit}").format(unit=names.of(row["unit"]))]
    if row["promise"]:
        told.append(_("承诺：{promise}，{day}前办完").format(promise=row["promise"], day=day(row["complete_by"])))
    mark = f"{stands}:{row['moved']}:{row['reopened']}:{row['percent']}"
    return Entry(f"urn:yinuo:{county}:project:{row['project_id']}:{mark}", title, "。".join(told), link, row["changed_at"])


def of_project(_: Translate, bodies: Iterable[bytes], names: Names, link: str) -> list[Entry]:
    """Return entries of a project's events, as everybody may see them."""
    entries: list[Entry] = []
    for body in bodies:
        seen = masked(body, "public")
        event = None if seen is None else orjson.loads(seen)
        if event is not None and event["type"] in EVENTS:
            entries.append(
                Entry(f"urn:uuid:{event['id']}", _(EVENTS[event["type"]]), _said(_, event["data"], names), link, _instant(event["time"]))
            )
    return entries


def _said(_: Translate, data: Mapping[str, Any], names: Names) -> str:
    told: list[str] = []
    if data.get("unit"):
        told.append(_("责任单位：{unit}").format(unit=names.of(data["unit"])))
    if data.get("promise"):
        told.append(_("承诺：{promise}").format(promise=data["promise"]))
    if data.get("complete_by"):
        told.append(_("{day}前办完").format(day=day(data["complete_by"])))
    if data.get("percent") is not None:
        told.append(_("已完成 {percent}%").format(percent=data["percent"]))
    if data.get("reason"):
        told.append(_("原因：{reason}").format(reason=data["reason"]))
    return "；".join(told)


def of_need(_: Translate, county: str, found: Mapping[str, Any], link: str) -> list[Entry]:
    """Return entries of the steps that whoever holds a query code sees, the latest first; a step is told by its day."""
    entries: list[Entry] = []
    for step in found["steps"]:
        told = [step.get("unit_name") or ""]
        if step.get("promised_by"):
            told.append(_("承诺在{day}前办完").format(day=day(step["promised_by"])))
        at = datetime.combine(date.fromisoformat(step["on"]), time(), SHANGHAI)
        mark = f"urn:yinuo:{county}:need:{found['id']}:{step['step']}:{step['on']}"
        title = _(STEPS.get(step["step"], step["step"]))
        entries.append(Entry(mark, title, "，".join(part for part in told if part), link, at))
    return entries[::-1]


def _instant(told: str) -> datetime:
    return datetime.fromisoformat(told)
