"""A notice's story, piece by piece: what is asked of it, and what has become of it."""

from datetime import UTC, date, datetime
from uuid import UUID

from services.supervision.commands.notices import (
    AcceptResponse,
    AcknowledgeNotice,
    CloseNotice,
    IssueNotice,
    MarkOverdue,
    RespondToNotice,
    SendResponseBack,
)
from shared.contracts.supervision import (
    NoticeAcknowledged,
    NoticeIssued,
    NoticeOverdue,
    NoticeResponded,
    ResponseAccepted,
    ResponseSentBack,
)
from shared.kernel.actor import Actor
from shared.kernel.testing import by
from shared.kernel.workdays import Period

NOTICE_ID = UUID("0199c1a8-3333-7000-8000-000000000001")
PROJECTS = tuple(UUID(f"0199c1a8-2222-7000-8000-{number:012}") for number in (1, 2))
OFFICE, INSPECTOR, LEADER = by("office", sub="xjb-1"), by("inspector", sub="team-2"), by("leader", sub="leader-7")
TOWN, BUREAU = by("unit", sub="committee-1", unit="T1"), by("unit", sub="committee-2", unit="D1")
TIMER = Actor.system("timer")
ACKNOWLEDGE = AcknowledgeNotice(notice_id=NOTICE_ID)
RESPOND = RespondToNotice(notice_id=NOTICE_ID, text="已整改")
CLOSE = CloseNotice(notice_id=NOTICE_ID, remark="归档")


def working(days: int) -> Period:
    return Period(days=days, unit="working")


def calendar(days: int) -> Period:
    return Period(days=days, unit="calendar")


def issue(**changes: object) -> IssueNotice:
    ask = IssueNotice(notice_id=NOTICE_ID, kind="rectification-letter", title="限期整改", text="台账不实", addressees=("T1", "D1"))
    return ask.model_copy(update={"acknowledge_within": working(1), "reply_within": calendar(7), **changes})


def issued(*addressees: str, acknowledge_by: date | None = date(2021, 11, 2), reply_by: date | None = date(2021, 11, 8)) -> NoticeIssued:
    return NoticeIssued(
        notice_id=NOTICE_ID,
        kind="rectification-letter",
        title="限期整改",
        text="台账不实",
        addressees=addressees or ("T1", "D1"),
        project_ids=(),
        issued_on=date(2021, 11, 1),
        acknowledge_by=acknowledge_by,
        reply_by=reply_by,
        provisional=False,
        issued_by="xjb-1",
    )


def acknowledged(unit: str = "T1") -> NoticeAcknowledged:
    return NoticeAcknowledged(notice_id=NOTICE_ID, unit=unit)


def responded(unit: str = "T1") -> NoticeResponded:
    return NoticeResponded(notice_id=NOTICE_ID, unit=unit, text="已整改")


def accepted(unit: str = "T1") -> ResponseAccepted:
    return ResponseAccepted(notice_id=NOTICE_ID, unit=unit, accepted_by="xjb-1")


def accept(unit: str | None = "T1") -> AcceptResponse:
    return AcceptResponse(notice_id=NOTICE_ID, unit=unit)


def send_back(within: Period, unit: str | None = "T1") -> SendResponseBack:
    return SendResponseBack(notice_id=NOTICE_ID, unit=unit, reason="仍不实", reply_within=within)


def sent_back(reply_by: date, unit: str = "T1") -> ResponseSentBack:
    return ResponseSentBack(notice_id=NOTICE_ID, unit=unit, reason="仍不实", reply_by=reply_by, provisional=False)


def overdue(due_on: date, *units: str) -> NoticeOverdue:
    return NoticeOverdue(notice_id=NOTICE_ID, kind="rectification-letter", due_on=due_on, units=units)


def mark(due_on: date) -> MarkOverdue:
    return MarkOverdue(notice_id=NOTICE_ID, due_on=due_on)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


REPLIED = (issued(), acknowledged(), responded())
