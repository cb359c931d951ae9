"""Where pages are, who may go there, what roles are called, and what is said when something was done."""

from collections.abc import Mapping, Sequence

STAFF = ("clerk", "branch", "unit", "office", "leader", "inspector", "auditor")

ROLE_NAMES: Mapping[str, str] = {
    "citizen": "群众",
    "clerk": "窗口工作人员",
    "member": "党员",
    "branch": "支部书记",
    "unit": "单位党组织",
    "office": "县学教办",
    "leader": "县领导",
    "inspector": "督导组",
    "auditor": "审计",
    "operator": "运维",
    "kiosk": "大屏",
}

NAVIGATION: Sequence[tuple[str, str, Sequence[str]]] = (
    ("/", "首页", ()),
    ("/new", "我要说", ()),
    ("/track", "我要查", ()),
    ("/wall", "承诺墙", ()),
    ("/hall", "认领大厅", ("member", "leader", "branch", "unit")),
    ("/mine", "我的认领", ("member", "leader", "branch", "unit")),
    ("/triage", "需求分办", ("office",)),
    ("/review", "审核台", ("branch", "unit", "office")),
    ("/figures", "看板", (*STAFF, "operator")),
    ("/screen", "大屏", ("leader", "office", "inspector", "auditor", "operator")),
    ("/audit", "审计回放", ("auditor", "office", "leader")),
    ("/operators", "运维", ("operator", "auditor")),
)
"""Path below the county, text, and the roles it is shown to (none: everybody)."""

SAID: Mapping[str, str] = {
    "rated": "谢谢您的评价。",
    "more": "您的补充已收到。",
    "claimed": "认领成功。接下来请公开承诺：做什么、什么时候完成。",
    "pledged": "承诺已公开。",
    "reported": "进展已记录。",
    "completed": "已申报完成，等待验收。",
    "returned_claim": "已退回，其他同志可以认领。",
    "reviewed": "审核意见已记录。",
    "proposed": "项目已提交审核。",
    "routed": "已交办。",
    "accepted": "已受理。",
    "answered": "已答复。",
    "declined": "已说明情况。",
    "wish_published": "微心愿已公开，党员可以认领。",
    "wish_claimed": "您认领了这个微心愿。",
    "wish_fulfilled": "微心愿已实现。",
    "kiosk_revoked": "这块大屏已停用，30 秒内不再显示。",
    "done": "已办好。",
}
"""By code in the address of a page, what is said on it."""
