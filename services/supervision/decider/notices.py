"""Notices: their numbers, their clocks and their replies."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import assert_never

from services.supervision.commands.notices import (
    AcceptResponse,
    AcknowledgeNotice,
    CloseNotice,
    IssueNotice,
    JudgeReplyExtension,
    MarkOverdue,
    NumberNotice,
    RequestReplyExtension,
    RespondToNotice,
    SendResponseBack,
)
from services.supervision.state.notices import Addressee, Notice, NoticeEvent, Register, Reply, count, evolve
from shared.contracts.supervision import (
    SUPERVISION,
    NoticeAcknowledged,
    NoticeClosed,
    NoticeIssued,
    NoticeNumbered,
    NoticeOverdue,
    NoticeResponded,
    ReplyExtensionDeclined,
    ReplyExtensionGranted,
    ReplyExtensionRequested,
    ResponseAccepted,
    ResponseSentBack,
)
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import Deadline, Period, business_day, due

NoticeCommand = (
    IssueNotice
    | AcknowledgeNotice
    | RespondToNotice
    | AcceptResponse
    | SendResponseBack
    | RequestReplyExtension
    | JudgeReplyExtension
    | CloseNotice
    | MarkOverdue
)
ISSUERS = ("office", "inspector", "leader")
LONGEST_EXTENSION = timedelta(days=366)


def decide(command: NoticeCommand, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:  # noqa: C901, PLR0911 - one case a command
    """Return the facts a command makes."""
    if not isinstance(command, IssueNotice | MarkOverdue):
        _must_be_open(notice)
    match command:
        case IssueNotice():
            return issue(command, notice, asked)
        case AcknowledgeNotice():
            return acknowledge(command, notice, asked)
        case RespondToNotice():
            return respond(command, notice, asked)
        case AcceptResponse():
            return accept(command, notice, asked)
        case SendResponseBack():
            return send_back(command, notice, asked)
        case RequestReplyExtension():
            return request_extension(command, notice, asked)
        case JudgeReplyExtension():
            return judge_extension(command, notice, asked)
        case CloseNotice():
            return close(command, notice, asked)
        case MarkOverdue():
            return mark_overdue(command, notice, asked)
        case _:
            assert_never(command)


def issue(command: IssueNotice, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """The office, an inspector or a leader issues; the day of issue is not counted."""
    asked.actor.require(*ISSUERS)
    if notice.kind is not None:
        return []
    for unit in command.addressees:
        if command.addressees.count(unit) > 1:
            raise Rejected("addressee_twice", pointer="/addressees", unit=unit)
    today = business_day(asked.at)
    acknowledge_by, reply_by = _due(today, command.acknowledge_within), _due(today, command.reply_within)
    return [
        NoticeIssued(
            notice_id=command.notice_id,
            kind=command.kind,
            title=command.title,
            text=command.text,
            addressees=command.addressees,
            project_ids=tuple(dict.fromkeys(command.project_ids)),
            issued_on=today,
            acknowledge_by=acknowledge_by.due_on if acknowledge_by else None,
            reply_by=reply_by.due_on if reply_by else None,
            provisional=any(deadline.provisional for deadline in (acknowledge_by, reply_by) if deadline),
            issued_by=asked.actor.sub,
            names=command.names,
            watch_id=command.watch_id,
            finding_ids=tuple(dict.fromkeys(command.finding_ids)),
            figures_id=command.figures_id,
        )
    ]


def acknowledge(command: AcknowledgeNotice, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """An addressee signs for it, once."""
    unit, at = _own(notice, asked)
    if not notice.asks:
        raise Rejected("notice_asks_nothing")
    return [] if at.acknowledged else [NoticeAcknowledged(notice_id=command.notice_id, unit=unit)]


def respond(command: RespondToNotice, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """An addressee that has signed for it replies; late is better than never."""
    unit, at = _own(notice, asked)
    if at.reply_by is None:
        raise Rejected("notice_asks_nothing")
    if not at.acknowledged:
        raise Rejected("notice_not_acknowledged")
    if at.reply is Reply.ACCEPTED:
        raise Rejected("response_already_accepted")
    return [NoticeResponded(notice_id=command.notice_id, unit=unit, text=command.text)]


def accept(command: AcceptResponse, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """Who issues may accept a reply, but not their own unit's."""
    unit, at = _replied(command.unit, notice, asked)
    if at.reply is Reply.ACCEPTED:
        return []
    return [ResponseAccepted(notice_id=command.notice_id, unit=unit, accepted_by=asked.actor.sub)]


def send_back(command: SendResponseBack, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """A reply that is not enough goes back with a reason and a new date, counted from today."""
    unit, at = _replied(command.unit, notice, asked)
    if at.reply is Reply.ACCEPTED:
        raise Rejected("response_already_accepted")
    deadline = due(business_day(asked.at), command.reply_within)
    return [
        ResponseSentBack(
            notice_id=command.notice_id, unit=unit, reason=command.reason, reply_by=deadline.due_on, provisional=deadline.provisional
        )
    ]


def request_extension(command: RequestReplyExtension, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """An addressee that has not been found enough asks for a later day, at most a year later; the clock runs on."""
    unit, at = _own(notice, asked)
    if at.reply_by is None:
        raise Rejected("notice_asks_nothing")
    if at.reply is Reply.ACCEPTED:
        raise Rejected("response_already_accepted")
    if not at.reply_by < command.reply_by <= at.reply_by + LONGEST_EXTENSION:
        raise Rejected("extension_out_of_range", pointer="/reply_by", day=at.reply_by.isoformat())
    if at.asks_until == command.reply_by:
        return []
    return [ReplyExtensionRequested(notice_id=command.notice_id, unit=unit, reply_by=command.reply_by, reason=command.reason)]


def judge_extension(command: JudgeReplyExtension, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """Who issues may grant the later day that was asked for, or say why not; nobody does so for their own unit."""
    unit, at = _judged(command.unit, notice, asked)
    if at.asks_until is None:
        raise Rejected("no_extension_asked", unit=unit)
    by = asked.actor.sub
    if command.verdict == "grant":
        return [ReplyExtensionGranted(notice_id=command.notice_id, unit=unit, reply_by=at.asks_until, approved_by=by)]
    if command.reason is None:
        raise Rejected("reason_missing", pointer="/reason")
    return [ReplyExtensionDeclined(notice_id=command.notice_id, unit=unit, reason=command.reason, declined_by=by)]


def close(command: CloseNotice, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """A notice is closed when every reply it asked for is accepted."""
    asked.actor.require(*ISSUERS)
    outstanding = [unit for unit, at in notice.addressees if at.reply_by is not None and at.reply is not Reply.ACCEPTED]
    if outstanding:
        raise Rejected("replies_outstanding", units=", ".join(outstanding))
    return [NoticeClosed(notice_id=command.notice_id, remark=command.remark, closed_by=asked.actor.sub)]


def mark_overdue(command: MarkOverdue, notice: Notice, asked: Asked) -> Sequence[NoticeEvent]:
    """Whoever has not replied by the date is overdue, once for that date; a moved date or a closed notice makes it moot."""
    asked.actor.require(SYSTEM)
    if notice.closed:
        return []
    late = tuple(
        unit
        for unit, at in notice.addressees
        if at.reply_by == command.due_on and at.overdue_for != command.due_on and at.reply not in (Reply.RESPONDED, Reply.ACCEPTED)
    )
    if not late or notice.kind is None:
        return []
    return [NoticeOverdue(notice_id=command.notice_id, kind=notice.kind, due_on=command.due_on, units=late)]


def _must_be_open(notice: Notice) -> None:
    if notice.kind is None:
        raise Rejected("not_found")
    if notice.closed:
        raise Rejected("notice_closed")


def _due(today: date, period: Period | None) -> Deadline | None:
    return None if period is None else due(today, period)


def _own(notice: Notice, asked: Asked) -> tuple[str, Addressee]:
    """Return the actor's unit as an addressee."""
    asked.actor.require("unit")
    unit = asked.actor.unit or ""
    at = notice.addressee(unit)
    if at is None:
        raise Rejected("not_an_addressee")
    return unit, at


def _replied(given: str | None, notice: Notice, asked: Asked) -> tuple[str, Addressee]:
    """Return the addressee whose reply is judged."""
    unit, at = _judged(given, notice, asked)
    if at.reply not in (Reply.RESPONDED, Reply.ACCEPTED):
        raise Rejected("no_response_yet", unit=unit)
    return unit, at


def _judged(given: str | None, notice: Notice, asked: Asked) -> tuple[str, Addressee]:
    """Return the addressee that is judged; nobody judges their own unit."""
    asked.actor.require(*ISSUERS)
    if given is None and len(notice.addressees) > 1:
        raise Rejected("addressees_unclear", pointer="/unit")
    unit = given if given is not None else notice.addressees[0][0]
    at = notice.addressee(unit)
    if at is None:
        raise Rejected("unit_not_addressed", pointer="/unit", unit=unit)
    if asked.actor.unit == unit:
        raise Rejected("own_item")
    return unit, at


def number(command: NumberNotice, register: Register, asked: Asked) -> Sequence[NoticeNumbered]:
    """The next number goes to a notice that is there, once: whoever decided on an older register decides anew."""
    asked.actor.require(SYSTEM)
    if command.notice_id in register.numbered:
        return []
    following = register.last + 1
    text = None if command.sender_code is None else f"{command.sender_code}〔{command.year}〕{following}号"
    return [NoticeNumbered(notice_id=command.notice_id, kind=command.kind, year=command.year, number=following, text=text)]


NOTICE = Decider(contract=SUPERVISION, initial=Notice(), evolve=evolve, decide=decide)
REGISTER = Decider(contract=SUPERVISION, initial=Register(), evolve=count, decide=number)
