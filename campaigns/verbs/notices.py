"""The supervision list: notices, and what becomes of them."""

from collections.abc import Callable, Iterable

from campaigns.calls import Actor, Call, Heard, Ref
from campaigns.county import Activity, Entry, texts
from campaigns.things import INSPECTOR, REVIEWER, Cast, Notice, committee
from campaigns.verbs.part import Part, call, held, singles
from campaigns.verbs.rounds import ended

REGULAR: tuple[Activity, ...] = ("work-prompt", "bulletin")
"""Kinds of notices that a county may ask for every week or month."""
_MEND_WITHIN = {"days": 3, "unit": "working"}


def issue(cast: Cast, entry: Entry) -> Part:
    """The office or the roving team issues; a letter to one unit names the project it is about, and what was found there."""
    notices, calls = _group(cast, entry), []
    for notice in notices:
        words = texts()["notices"][notice.group.kind]
        body = {
            "kind": notice.group.kind,
            "title": words["title"].format(n=notice.number, project=notice.project.title if notice.project else ""),
            "text": words["text"],
            "addressees": list(notice.units),
            "project_ids": [Ref(notice.project.thing)] if notice.project else [],
            "finding_ids": [Ref(notice.finding)] if notice.finding else [],
        }
        calls.append(call("issue", "/notices", _issuer(notice), notice.thing, body))
    found = ended(notice.finding for notice in notices if notice.finding)
    regular = [
        part for activity in REGULAR for part in held(cast, activity, *(each.thing for each in notices if each.group.kind == activity))
    ]
    return Part(singles(calls), after=(*found, *regular))


def acknowledge(cast: Cast, entry: Entry) -> Part:
    """Every addressee signs for it."""
    return _by_units("acknowledge", _group(cast, entry))


def reply(cast: Cast, entry: Entry) -> Part:
    """Addressees reply, except those that let the day pass."""
    return _by_units("respond", (notice for notice in _group(cast, entry) if not notice.overdue), "first")


def reply_again(cast: Cast, entry: Entry) -> Part:
    """Replies that were sent back are mended."""
    return _by_units("respond", (notice for notice in _group(cast, entry) if notice.sent_back), "again", nth=2)


def reply_late(cast: Cast, entry: Entry) -> Part:
    """Who let the day pass replies after all, once the clock has found them."""
    late = [notice for notice in _group(cast, entry) if notice.overdue]
    things = tuple(notice.thing for notice in late)
    heard = Heard("{} was found overdue", "/notices", things, "overdue", True)  # noqa: FBT003 - the field's value
    part = _by_units("respond", late, "late")
    return Part(part.steps, before=(heard,) if things else ())


def judge(cast: Cast, entry: Entry) -> Part:
    """Whoever issued finds replies enough, or sends them back."""
    return _by_issuer(
        (notice for notice in _group(cast, entry) if not notice.overdue),
        lambda notice, unit: _sent_back(notice, unit) if notice.sent_back else _accepted(notice, unit),
    )


def judge_again(cast: Cast, entry: Entry) -> Part:
    """Mended and late replies are enough."""
    return _by_issuer((notice for notice in _group(cast, entry) if notice.sent_back or notice.overdue), _accepted)


def close(cast: Cast, entry: Entry) -> Part:
    """Nothing more is asked of anybody."""
    body = {"remark": texts()["closed"]}
    path = "/notices/{notice_id}/close"
    return Part(singles(call("close", path, _issuer(each), each.thing, body) for each in _group(cast, entry)))


def _group(cast: Cast, entry: Entry) -> list[Notice]:
    found = [notice for notice in cast.notices if notice.group.name == entry.group]
    if not found:
        raise ValueError(f"no notices named {entry.group}")
    return found


def _issuer(notice: Notice) -> Actor:
    return INSPECTOR if notice.group.by == "inspector" else REVIEWER


def _by_units(verb: str, notices: Iterable[Notice], text: str | None = None, *, nth: int = 1) -> Part:
    body = {"text": texts()["replies"][text]} if text else {}
    path = f"/notices/{{notice_id}}/{verb}"
    return Part(
        singles(call(f"{verb}/{unit}", path, committee(unit), notice.thing, body, nth=nth) for notice in notices for unit in notice.units)
    )


def _by_issuer(notices: Iterable[Notice], made: Callable[[Notice, str], Call]) -> Part:
    return Part(singles(made(notice, unit) for notice in notices for unit in notice.units))


def _accepted(notice: Notice, unit: str) -> Call:
    return call(f"accept/{unit}", "/notices/{notice_id}/accept", _issuer(notice), notice.thing, {"unit": unit})


def _sent_back(notice: Notice, unit: str) -> Call:
    body = {"unit": unit, "reason": texts()["thin"], "reply_within": _MEND_WITHIN}
    return call(f"send-back/{unit}", "/notices/{notice_id}/send-back", _issuer(notice), notice.thing, body)
