"""What the fields of forms are called where they are shown outside their form, to whoever is asked to send it again."""

import re
from collections.abc import Mapping

from services.portal.pages.filters import day, word

FIELDS: Mapping[str, str] = {
    "title": "标题",
    "detail": "具体情况",
    "kind": "类别",
    "town": "所在乡镇",
    "name": "您的称呼",
    "phone": "联系电话",
    "text": "填写的内容",
    "code": "查询码",
    "address": "邮箱、手机号或微信号",
    "promise": "做什么、做到什么程度",
    "complete_by": "哪天前办完",
    "percent": "完成百分之几",
    "summary": "办成了什么",
    "reason": "理由",
    "handling_unit": "承办单位",
    "outcome": "结果",
    "level": "清单",
    "unit": "单位",
    "branch": "支部",
    "planned_completion": "计划哪天前办完",
    "body": "正文",
    "reply": "书面回复",
    "ask_until": "希望延到",
    "ask_because": "理由",
    "back_reason": "哪里不够",
    "decline_reason": "为什么不同意",
    "close_remark": "说明",
    "close_reason": "说明",
    "remark": "说明",
    "score_remark": "说明",
    "list_reason": "说明",
    "escalate_remark": "说明",
    "evidence": "凭什么",
    "plan": "查什么、怎么查",
    "team": "组员账号",
    "first_on": "从",
    "last_on": "到",
    "inspected_on": "到单位的日期",
    "finding_text": "看到什么",
    "severity": "轻重",
    "conclusion": "反馈给单位的结论",
    "leave_reason": "理由",
    "held_on": "日期",
    "report": "汇报要点",
    "comment": "现场点评",
    "task": "做什么",
    "result": "完成情况",
    "refuse_reason": "理由",
    "approve_reason": "同意的理由",
    "redo": "要重新办什么",
    "move_reason": "为什么转",
    "new_name": "姓名",
    "new_account": "登录账号",
    "account": "账号",
    "occasion": "批次",
    "seed": "种子",
    "year": "年度",
}
"""By name; what is not here is sent again all the same and not shown."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def typed(value: str) -> str:
    """Return what was typed or chosen as a page shows it: days and codes in words, text as it stands."""
    try:
        return day(value) if _DAY.match(value) else word(value)
    except ValueError:
        return value
