"""Numbers of notices and later days to reply, told by given, when, then."""

from datetime import date
from uuid import UUID

import pytest

from services.supervision.commands.notices import JudgeReplyExtension, NumberNotice, RequestReplyExtension
from services.supervision.decider import NOTICE, REGISTER
from services.supervision.projections import NOTICE_BOARD, TIMERS
from shared.contracts.supervision import (
    NoticeIssued,
    NoticeNumbered,
    ReplyExtensionDeclined,
    ReplyExtensionGranted,
    ReplyExtensionRequested,
)
from shared.kernel.actor import Actor
from shared.kernel.derived import derived
from shared.kernel.projection import Fact
from shared.kernel.testing import Scenario, by, given
from tests.support.a_notice import (
    BUREAU,
    INSPECTOR,
    LEADER,
    NOTICE_ID,
    OFFICE,
    REPLIED,
    RESPOND,
    TIMER,
    TOWN,
    accept,
    accepted,
    acknowledged,
    issue,
    issued,
    mark,
    overdue,
    send_back,
    working,
)
from tests.support.envelopes import meta
from tests.support.events import folded

POLICY = Actor.system("follow_up_when_notice_issued")
LATER = date(2021, 11, 19)
ASK = RequestReplyExtension(notice_id=NOTICE_ID, reply_by=LATER, reason="需两级核实")
ASKED = ReplyExtensionRequested(notice_id=NOTICE_ID, unit="T1", reply_by=LATER, reason="需两级核实")
GRANTED = ReplyExtensionGranted(notice_id=NOTICE_ID, unit="T1", reply_by=LATER, approved_by="xjb-1")


def number(notice: int, sender_code: str | None = "邵学教督") -> NumberNotice:
    return NumberNotice(notice_id=UUID(int=notice), kind="rectification-letter", year=2021, sender_code=sender_code)


def judge(verdict: str = "grant", reason: str | None = None, unit: str | None = "T1") -> JudgeReplyExtension:
    return JudgeReplyExtension(notice_id=NOTICE_ID, unit=unit, verdict=verdict, reason=reason)  # type: ignore[arg-type]


def test_notices_of_a_kind_and_year_are_numbered_from_one_without_a_hole() -> None:
    register = given(REGISTER)
    for notice in (5, 3, 3, 9, 5, 1):
        register = register.and_then(number(notice), POLICY)
    assert [(event.number, event.text) for event in register.history if isinstance(event, NoticeNumbered)] == [
        (1, "邵学教督〔2021〕1号"),
        (2, "邵学教督〔2021〕2号"),
        (3, "邵学教督〔2021〕3号"),
        (4, "邵学教督〔2021〕4号"),
    ]
    register.when(number(5), POLICY).nothing()
    register.when(number(7, None), POLICY).then_one(NoticeNumbered, number=5, text=None)
    register.when(number(7), OFFICE).rejected("role_not_allowed")


def test_special_bulletins_and_listings_are_notices_and_what_they_follow_from_stays_with_them() -> None:
    for kind in ("special-bulletin", "listing"):
        given(NOTICE).when(issue(kind=kind), OFFICE).then_one(NoticeIssued, kind=kind)
    follows = {"names": {"T1": "塘渡口镇"}, "watch_id": UUID(int=1), "figures_id": UUID(int=3)}
    twice = (UUID(int=2), UUID(int=2))
    given(NOTICE).when(issue(**follows, finding_ids=twice), OFFICE).then_one(NoticeIssued, **follows, finding_ids=twice[:1])


def test_a_letter_shows_its_number_and_its_addressees_names() -> None:
    told = issued().model_copy(update={"names": {"T1": "塘渡口镇"}})
    given_number = NoticeNumbered(notice_id=NOTICE_ID, kind="rectification-letter", year=2021, number=5, text="邵学教督〔2021〕5号")
    facts = [Fact(event, meta(event, "supervision", position=at, version=at)) for at, event in enumerate((told, given_number), 1)]
    row = folded([NOTICE_BOARD], facts)["notice_board"][NOTICE_ID,]
    assert (row.year, row.number, row.number_text, row.version) == (2021, 5, "邵学教督〔2021〕5号", 1)
    assert (row.units["T1"]["name"], "name" in row.units["D1"]) == ("塘渡口镇", False)


def test_an_addressee_asks_for_a_later_day_and_the_clock_runs_on() -> None:
    letter = given(NOTICE, issued())
    letter.when(ASK, TOWN).then(ASKED)
    letter.and_then(ASK, TOWN).when(ASK, TOWN).nothing()
    letter.when(ASK, OFFICE).rejected("role_not_allowed")
    letter.when(ASK, by("unit", unit="T2")).rejected("not_an_addressee")
    given(NOTICE, issued(reply_by=None)).when(ASK, TOWN).rejected("notice_asks_nothing")
    given(NOTICE, *REPLIED, accepted()).when(ASK, TOWN).rejected("response_already_accepted")
    letter.and_then(ASK, TOWN).when(mark(date(2021, 11, 8)), TIMER).then(overdue(date(2021, 11, 8), "T1", "D1"))


@pytest.mark.parametrize("day", [date(2021, 11, 7), date(2021, 11, 8), date(2022, 11, 10), date(9999, 12, 31)])
def test_a_later_day_comes_after_the_day_there_is_and_at_most_a_year_after_it(day: date) -> None:
    ask = ASK.model_copy(update={"reply_by": day})
    given(NOTICE, issued()).when(ask, TOWN).rejected("extension_out_of_range")


def test_who_issues_grants_a_later_day_or_says_why_not_and_never_to_their_own() -> None:
    asked = given(NOTICE, issued(), ASKED)
    for actor in (OFFICE, INSPECTOR, LEADER):
        asked.when(judge(), actor).then(GRANTED.model_copy(update={"approved_by": actor.sub}))
    asked.when(judge(), TOWN).rejected("role_not_allowed")
    asked.when(judge(), by("leader", unit="T1")).rejected("own_item")
    asked.when(judge(unit="D1"), OFFICE).rejected("no_extension_asked")
    asked.when(judge(unit=None), OFFICE).rejected("addressees_unclear")
    asked.when(judge("decline"), OFFICE).rejected("reason_missing")
    no = ReplyExtensionDeclined(notice_id=NOTICE_ID, unit="T1", reason="已有两周", declined_by="xjb-1")
    asked.when(judge("decline", "已有两周"), OFFICE).then(no)
    given(NOTICE, issued(), ASKED, no).when(judge(), OFFICE).rejected("no_extension_asked")


def test_only_a_granted_day_moves_the_clock() -> None:
    story = given(NOTICE, issued(), ASKED, GRANTED)
    story.when(mark(date(2021, 11, 8)), TIMER).then(overdue(date(2021, 11, 8), "D1"))
    story.when(mark(LATER), TIMER).then(overdue(LATER, "T1"))
    facts = [Fact(event, meta(event, "supervision", position=at, version=at)) for at, event in enumerate(story.history, 1)]
    rows = folded([TIMERS, NOTICE_BOARD], facts)
    assert rows["timers"][derived("reply", str(NOTICE_ID), "T1"),].payload == {"notice_id": str(NOTICE_ID), "due_on": "2021-11-19"}
    unit = rows["notice_board"][NOTICE_ID,].units["T1"]
    assert (unit["reply_by"], unit["asks_until"], unit["extension_by"]) == ("2021-11-19", None, "xjb-1")
    late = Scenario(NOTICE, [*story.history, overdue(LATER, "T1")])
    late.when(mark(LATER), TIMER).nothing()
    story.when(ASK, BUREAU).then_one(ReplyExtensionRequested, unit="D1")


def test_a_verdict_on_the_reply_ends_what_was_asked_for_and_the_board_says_so() -> None:
    asked = given(NOTICE, issued(), acknowledged(), ASKED).and_then(RESPOND, TOWN)
    for verdict in (accept(), send_back(working(3))):
        judged = asked.and_then(verdict, OFFICE)
        judged.when(judge(), OFFICE).rejected("no_extension_asked")
        facts = [Fact(event, meta(event, "supervision", position=at, version=at)) for at, event in enumerate(judged.history, 1)]
        assert folded([NOTICE_BOARD], facts)["notice_board"][NOTICE_ID,].units["T1"]["asks_until"] is None
