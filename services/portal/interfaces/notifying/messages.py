"""What is told of which event: a title and a text that name nobody, and nothing the subscriber does not see anyway."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.portal.pages.filters import day

Translate = Callable[[str], str]
REMINDED = (7, 3, 1, 0, -1)
"""Days before a deadline on which its unit is reminded: on the day itself too, and on the one after."""
NEED_NEWS: Mapping[str, str] = {
    "NeedAccepted": "已受理",
    "MoreAsked": "需要您补充情况",
    "NeedMerged": "已与相同诉求合并办理",
    "NeedRouted": "已交办",
    "ProjectClaimed": "已有人认领",
    "PledgePublished": "已公开承诺完成时间",
    "PledgeAmended": "承诺有调整",
    "ExtensionApproved": "完成时间有调整",
    "CompletionDeclared": "已申报办完，等待验收",
    "ProjectSignedOff": "验收通过，已销号",
    "NeedAnswered": "已答复，请您评价",
    "NeedDeclined": "已说明情况",
    "NeedReopened": "重新办理",
}
UNIT_NEWS: Mapping[str, str] = {
    "NoticeIssued": "新的督办通知",
    "ResponseSentBack": "回复被退回，需要重新回复",
    "ReplyExtensionGranted": "回复期限已延长",
    "NoticeOverdue": "回复已逾期",
    "PledgePublished": "已公开承诺",
    "PledgeAmended": "承诺有调整",
    "ExtensionApproved": "同意延期",
    "ProjectSuspended": "暂停办理，期限不再计算",
    "ProjectResumed": "恢复办理",
    "ClaimGivenBack": "认领已退回，期限取消",
    "ProjectWithdrawn": "项目已撤销，期限取消",
}
TYPES = tuple(sorted({*NEED_NEWS, *UNIT_NEWS, "PetitionerErased"}))
"""Events that are looked at: all others concern nobody who subscribes."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is told."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it comes from: the county's name, and the address its pages are below."""

    name: str
    address: str


def of_need(_: Translate, place: Place, receipt: str, kind: str, data: Mapping[str, Any]) -> Message:
    """Return what the holder of a receipt is told: that something happened, and the day it concerns; the rest their query code opens."""
    news = _(NEED_NEWS[kind])
    told = _("您的诉求（回执号 {receipt}）有新进展：{news}。").format(receipt=receipt, news=news)
    if kind in {"PledgePublished", "PledgeAmended", "ExtensionApproved"} and data.get("complete_by"):
        told += _("承诺在{day}前办完。").format(day=day(data["complete_by"]))
    look = _("请用回执上的查询码查看详情：{address}").format(address=f"{place.address}/track")
    return Message(_("{county}：您的诉求{news}").format(county=place.name, news=news), f"{told}\n{look}")


def of_unit(_: Translate, place: Place, title: str | None, kind: str, data: Mapping[str, Any]) -> Message:
    """Return what a unit is told of what it has to do, and by when."""
    news = _(UNIT_NEWS[kind])
    due = data.get("reply_by") or data.get("complete_by") or data.get("due_on")
    told = f"{news}：{title}" if title else news
    by = _("，期限{day}").format(day=day(due)) if due else ""
    return Message(f"{place.name}：{told}"[:150], f"{told}{by}。\n{place.address}/")


def of_deadline(_: Translate, place: Place, title: str, due_on: date, left: int, *, reply: bool) -> Message:
    """Return what a unit is reminded of, some days before a deadline or the day after."""
    what = _("督办回复") if reply else _("承诺事项")
    if left < 0:
        when = _("已逾期")
    elif left == 0:
        when = _("今天到期")
    else:
        when = _("还有 {left} 天到期").format(left=left)
    return Message(
        f"{place.name} · {what} · {when} · {title}"[:150],
        _("{what}“{title}”{when}，期限{day}。").format(what=what, title=title, when=when, day=day(due_on)) + f"\n{place.address}/",
    )


def to_confirm(_: Translate, place: Place, label: str) -> Message:
    """Return what an address is asked before anything else is sent there."""
    return Message(
        _("{county}：请确认订阅").format(county=place.name),
        _("有人请求把“{label}”的进展发到这里。如果是您，请在 7 天内打开下面的地址确认；如果不是，请不用理会，不会再有消息。").format(
            label=label
        ),
    )
