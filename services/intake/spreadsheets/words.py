"""What sheets call things: headers and values as offices write them, and the codes they stand for."""

from collections.abc import Mapping, Sequence

from shared.contracts.values import Channel, NeedKind

COLUMNS: Mapping[str, Sequence[str]] = {
    "row_id": ("编号", "序号", "row_id"),
    "kind": ("类型", "类别", "kind"),
    "channel": ("渠道", "来源", "channel"),
    "title": ("标题", "诉求", "title"),
    "detail": ("内容", "详细内容", "detail"),
    "town": ("乡镇代码", "town"),
    "name": ("姓名", "诉求人", "name"),
    "phone": ("电话", "联系电话", "手机", "phone"),
}
"""A need's field and what its column may be called, the usual name first."""
REQUIRED = ("kind", "channel", "title", "detail", "town")
KINDS: Mapping[str, NeedKind] = {"需求": "need", "诉求": "need", "微心愿": "micro-wish", "意见": "opinion", "意见建议": "opinion"}
CHANNELS: Mapping[str, Channel] = {
    "电视": "television",
    "网站": "website",
    "微信": "wechat",
    "抖音": "douyin",
    "热线": "hotline",
    "邮箱": "email",
    "意见箱": "opinion-box",
    "座谈": "talk",
    "走访": "visit",
    "征求意见": "request-for-opinions",
    "窗口": "counter",
}
EXPORTED: Mapping[str, str] = {
    "编号": "id",
    "类型": "kind",
    "渠道": "channel",
    "标题": "title",
    "乡镇代码": "town",
    "状态": "status",
    "提交时间": "submitted_at",
    "办理单位": "handling_unit",
    "责任领导": "responsible_leader",
    "交办时间": "routed_at",
    "结果": "outcome",
    "办结时间": "closed_at",
    "项目": "project_id",
}
"""Header and field. What people wrote at length, and who brought it in, stays inside: a file goes anywhere."""
SAID: Mapping[str, Mapping[str, str]] = {
    "kind": {"need": "需求", "micro-wish": "微心愿", "opinion": "意见"},
    "channel": {code: word for word, code in CHANNELS.items()},
    "status": {"submitted": "待交办", "routed": "办理中", "declined": "不予办理", "answered": "已答复"},
    "outcome": {"done": "已办成", "explained": "已解释", "not-ours": "非本单位职责", "cannot-be-done": "无法办理", "petition": "转信访"},
}
"""Words for codes; a code without one is written as it is."""
