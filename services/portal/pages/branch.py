"""支部: who must claim and has not, exemptions proposed and judged, members registered and moved, items to sign off."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import Act, Rows, carry_out, listed, together, told
from services.portal.pages.scoring.common import own
from services.portal.pages.visit import Page, Visit

DESK = ("branch", "unit")
EXEMPTIONS = ("infirm", "away")
_SHOWN = 300
ACTS: Mapping[str, Act] = {
    "propose": Act(
        "/members/exemption/proposal",
        lambda visit: {"member_id": visit.text("member"), **{name: visit.text(name) for name in ("exemption", "evidence")}},
        "exemption_proposed",
        {
            "member": "请先在名册里选一位党员。",
            "exemption": "请选择免于认领的原因。",
            "evidence": "请写明凭什么：谁核实、看到什么材料。",
        },
    ),
    "approve": Act(
        "/members/exemption/approval",
        lambda visit: {"member_id": visit.text("member"), "reason": visit.text("approve_reason")},
        "exemption_approved",
        {"member": "请先在名册里选一位党员。", "approve_reason": "请写明为什么同意。"},
        {"reason": "approve_reason", "member_id": "member"},
    ),
    "refuse": Act(
        "/members/exemption/refusal",
        lambda visit: {"member_id": visit.text("member"), "reason": visit.text("refuse_reason")},
        "exemption_refused",
        {"member": "请先在名册里选一位党员。", "refuse_reason": "请写明为什么不同意。"},
        {"reason": "refuse_reason", "member_id": "member"},
    ),
    "move": Act(
        "/members/move",
        lambda visit: {
            "member_id": visit.text("member"),
            "unit": own(visit).get("unit", ""),
            "branch": visit.text("to_branch"),
            "reason": visit.text("move_reason"),
        },
        "member_moved",
        {"member": "请先在名册里选一位党员。", "to_branch": "请选择转到哪个支部。", "move_reason": "请写明为什么转。"},
        {"branch": "to_branch", "reason": "move_reason", "member_id": "member"},
    ),
    "register": Act(
        "/members",
        lambda visit: {
            "account": visit.text("new_account"),
            "name": visit.text("new_name"),
            "unit": own(visit).get("unit", ""),
            "branch": visit.text("new_branch"),
        },
        "member_registered",
        {"new_account": "请填写登录账号。", "new_name": "请填写姓名。", "new_branch": "请选择支部。"},
        {"account": "new_account", "name": "new_name", "branch": "new_branch"},
    ),
}


async def branch(visit: Visit) -> Response:
    """Show who has not claimed, by branch and by name; take what branch and unit do about it."""
    outcome = await carry_out(visit, "projects", ACTS, "/branch")
    if outcome.response is not None:
        return outcome.response
    lacking = visit.asked("missing") != "false"
    chosen_branch = visit.asked("branch")
    counts, members, proposed, waiting = await together(
        listed(visit, "projects", "/claiming"),
        listed(visit, "projects", "/members", branch=chosen_branch),
        listed(visit, "projects", "/exemptions", branch=chosen_branch),
        listed(visit, "scoring", "/verifications", status="scored", unit=own(visit).get("unit", "")),
    )
    by_id = {row["id"]: row for row in members.rows}
    for row in proposed.rows:
        row["name"] = by_id.get(row["id"], {}).get("name")
    shown = [row for row in members.rows if not lacking or (row["exemption"] is None and row["claims"] <= 0)]
    opened = by_id.get(visit.text("member") or visit.asked("member"))
    return await visit.show(
        "branch/branch.html",
        outcome.status,
        desk=visit._("支部"),
        counts=counts,
        branches=_branches(visit, counts.rows),
        members=members,
        shown=shown[:_SHOWN],
        total=len(shown),
        lacking=lacking,
        of_branch=chosen_branch,
        exemptions=proposed,
        chosen=opened,
        proposal=next((row for row in proposed.rows if opened and row["id"] == opened["id"] and row["status"] == "proposed"), None),
        waiting=waiting,
        to_sign=_of_branch(visit, waiting.rows),
        is_branch="branch" in visit.roles,
        is_unit="unit" in visit.roles,
        reasons=EXEMPTIONS,
        told=told(visit),
        errors=outcome.errors,
        summary=outcome.summary(),
    )


def _branches(visit: Visit, counts: Rows) -> Sequence[Mapping[str, Any]]:
    unit = own(visit).get("unit", "")
    known = {row["id"] for row in counts}
    return [each for each in visit.names.of_kind("branch") if each["parent"] == unit and (not known or each["code"] in known)]


def _of_branch(visit: Visit, rows: Rows) -> Rows:
    """Return what the visitor's tier may sign off."""
    mine = own(visit)
    return [row for row in rows if row["tier"] in visit.roles and (not mine.get("branch") or row["branch"] == mine["branch"])]


PAGES = (Page("/c/{county}/branch", branch, DESK),)
