"""How values are written on pages: days and times of Shanghai, days left, words for statuses."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from services.portal.pages.desk_words import DESK_KINDS, DESK_WORDS
from shared.kernel.workdays import business_day
from shared.kernel.workdays.instants import SHANGHAI

WORDS: Mapping[str, str] = {
    "need": "需求",
    "micro-wish": "微心愿",
    "opinion": "意见建议",
    "submitted": "已收到",
    "accepted": "已受理",
    "routed": "已交办",
    "merged": "已合并办理",
    "answered": "已答复",
    "declined": "已说明",
    "proposed": "待审核",
    "returned": "已退回修改",
    "approved": "待认领",
    "claimed": "办理中",
    "completed": "待验收",
    "signed-off": "已销号",
    "withdrawn": "已撤销",
    "published": "待认领",
    "fulfilled": "已实现",
    "thanked": "已致谢",
    "open": "待评分",
    "verified": "已验收",
    "refused": "未通过",
    "revoked": "已撤回",
    "done": "已办成",
    "explained": "已解释说明",
    "not-ours": "不属本级",
    "cannot-be-done": "暂时办不到",
    "petition": "转信访",
    "television": "电视问政",
    "website": "网站",
    "wechat": "微信",
    "douyin": "抖音",
    "hotline": "热线",
    "email": "邮箱",
    "opinion-box": "意见箱",
    "talk": "座谈",
    "visit": "走访",
    "request-for-opinions": "征求意见",
    "counter": "窗口",
    "meeting": "会议公开",
    "very-satisfied": "非常满意",
    "satisfied": "满意",
    "basically-satisfied": "基本满意",
    "dissatisfied": "不满意",
    "very-dissatisfied": "非常不满意",
    "urgent-need": "群众急需",
    "within-power": "力所能及",
    "rooted-in-post": "立足岗位",
    "member": "党员",
    "branch": "支部",
    "unit": "单位",
    "leader": "县领导",
    "office": "县学教办",
    "materials": "资料",
    "satisfaction": "满意度",
    "awareness": "知晓率",
    "quality": "质量",
    "demonstration": "示范",
    **DESK_WORDS,
}
KINDS: Mapping[str, str] = {
    "submitted": "todo",
    "proposed": "todo",
    "approved": "todo",
    "published": "todo",
    "accepted": "now",
    "routed": "now",
    "claimed": "now",
    "completed": "wait",
    "open": "wait",
    "merged": "wait",
    "returned": "stop",
    "refused": "stop",
    "revoked": "stop",
    "withdrawn": "stop",
    "answered": "done",
    "declined": "done",
    "signed-off": "done",
    "verified": "done",
    "fulfilled": "done",
    "thanked": "done",
    **DESK_KINDS,
}
"""By status, the kind of pill that shows it."""


def word(code: str | None) -> str:
    """Return what a code is called; a text to be translated."""
    return WORDS.get(code or "", code or "")


def day(value: date | datetime | str | None) -> str:
    """Return a day as `2021年11月12日`, of an instant the one in Shanghai."""
    found = _day(value)
    return "" if found is None else f"{found.year}年{found.month}月{found.day}日"


def moment(value: datetime | str | None) -> str:
    """Return an instant as `2021-11-12 09:03` in Shanghai."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return "" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def clock_time(value: datetime) -> str:
    """Return an instant's time of day in Shanghai, as `12:03:11`."""
    return value.astimezone(SHANGHAI).strftime("%H:%M:%S")


def days_until(value: date | str | None, today: date) -> int | None:
    """Return how many days there are until a day, counted by the calendar; negative once it has passed."""
    found = _day(value)
    return None if found is None else (found - today).days


def brief(value: date | datetime | str | None, today: date) -> str:
    """Return a day as `11月12日`, with its year where that is another than today's."""
    found = _day(value)
    return "" if found is None else f"{found.month}月{found.day}日" if found.year == today.year else day(found)


def _day(value: date | datetime | str | None) -> date | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value or " " in value else date.fromisoformat(value)
    return business_day(value) if isinstance(value, datetime) else value


FILTERS: Mapping[str, Callable[..., Any]] = {
    "business_day": business_day,
    "day": day,
    "clock_time": clock_time,
    "moment": moment,
    "word": word,
    "kind": lambda code: KINDS.get(code or "", "now"),
    "left": days_until,
    "brief": brief,
}
