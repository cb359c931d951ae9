"""Deadlines as iCalendar (RFC 5545): one all-day event each, under an id that stays, cancelled when it is gone."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from services.portal.queries.deadlines import Deadline

Translate = Callable[[str], str]
_LINE_OCTETS = 75
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUSES = {"open": "CONFIRMED", "suspended": "TENTATIVE", "done": "CONFIRMED", "gone": "CANCELLED"}
_REMIND_BEFORE = ("P3D", "P1D")


def calendar(_: Translate, name: str, host: str, deadlines: Iterable[Deadline]) -> bytes:
    """Return the calendar: the same bytes for the same deadlines, whenever it is asked for."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yinuo//Deadlines//ZH", "CALSCALE:GREGORIAN"]
    lines += [f"X-WR-CALNAME:{_text(name)}", "X-WR-TIMEZONE:Asia/Shanghai", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"]
    for deadline in sorted(deadlines, key=lambda each: (each.due_on, each.what)):
        lines += _event(_, host, deadline)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _event(_: Translate, host: str, deadline: Deadline) -> list[str]:
    kind = _("督办回复") if deadline.reply else _("承诺完成")
    mark = {"open": "", "suspended": _("（已暂停）"), "done": _("（已办）"), "gone": _("（已取消）")}[deadline.standing]
    stamp = _instant(deadline.changed_at)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{'reply' if deadline.reply else 'promise'}-{deadline.what}@{host}",
        f"SEQUENCE:{sequence(deadline.changed_at)}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"DTSTART;VALUE=DATE:{_day(deadline.due_on)}",
        f"DTEND;VALUE=DATE:{_day(deadline.due_on + timedelta(days=1))}",
        f"SUMMARY:{_text(f'{kind}{mark}：{deadline.title}')}",
        f"STATUS:{_STATUSES[deadline.standing]}",
        "TRANSP:TRANSPARENT",
        f"CATEGORIES:{_text(kind)}",
    ]
    if deadline.standing == "open":
        for before in _REMIND_BEFORE:
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-{before}", f"DESCRIPTION:{_text(deadline.title)}", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def sequence(changed_at: datetime) -> int:
    """Return the revision of an event: seconds since 2020, so that a later state always has the higher one."""
    return max(0, int((changed_at - _BEGINNING).total_seconds()))


def folded(line: str) -> str:
    """Return a content line folded to 75 octets, never within a character (RFC 5545, section 3.1)."""
    parts, part, octets = [], "", 0
    for letter in line:
        size = len(letter.encode("utf-8", "replace"))
        if octets + size > _LINE_OCTETS:
            parts.append(part)
            part, octets = "", 1  # the space a continuation begins with
        part += letter
        octets += size
    return "\r\n ".join([*parts, part])


def _text(text: str) -> str:
    """Return a text as a value (RFC 5545, section 3.3.11)."""
    clean = _UNFIT.sub(" ", text.replace("\r\n", "\n"))
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
