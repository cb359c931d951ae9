"""A stream's history as people read it: who, when, what; for those a service shows it to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.pages.desk import Rows, away
from services.portal.pages.filters import moment
from services.portal.pages.places import ROLE_NAMES
from services.portal.pages.visit import Visit

_READERS = frozenset({"office", "leader", "auditor"})
_TOLD = ("reason", "remark", "text", "redo", "evidence", "result", "comment")
EVENTS: Mapping[str, str] = {
    "NoticeIssued": "发出文书",
    "NoticeNumbered": "编号",
    "NoticeAcknowledged": "单位签收",
    "NoticeResponded": "单位回复",
    "ResponseAccepted": "认可回复",
    "ResponseSentBack": "退回重报",
    "ReplyExtensionRequested": "申请延期",
    "ReplyExtensionGranted": "同意延期",
    "ReplyExtensionDeclined": "不同意延期",
    "NoticeOverdue": "超期未回复",
    "NoticeClosed": "办结",
    "WatchStarted": "开始计时",
    "WatchDeadlineMoved": "期限变动",
    "WatchPaused": "暂停计时",
    "WatchResumed": "恢复计时",
    "WatchEnded": "解除",
    "EscalationDue": "到了升级的日子",
    "SubjectEscalated": "升级",
    "SubjectListed": "挂牌督办",
    "ListingOwnerNamed": "指定整改单位",
    "SubjectDelisted": "摘牌",
    "RoundOpened": "开展督查",
    "UnitInspected": "到单位督查",
    "FindingRecorded": "记录问题",
    "FindingEnded": "问题了结",
    "ConclusionReturned": "反馈结论",
    "RoundClosed": "本轮收官",
    "VerificationOpened": "申报完成，等待验收",
    "MaterialsChecked": "核对材料",
    "ProjectScored": "评分",
    "ProjectVerified": "验收销号",
    "VerificationRefused": "不予销号",
    "VerificationWithdrawn": "验收撤销",
    "VerificationRevoked": "回头看撤回销号",
    "SignOffConfirmed": "回头看核实属实",
    "SurveyOpened": "开始调查",
    "SurveyCodesIssued": "发放编码",
    "SurveyClosed": "结束调查",
    "UnitScored": "单位评分",
    "YearAssessed": "年度考核",
    "SubjectAssessed": "考核结果",
}


@dataclass(frozen=True, slots=True)
class History:
    """What happened, oldest first; not `shown` to this visitor, or not there with a sentence why."""

    shown: bool
    items: Rows
    away: str = ""


async def history(visit: Visit, service: str, path: str) -> History:
    """Return a resource's events, where the visitor may read them."""
    if not _READERS & set(visit.roles):
        return History(shown=False, items=[])
    answer = await visit.get(service, f"{path}/history")
    if not answer.ok:
        return History(shown=True, items=[], away=away(visit, answer))
    return History(shown=True, items=[_item(visit, event) for event in answer.data["items"]])


def _item(visit: Visit, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as a line of a timeline."""
    data = event.get("data") or {}
    name = str(event.get("type", "")).rsplit(".", 1)[-1]
    note = [visit._("{n} 分").format(n=data["total"])] if isinstance(data.get("total"), int) else []
    note += [str(data[field]) for field in _TOLD if isinstance(data.get(field), str)]
    note += [visit._("期限 {day}").format(day=data[field]) for field in ("reply_by", "redo_by", "due_on") if data.get(field)]
    who = visit.names.of(data["unit"]) if isinstance(data.get("unit"), str) else ""
    return {
        "text": visit._(EVENTS.get(name, name)),
        "at": moment(event.get("time")),
        "who": " · ".join(part for part in (who, _actor(visit, event)) if part),
        "note": "；".join(note),
    }


def _actor(visit: Visit, event: Mapping[str, Any]) -> str:
    """Return who did it: role and account; the platform's own policies and clock are the system."""
    role = str(event.get("role", ""))
    return visit._("系统") if role not in ROLE_NAMES else f"{visit._(ROLE_NAMES[role])} {event.get('actor', '')}"
