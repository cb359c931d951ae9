"""Two notices under whatever anybody asks: no reply counts twice, no clock is missed or goes on after the end, no number is left out."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.supervision.commands.notices import JudgeReplyExtension, MarkOverdue, RequestReplyExtension
from services.supervision.decider import NOTICE, REGISTER
from services.supervision.handlers import HANDLERS
from services.supervision.policies import FOLLOW_UP_NOTICE
from services.supervision.projections import NOTICE_BOARD, TIMERS
from services.supervision.state.notices import Addressee, Notice, NoticeEvent, Reply
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
from shared.kernel.actor import Actor
from shared.kernel.testing import by
from tests.support.a_notice import (
    ACKNOWLEDGE,
    BUREAU,
    CLOSE,
    INSPECTOR,
    LEADER,
    OFFICE,
    RESPOND,
    TIMER,
    TOWN,
    accept,
    calendar,
    issue,
    send_back,
    working,
)
from tests.support.a_service import Ask, Service, anything, every, explore

LETTER, OTHER = UUID(int=1), UUID(int=2)
FIRST_DAY = date(2021, 11, 8)
OWN_LEADER, OWN_OFFICE = by("leader", sub="leader-1", unit="T1"), by("office", sub="xjb-9", unit="D1")
ISSUERS = (OFFICE, INSPECTOR, LEADER, OWN_LEADER, OWN_OFFICE)
ANYBODY = (*ISSUERS, TOWN, BUREAU, by("unit", unit="T2"), by("branch", unit="T1"), by("auditor"), by("citizen"))


def later(days: int) -> RequestReplyExtension:
    """Ask for so many days; the machine counts them from the day there is."""
    return RequestReplyExtension(notice_id=LETTER, reply_by=FIRST_DAY + timedelta(days=days), reason="需核实")


def judge(unit: str, *, grant: bool, reason: str | None = "已有两周") -> JudgeReplyExtension:
    return JudgeReplyExtension(notice_id=LETTER, unit=unit, verdict="grant" if grant else "decline", reason=reason)


ISSUES: list[Ask] = [
    (issue(reply_within=calendar(25)), OFFICE),
    (issue(kind="bulletin", reply_within=None, addressees=("T1",)), LEADER),
    (issue(addressees=("D1",), reply_within=working(2)), INSPECTOR),
]
USUAL: list[Ask] = [
    *ISSUES,
    *((command, unit) for command in (ACKNOWLEDGE, RESPOND, later(3), later(20)) for unit in (TOWN, BUREAU)),
    *(
        (command, issuer)
        for unit, issuer in (("T1", OFFICE), ("D1", LEADER))
        for command in (accept(unit), send_back(working(1), unit), judge(unit, grant=True), judge(unit, grant=False))
    ),
    (CLOSE, OFFICE),
]
ODD: list[Ask] = [
    (accept(None), OFFICE),
    (judge("D1", grant=False, reason=None), OFFICE),
    (RESPOND, BUREAU),
    (later(0), TOWN),
    (later(400), BUREAU),
    *((command("T1"), OWN_LEADER) for command in (accept, partial(send_back, working(1)), partial(judge, grant=True))),
    *((command("D1"), OWN_OFFICE) for command in (accept, partial(send_back, working(1)), partial(judge, grant=True))),
]
ANYTHING = anything(USUAL, ODD, ANYBODY)


class Notices(Service):
    """A letter to two units and another notice; the policy that numbers them hears late, the sweeper rings what is due."""

    handlers = HANDLERS
    reads = (NOTICE_BOARD, TIMERS)

    def __init__(self) -> None:
        super().__init__()
        self.ask(*self.about(LETTER, *ISSUES[0]))

    @rule(
        choice=ANYTHING,
        notice_id=st.sampled_from((LETTER, LETTER, OTHER)),
        days=st.sampled_from((0, 0, 1, 4)),
        hear=st.integers(0, 2),
    )
    def go_on(self, choice: int | Ask, notice_id: UUID, days: int, hear: int) -> None:  # one rule, so that every run has them all
        self.pass_days(days)
        self.timers_ring()
        drawn = choice if isinstance(choice, int) else self.about(notice_id, *choice)
        for command, actor in self.picked(drawn, [self.about(notice_id, *ask) for ask in USUAL]):
            self.ask(command, actor)
        self.hear(FOLLOW_UP_NOTICE, hear)

    def notice(self, notice_id: UUID) -> Notice:
        state: Notice = self.state(NOTICE, f"notice-{notice_id}")
        return state

    def about(self, notice_id: UUID, command: Any, actor: Actor) -> Ask:
        about: dict[str, Any] = {"notice_id": notice_id}
        if isinstance(command, RequestReplyExtension):
            at = self.notice(notice_id).addressee(actor.unit or "") or Addressee()
            about["reply_by"] = (at.reply_by or FIRST_DAY) + (command.reply_by - FIRST_DAY)
        return command.model_copy(update=about), actor

    def timers_ring(self) -> None:
        """Whoever owes a reply by a day that is over is found late then."""
        self.ring(TIMER, MarkOverdue)
        for notice_id in (LETTER, OTHER):
            for unit, at in self.notice(notice_id).addressees:
                owes = at.reply_by is not None and at.reply_by < self.today and at.reply in (Reply.AWAITED, Reply.ACKNOWLEDGED)
                assert not owes or at.overdue_for == at.reply_by, unit

    def allowed(self, before: Any, event: Any, actor: Actor) -> None:
        if isinstance(event, NoticeNumbered):
            return
        assert not before.closed
        if isinstance(event, NoticeIssued | NoticeClosed):
            assert (before.kind is None) is isinstance(event, NoticeIssued)
            assert all(at.reply is Reply.ACCEPTED or at.reply_by is None for _, at in before.addressees)
            return
        at = before.addressee(getattr(event, "unit", "")) or Addressee()
        match event:
            case NoticeAcknowledged():
                assert (actor.unit, at.acknowledged) == (event.unit, False)
            case NoticeResponded():
                assert actor.unit == event.unit
                assert at.acknowledged
            case ReplyExtensionRequested():
                assert actor.unit == event.unit
                assert at.reply_by is not None
                assert event.reply_by > at.reply_by
            case ResponseAccepted() | ResponseSentBack():
                assert at.reply is Reply.RESPONDED
            case ReplyExtensionGranted():
                assert event.reply_by == at.asks_until
                assert at.reply_by is not None
                assert event.reply_by > at.reply_by
            case _:
                pass
        if isinstance(event, ResponseAccepted | ResponseSentBack | ReplyExtensionGranted | ReplyExtensionDeclined):
            assert actor.unit != event.unit
        assert at.reply is not Reply.ACCEPTED, "what was found enough is over"

    @invariant()
    def nobody_is_found_late_twice_for_one_day_nor_when_there_is_nothing_to_wait_for(self) -> None:
        found = Counter((event.notice_id, event.due_on, unit) for event in self.events(NoticeOverdue) for unit in event.units)
        assert not found or max(found.values()) == 1
        accepted: set[tuple[UUID, str]] = set()
        for event in self.events(NoticeOverdue, ResponseAccepted):
            if isinstance(event, ResponseAccepted):
                accepted.add((event.notice_id, event.unit))
            else:
                assert accepted.isdisjoint((event.notice_id, unit) for unit in event.units)

    @invariant()
    def numbers_of_a_kind_have_no_hole_and_nobody_has_two(self) -> None:
        numbered = self.events(NoticeNumbered)
        for kind, year in {(event.kind, event.year) for event in numbered}:
            given = [event.number for event in numbered if (event.kind, event.year) == (kind, year)]
            assert given == list(range(1, self.state(REGISTER, f"register-{kind}-{year}").last + 1))
        assert len({event.notice_id for event in numbered}) == len(numbered)
        for event in numbered:
            row = self.rows["notice_board"][event.notice_id,]
            assert (row.kind, row.year, row.number) == (event.kind, event.year, event.number)

    @invariant()
    def the_board_says_what_the_rules_remember(self) -> None:
        shown = {"awaited": Reply.AWAITED, "acknowledged": Reply.ACKNOWLEDGED, "sent-back": Reply.ACKNOWLEDGED}
        shown |= {"responded": Reply.RESPONDED, "accepted": Reply.ACCEPTED}
        for (notice_id,), row in self.rows["notice_board"].items():
            notice = self.notice(notice_id)
            assert (row.status == "closed", row.version) == (notice.closed, self.version(f"notice-{notice_id}"))
            assert list(row.units) == [unit for unit, _ in notice.addressees]
            for unit, at in notice.addressees:
                told = row.units[unit]
                assert shown[told["status"]] is at.reply
                assert told["reply_by"] == (at.reply_by and at.reply_by.isoformat())
                assert told.get("asks_until") == (at.asks_until and at.asks_until.isoformat())
                assert told.get("overdue_since") == (at.overdue_for and at.overdue_for.isoformat())
            assert row.overdue == any(at.overdue_for for _, at in notice.addressees)

    def teardown(self) -> None:
        """Once the policy has heard everything, every notice has its number."""
        self.hear(FOLLOW_UP_NOTICE, 1_000)
        assert {event.notice_id for event in self.events(NoticeNumbered)} == {event.notice_id for event in self.events(NoticeIssued)}


def test_no_order_of_asking_breaks_a_notice() -> None:
    refused = {"own_item", "notice_closed", "no_response_yet", "no_extension_asked"}
    explore(Notices, examples=80, steps=40, reaching={*every(NoticeEvent), "NoticeNumbered", *refused})
