"""Supervision's rules, told by given, when, then: notices, their deadlines and their replies."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.supervision.decider import NOTICE
from shared.contracts.supervision import (
    NoticeClosed,
    NoticeIssued,
    NoticeOverdue,
    ResponseAccepted,
    ResponseSentBack,
)
from shared.kernel.actor import Actor
from shared.kernel.rules import Command
from shared.kernel.testing import Scenario, by, given
from shared.kernel.workdays import Period
from tests.support.a_notice import (
    ACKNOWLEDGE,
    BUREAU,
    CLOSE,
    INSPECTOR,
    LEADER,
    NOTICE_ID,
    OFFICE,
    PROJECTS,
    REPLIED,
    RESPOND,
    TIMER,
    TOWN,
    accept,
    accepted,
    acknowledged,
    calendar,
    issue,
    issued,
    mark,
    noon,
    overdue,
    responded,
    send_back,
    sent_back,
    working,
)
from tests.support.refusals import told


def test_the_office_an_inspector_or_a_leader_issues() -> None:
    for actor in (OFFICE, INSPECTOR, LEADER):
        given(NOTICE).when(issue(), actor).then(issued().model_copy(update={"issued_by": actor.sub}))
    for role in ("citizen", "clerk", "member", "branch", "unit", "auditor"):
        given(NOTICE).when(issue(), by(role, unit="T1")).rejected("role_not_allowed")


@pytest.mark.parametrize(
    ("on", "period", "due_on"),
    [
        (date(2021, 11, 1), working(2), date(2021, 11, 3)),
        (date(2021, 11, 1), working(0), date(2021, 11, 1)),
        (date(2021, 9, 29), working(5), date(2021, 10, 12)),  # across the National Day holiday; Saturday the 9th is worked
        (date(2021, 9, 24), working(1), date(2021, 9, 26)),  # a Sunday that is worked
        (date(2021, 9, 24), calendar(7), date(2021, 10, 8)),  # ends on 1 October, off until the 8th
        (date(2021, 11, 1), calendar(5), date(2021, 11, 8)),  # ends on a Saturday
        (date(2021, 9, 24), calendar(2), date(2021, 9, 26)),  # ends on a Sunday that is worked
        (date(2025, 1, 24), working(1), date(2025, 1, 26)),
        (date(2026, 9, 18), working(1), date(2026, 9, 20)),
        (date(2026, 9, 24), working(1), date(2026, 9, 28)),  # 25 September 2026 is off
    ],
)
def test_days_to_acknowledge_and_to_reply_are_counted_from_the_day_after(on: date, period: Period, due_on: date) -> None:
    asked = issue(acknowledge_within=period, reply_within=period)
    given(NOTICE, at=noon(on)).when(asked, OFFICE).then_one(
        NoticeIssued, issued_on=on, acknowledge_by=due_on, reply_by=due_on, provisional=False
    )


def test_a_date_in_a_year_without_its_holidays_yet_is_provisional() -> None:
    late = given(NOTICE, at=noon(date(2021, 12, 30)))
    late.when(issue(reply_within=working(1)), OFFICE).then_one(NoticeIssued, reply_by=date(2021, 12, 31), provisional=False)
    late.when(issue(reply_within=working(2)), OFFICE).then_one(NoticeIssued, reply_by=date(2022, 1, 3), provisional=True)
    late.when(issue(acknowledge_within=working(2), reply_within=None), OFFICE).then_one(NoticeIssued, provisional=True)
    replied = given(NOTICE, *REPLIED, at=noon(date(2021, 12, 30)))
    replied.when(send_back(working(1)), OFFICE).then_one(ResponseSentBack, reply_by=date(2021, 12, 31), provisional=False)
    replied.when(send_back(working(2)), OFFICE).then_one(ResponseSentBack, reply_by=date(2022, 1, 3), provisional=True)


def test_the_day_of_issue_is_the_one_in_shanghai() -> None:
    late_evening_in_utc = datetime(2021, 11, 1, 16, 0, tzinfo=UTC)
    given(NOTICE, at=late_evening_in_utc).when(issue(reply_within=working(1)), OFFICE).then_one(
        NoticeIssued, issued_on=date(2021, 11, 2), reply_by=date(2021, 11, 3)
    )


def test_a_notice_names_each_unit_and_project_once() -> None:
    assert told(given(NOTICE).when(issue(addressees=("T1", "D1", "T1")), OFFICE)) == ("addressee_twice", "/addressees", {"unit": "T1"})
    given(NOTICE).when(issue(project_ids=(*reversed(PROJECTS), PROJECTS[1])), OFFICE).then_one(NoticeIssued, project_ids=PROJECTS[::-1])


def test_issuing_again_changes_nothing() -> None:
    given(NOTICE, issued()).when(issue(), OFFICE).nothing()


def test_an_addressee_signs_for_it_once() -> None:
    given(NOTICE, issued()).when(ACKNOWLEDGE, TOWN).then(acknowledged())
    given(NOTICE, issued(), acknowledged()).when(ACKNOWLEDGE, TOWN).nothing()
    given(NOTICE, issued(), acknowledged()).when(ACKNOWLEDGE, BUREAU).then(acknowledged("D1"))
    given(NOTICE, issued()).when(ACKNOWLEDGE, by("unit", unit="T2")).rejected("not_an_addressee")
    given(NOTICE, issued()).when(ACKNOWLEDGE, by("unit")).rejected("not_an_addressee")
    given(NOTICE, issued()).when(ACKNOWLEDGE, OFFICE).rejected("role_not_allowed")


def test_what_asks_nothing_is_neither_acknowledged_nor_answered() -> None:
    bulletin = given(NOTICE, issued(acknowledge_by=None, reply_by=None))
    bulletin.when(ACKNOWLEDGE, TOWN).rejected("notice_asks_nothing")
    bulletin.when(RESPOND, TOWN).rejected("notice_asks_nothing")
    prompt = given(NOTICE, issued(reply_by=None)).and_then(ACKNOWLEDGE, TOWN)
    prompt.when(RESPOND, TOWN).rejected("notice_asks_nothing")


def test_what_asks_for_a_reply_asks_to_be_signed_for_with_or_without_a_date() -> None:
    given(NOTICE, issued(acknowledge_by=None)).and_then(ACKNOWLEDGE, TOWN).when(RESPOND, TOWN).then(responded())


def test_an_addressee_replies_once_it_has_signed_and_until_that_is_accepted() -> None:
    given(NOTICE, issued()).when(RESPOND, TOWN).rejected("notice_not_acknowledged")
    given(NOTICE, issued(), acknowledged("D1")).when(RESPOND, TOWN).rejected("notice_not_acknowledged")
    given(NOTICE, issued(), acknowledged()).when(RESPOND, TOWN).then(responded())
    given(NOTICE, *REPLIED).when(RESPOND, TOWN).then(responded())
    given(NOTICE, *REPLIED, accepted()).when(RESPOND, TOWN).rejected("response_already_accepted")
    given(NOTICE, issued(), acknowledged()).when(RESPOND, by("unit", unit="T2")).rejected("not_an_addressee")


def test_late_is_better_than_never() -> None:
    given(NOTICE, issued(), acknowledged(), overdue(date(2021, 11, 8), "T1", "D1")).when(RESPOND, TOWN).then(responded())


def test_who_issues_accepts_a_reply_that_is_there_once() -> None:
    for actor in (OFFICE, INSPECTOR, LEADER):
        given(NOTICE, *REPLIED).when(accept(), actor).then(accepted().model_copy(update={"accepted_by": actor.sub}))
    given(NOTICE, *REPLIED, accepted()).when(accept(), OFFICE).nothing()
    for judge in (accept("D1"), send_back(working(1), "D1")):
        assert told(given(NOTICE, *REPLIED, acknowledged("D1")).when(judge, OFFICE)) == ("no_response_yet", None, {"unit": "D1"})


def test_nobody_judges_their_own_unit_s_reply() -> None:
    own = by("inspector", sub="team-2", unit="T1")
    for judge in (accept(), send_back(working(1))):
        given(NOTICE, *REPLIED).when(judge, own).rejected("own_item")
        given(NOTICE, *REPLIED).when(judge, TOWN).rejected("role_not_allowed")


def test_the_unit_may_be_left_out_where_there_is_one() -> None:
    alone = given(NOTICE, issued("T1"), acknowledged(), responded())
    alone.when(accept(None), OFFICE).then(accepted())
    alone.when(send_back(working(1), None), OFFICE).then_one(ResponseSentBack, unit="T1")
    for judge in (accept(None), send_back(working(1), None)):
        given(NOTICE, *REPLIED).when(judge, OFFICE).rejected("addressees_unclear")


def test_a_unit_that_was_not_addressed_has_no_reply_to_judge() -> None:
    _, pointer, values = told(given(NOTICE, *REPLIED).when(accept("T2"), OFFICE))
    assert (pointer, values) == ("/unit", {"unit": "T2"})


def test_a_reply_sent_back_has_a_new_date_from_that_day_on() -> None:
    back = given(NOTICE, *REPLIED, at=noon(date(2021, 9, 29)))
    back.when(send_back(working(5)), OFFICE).then(sent_back(date(2021, 10, 12)))
    again = given(NOTICE, *REPLIED, sent_back(date(2021, 10, 12)))
    again.when(accept(), OFFICE).rejected("no_response_yet")
    again.when(RESPOND, TOWN).then(responded())
    again.and_then(RESPOND, TOWN).when(accept(), OFFICE).then(accepted())
    given(NOTICE, *REPLIED, accepted()).when(send_back(working(1)), OFFICE).rejected("response_already_accepted")


def test_a_notice_is_closed_when_every_reply_it_asked_for_is_accepted() -> None:
    closed = NoticeClosed(notice_id=NOTICE_ID, remark="归档", closed_by="xjb-1")
    given(NOTICE, issued(reply_by=None)).when(CLOSE, OFFICE).then(closed)
    assert told(given(NOTICE, issued()).when(CLOSE, OFFICE)) == ("replies_outstanding", None, {"units": "T1, D1"})
    assert told(given(NOTICE, *REPLIED, accepted()).when(CLOSE, OFFICE)) == ("replies_outstanding", None, {"units": "D1"})
    both = (*REPLIED, accepted(), acknowledged("D1"), responded("D1"))
    given(NOTICE, *both).when(CLOSE, OFFICE).rejected("replies_outstanding")
    given(NOTICE, *both, accepted("D1")).when(CLOSE, OFFICE).then(closed)
    given(NOTICE, *both, accepted("D1")).when(CLOSE, TOWN).rejected("role_not_allowed")
    for ask in (ACKNOWLEDGE, RESPOND, accept(), send_back(working(1)), CLOSE):
        given(NOTICE, *both, accepted("D1"), closed).when(ask, OFFICE).rejected("notice_closed")
        given(NOTICE).when(ask, OFFICE).rejected("not_found")
    given(NOTICE, issued(reply_by=date(2021, 11, 8)), closed).when(mark(date(2021, 11, 8)), TIMER).nothing()


def test_the_timer_alone_finds_who_has_not_replied_by_the_date_once() -> None:
    due_on = date(2021, 11, 8)
    given(NOTICE, issued()).when(mark(due_on), OFFICE).rejected("role_not_allowed")
    given(NOTICE, issued(), acknowledged()).when(mark(due_on), TIMER).then(overdue(due_on, "T1", "D1"))
    given(NOTICE, *REPLIED).when(mark(due_on), TIMER).then(overdue(due_on, "D1"))
    given(NOTICE, *REPLIED, accepted()).when(mark(due_on), TIMER).then(overdue(due_on, "D1"))
    given(NOTICE, issued(), overdue(due_on, "T1", "D1")).when(mark(due_on), TIMER).nothing()
    given(NOTICE, *REPLIED, acknowledged("D1"), responded("D1")).when(mark(due_on), TIMER).nothing()


def test_a_date_that_was_moved_is_moot_and_the_new_one_counts() -> None:
    moved = given(NOTICE, issued("T1"), acknowledged(), responded(), sent_back(date(2021, 11, 15)))
    moved.when(mark(date(2021, 11, 8)), TIMER).nothing()
    moved.when(mark(date(2021, 11, 15)), TIMER).then(overdue(date(2021, 11, 15), "T1"))
    late = (issued("T1"), overdue(date(2021, 11, 8), "T1"), acknowledged(), responded(), sent_back(date(2021, 11, 15)))
    given(NOTICE, *late).when(mark(date(2021, 11, 15)), TIMER).then(overdue(date(2021, 11, 15), "T1"))
    given(NOTICE, *late, responded()).when(mark(date(2021, 11, 15)), TIMER).nothing()


ASKS: list[tuple[Command, Actor]] = [
    *((ask, unit) for ask in (ACKNOWLEDGE, RESPOND) for unit in (TOWN, BUREAU)),
    *((ask, OFFICE) for unit in ("T1", "D1") for ask in (accept(unit), send_back(working(1), unit))),
    (CLOSE, OFFICE),
    *((mark(date(2021, 11, day)), TIMER) for day in (2, 8)),
]


@for_all(st.lists(st.sampled_from(ASKS), max_size=25))
def test_whatever_is_asked_in_whatever_order_the_story_of_a_notice_is_whole(asks: list[tuple[Command, Actor]]) -> None:
    story = given(NOTICE, issued())
    for ask, actor in asks:
        outcome = story.when(ask, actor)
        story = Scenario(NOTICE, [*story.history, *outcome.events])
    told = story.history
    for unit in ("T1", "D1"):
        own = [type(event).__name__ for event in told if getattr(event, "unit", None) == unit]
        assert own.count("NoticeAcknowledged") <= 1
        assert own.count("ResponseAccepted") <= 1
        assert "ResponseAccepted" not in own[:-1]  # nothing follows an acceptance
        for before, event in pairwise(own):
            assert event not in {"ResponseAccepted", "ResponseSentBack"} or before == "NoticeResponded"
    found = [(event.due_on, unit) for event in told if isinstance(event, NoticeOverdue) for unit in event.units]
    assert len(found) == len(set(found))
    if any(isinstance(event, NoticeClosed) for event in told):
        assert isinstance(told[-1], NoticeClosed)
        assert {event.unit for event in told if isinstance(event, ResponseAccepted)} == {"T1", "D1"}
