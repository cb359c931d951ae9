"""A notice as its rules see it, and the numbers of a kind and year."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import assert_never
from uuid import UUID

from shared.contracts.supervision import (
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
from shared.contracts.values import NoticeKind

NoticeEvent = (
    NoticeIssued
    | NoticeAcknowledged
    | NoticeResponded
    | ResponseAccepted
    | ResponseSentBack
    | ReplyExtensionRequested
    | ReplyExtensionGranted
    | ReplyExtensionDeclined
    | NoticeOverdue
    | NoticeClosed
)


class Reply(Enum):
    """Where one addressee is."""

    AWAITED = "awaited"
    ACKNOWLEDGED = "acknowledged"
    RESPONDED = "responded"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Addressee:
    """One addressee: where it is, until when it must reply, and the due date it was found overdue for."""

    reply: Reply = Reply.AWAITED
    acknowledged: bool = False
    reply_by: date | None = None
    overdue_for: date | None = None
    asks_until: date | None = None
    """The later day it asked for, while nobody has judged that."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as its rules see it."""

    kind: NoticeKind | None = None
    issued_on: date | None = None
    watch_id: UUID | None = None
    closed: bool = False
    asks: bool = False
    addressees: tuple[tuple[str, Addressee], ...] = ()

    def addressee(self, unit: str) -> Addressee | None:
        """Return where a unit is, None when it is no addressee."""
        return dict(self.addressees).get(unit)

    def put(self, unit: str, addressee: Addressee) -> "Notice":
        """Return the notice with one addressee elsewhere."""
        return replace(self, addressees=tuple((code, addressee if code == unit else at) for code, at in self.addressees))

    def at(self, unit: str) -> Addressee:
        """Return where an addressee of a fact is."""
        return dict(self.addressees)[unit]


def evolve(notice: Notice, event: NoticeEvent) -> Notice:  # noqa: C901, PLR0911 - one case a fact
    """Return the notice after a fact."""
    match event:
        case NoticeIssued():
            everyone = tuple((unit, Addressee(reply_by=event.reply_by)) for unit in event.addressees)
            asks = event.reply_by is not None or event.acknowledge_by is not None
            return replace(notice, kind=event.kind, issued_on=event.issued_on, watch_id=event.watch_id, asks=asks, addressees=everyone)
        case NoticeAcknowledged():
            return notice.put(event.unit, replace(notice.at(event.unit), reply=Reply.ACKNOWLEDGED, acknowledged=True))
        case NoticeResponded():
            return notice.put(event.unit, replace(notice.at(event.unit), reply=Reply.RESPONDED))
        case ResponseAccepted():
            return notice.put(event.unit, replace(notice.at(event.unit), reply=Reply.ACCEPTED, asks_until=None))
        case ResponseSentBack():
            back = replace(notice.at(event.unit), reply=Reply.ACKNOWLEDGED, reply_by=event.reply_by, asks_until=None)
            return notice.put(event.unit, back)
        case ReplyExtensionRequested():
            return notice.put(event.unit, replace(notice.at(event.unit), asks_until=event.reply_by))
        case ReplyExtensionGranted():
            return notice.put(event.unit, replace(notice.at(event.unit), reply_by=event.reply_by, asks_until=None))
        case ReplyExtensionDeclined():
            return notice.put(event.unit, replace(notice.at(event.unit), asks_until=None))
        case NoticeOverdue():
            for unit in event.units:
                notice = notice.put(unit, replace(notice.at(unit), overdue_for=event.due_on))
            return notice
        case NoticeClosed():
            return replace(notice, closed=True)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class Register:
    """The numbers of one kind and year: the last one given, and to which notices numbers were given."""

    last: int = 0
    numbered: frozenset[UUID] = frozenset()


def count(register: Register, event: NoticeNumbered) -> Register:
    """Return the register after a number was given."""
    return Register(event.number, register.numbered | {event.notice_id})
