"""What the pages of the 督办台 share: who uses it, its views, the lines of notices by deadline."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Rows, days_left
from services.portal.pages.visit import Visit

DESK = ("office", "leader", "inspector", "unit")
COUNTY = ("office", "leader", "inspector")
ISSUERS = frozenset(COUNTY)
NOTICE_KINDS = ("work-prompt", "issue-assignment-letter", "rectification-letter", "bulletin", "special-bulletin", "listing")
LADDERS = ("overdue-project", "overdue-notice", "unclaimed-project", "unowned-need")
_VIEWS = (
    ("", "按时限", ()),
    ("/notices", "通知文书", ()),
    ("/watches", "督办阶梯", ()),
    ("/listings", "挂牌督办", ()),
    ("/unowned", "无人承办", COUNTY),
    ("/rounds", "督查轮次", COUNTY),
    ("/hearings", "汇报会", COUNTY),
    ("/tasks", "会议任务", ()),
    ("/visits", "联点走访", ()),
    ("/figures", "数据通报", COUNTY),
)
_ENDED = ("accepted",)


def may_issue(visit: Visit) -> bool:
    """Tell whether the visitor may issue notices and judge replies."""
    return bool(ISSUERS & set(visit.roles))


def own_unit(visit: Visit) -> str:
    """Return the unit the visitor acts for; nothing where they act for none."""
    return "" if visit.signed_in is None or "unit" not in visit.roles else visit.signed_in.principal.actor.unit or ""


async def show(visit: Visit, template: str, here: str, status: int = 200, **context: Any) -> Response:  # noqa: ANN401 - a template's
    """Show a page of the desk, with its views."""
    roles = set(visit.roles)
    tabs = [
        {"href": visit.address(f"/supervision{path}"), "text": visit._(text), "current": path == here}
        for path, text, wanted in _VIEWS
        if not wanted or roles & set(wanted)
    ]
    shared = {"desk": visit._("督办台"), "tabs": tabs, "may_issue": may_issue(visit), "own_unit": own_unit(visit), "today": visit.today}
    return await visit.show(f"supervision/{template}", status, **shared, **context)


def lines(visit: Visit, notices: Iterable[Mapping[str, Any]]) -> Rows:
    """Return what every addressee still has to do, what is due first first; a unit sees its own."""
    mine = None if may_issue(visit) else own_unit(visit)
    found: Rows = []
    for notice in notices:
        for unit, at in (notice["units"] or {}).items():
            due = _due(notice, at)
            if due is None or at["status"] in _ENDED or (mine is not None and unit != mine):
                continue
            left = days_left(visit, due)
            row = {"notice": notice, "unit": unit, "name": at.get("name") or visit.names.of(unit), "at": at, "due": due, "left": left}
            found.append(row | {"asks": at.get("asks_until"), "next": _next(at)})
    return sorted(found, key=lambda row: (row["due"], row["notice"]["issued_on"], row["unit"]))


def _due(notice: Mapping[str, Any], at: Mapping[str, Any]) -> str | None:
    """Return the day by which an addressee must sign for a notice or reply to it."""
    if at["status"] == "awaited" and notice["acknowledge_by"] is not None:
        return min(str(notice["acknowledge_by"]), str(at.get("reply_by") or notice["acknowledge_by"]))
    if at["status"] == "acknowledged" and at.get("reply_by") is None:
        return None
    return at.get("reply_by")


def _next(at: Mapping[str, Any]) -> str:
    """Return what is to be done next, and by whom."""
    if at.get("asks_until"):
        return "审批延期"
    return {"awaited": "单位签收", "acknowledged": "单位回复", "responded": "审阅回复", "sent-back": "单位重报"}.get(at["status"], "")


def day_of(value: object) -> date | None:
    """Return a day of a service's row."""
    return date.fromisoformat(str(value)[:10]) if value else None
