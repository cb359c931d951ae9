"""Events in words: what a ticker says of what everybody may know."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.portal.pages.filters import day, word

if TYPE_CHECKING:
    from services.portal.pages.visit import Visit

EVENT_WORDS: Mapping[str, str] = {
    "NeedSubmitted": "群众反映一件{kind}",
    "NeedRouted": "需求已交办",
    "NeedAnswered": "需求已答复：{outcome}",
    "NeedRated": "群众评价：{rating}",
    "NeedReopened": "群众不满意，重新办理",
    "WishPublished": "微心愿公开：{title}",
    "WishClaimed": "微心愿有人认领",
    "WishGivenBack": "微心愿退回，等待认领",
    "WishFulfilled": "微心愿已实现",
    "WishThanked": "微心愿收到感谢",
    "CallPublished": "开始征集：{title}",
    "CallClosed": "征集结束",
    "OrganisationRegistered": "登记单位：{name}",
    "OrganisationRenamed": "单位更名：{name}",
    "ProjectProposed": "提出实事项目：{title}",
    "ProjectApproved": "审核通过：{title}",
    "ProjectClaimed": "认领实事：{title}",
    "ClaimGivenBack": "退回认领：{title}",
    "PledgePublished": "公开承诺 {day}前办完：{title}",
    "PledgeAmended": "承诺改期到 {day}：{title}",
    "ExtensionApproved": "同意延期到 {day}：{title}",
    "ProjectSuspended": "暂停办理：{title}",
    "ProjectResumed": "恢复办理：{title}",
    "ProgressReported": "进展 {percent}%：{title}",
    "CompletionDeclared": "申报办完：{title}",
    "ProjectReopened": "重新办理：{title}",
    "ProjectSignedOff": "验收销号：{title}",
    "ProjectWithdrawn": "撤销项目：{title}",
    "ProjectVerified": "验收通过：{title}",
}
"""By type, what is said of it; templates are translated, then filled in."""


def said(visit: "Visit", row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event for a ticker: when, who or where, and what."""
    data = row["data"]
    _ = visit._
    values = {
        "kind": _(word(data.get("kind"))),
        "outcome": _(word(data.get("outcome"))),
        "rating": _(word(data.get("rating"))),
        "title": data.get("title") or row["title"] or _("一项实事"),
        "name": data.get("name", ""),
        "day": day(data.get("complete_by")),
        "percent": data.get("percent", ""),
    }
    place = data.get("town") or data.get("unit") or data.get("handling_unit") or row["unit"]
    text = _(EVENT_WORDS[row["type"]]).format(**values)
    return {"at": row["recorded_at"], "where": visit.names.of(place), "text": text, "type": row["type"]}
