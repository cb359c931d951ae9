"""Voices, ratings, wishes, calls and personal data, told by given, when, then."""

from datetime import date
from typing import get_args

import pytest

from services.intake.commands import (
    ClaimWish,
    CloseCall,
    Closing,
    DeclineNeed,
    ErasePetitioner,
    FulfilWish,
    GiveWishBack,
    MemberKnown,
    PetitionerGiven,
    PublishCall,
    PublishWish,
    ReopenNeed,
    RevealPetitioner,
    ThankByCode,
)
from services.intake.decider import CALL, NEED
from services.intake.policies import REOPEN_THE_OTHER
from services.intake.projections import NEED_BOARD, PETITIONS, PROJECT_STEPS, RATINGS, WISHES
from shared.contracts.intake import (
    CallClosed,
    CallPublished,
    NeedAnswered,
    NeedJoined,
    NeedRated,
    NeedReopened,
    PetitionerErased,
    PetitionerRevealed,
    WishClaimed,
    WishFulfilled,
    WishGivenBack,
    WishThanked,
)
from shared.contracts.projects import ClaimGivenBack, PledgePublished, ProjectResumed
from shared.contracts.values import Rating
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.sealed import persons_to_seal
from shared.kernel.testing import by, given
from tests.support.a_need import (
    ANSWERED,
    ANYONE,
    BY_PROJECT,
    CITIZEN,
    CLAIMED,
    CLERK,
    DECLINED,
    EARLIER,
    FIRST_CODE,
    JOINED,
    LAST_MOMENT,
    MEMBER_ID,
    MERGED,
    NEED_ID,
    OFFICE,
    OTHER_UNIT,
    OWNER_BY,
    PERSON,
    PETITION_ID,
    PROJECT_ID,
    PUBLISHED,
    REOPEN_UNTIL,
    REOPENED,
    ROUTED,
    SEALED,
    SECOND_CODE,
    SUBMITTED,
    TIMER,
    TOO_LATE,
    UNIT,
    WISHED,
    join,
    rate,
    rate_at_the_counter,
    rated,
    submit,
)
from tests.support.a_project import IN_HAND, completed, proposed
from tests.support.a_project import REOPENED as PROJECT_REOPENED
from tests.support.envelopes import meta
from tests.support.events import folded

CLOSED = (SUBMITTED, ROUTED, ANSWERED)
LI, WANG = by("member", sub="li"), by("member", sub="wang")
KNOWN = MemberKnown(member_id=MEMBER_ID, unit="T1", branch="B1", exempt=False)
CLAIM = ClaimWish(need_id=NEED_ID, member=KNOWN)
BACK = GiveWishBack(need_id=NEED_ID, reason="忙")
FULFIL = FulfilWish(need_id=NEED_ID, text="书包已送到。")
THANK = ThankByCode(need_id=NEED_ID, code=FIRST_CODE, text="谢谢！")
REVEAL = RevealPetitioner(need_id=NEED_ID, purpose="上门核实")
ERASE = ErasePetitioner(need_id=NEED_ID, reason="本人要求")
ERASED = PetitionerErased(need_id=NEED_ID, petitioner=1, person=PERSON, reason="本人要求", erased_by="xjb-1")
ELSEWHERE = Closing(
    need_id=EARLIER,
    number=3,
    handling_unit="430523101",
    project_id=PROJECT_ID,
    reopen_until=REOPEN_UNTIL,
    basically_is_good=True,
    standing=True,
)


def facts(service: str, *events: Event) -> list[Fact]:
    return [Fact(event, meta(event, service, position=at, version=at)) for at, event in enumerate(events, 1)]


def test_who_asks_the_same_joins_with_a_receipt_of_their_own() -> None:
    given(NEED, SUBMITTED).when(join(), by("citizen", sub="citizen-2")).then(JOINED)
    event = given(NEED, SUBMITTED, JOINED).when(join(petitioner=PetitionerGiven(name="张𠮷")), CLERK).then_one(NeedJoined, number=3)
    assert persons_to_seal(event)
    assert persons_to_seal(event).isdisjoint(
        persons_to_seal(given(NEED).when(submit(petitioner=PetitionerGiven(name="张𠮷")), CLERK).events[0])
    )
    given(NEED).when(join(), CITIZEN).rejected("not_found")
    given(NEED, *CLOSED).when(join(), by("citizen", sub="citizen-2")).rejected("need_already_closed")


def test_one_person_has_one_voice_and_a_clerk_enters_many() -> None:
    given(NEED, SUBMITTED).when(join(), CITIZEN).nothing()
    given(NEED, SUBMITTED, JOINED).when(join(), by("citizen", sub="citizen-2")).nothing()
    for_chen = join(petitioner=PetitionerGiven(name="陈秀英"), on_behalf=True)
    scenario = given(NEED, SUBMITTED).and_then(for_chen, CLERK)
    scenario.when(for_chen, CLERK).then_one(NeedJoined, number=3, on_behalf=True, joined_by="clerk-1")
    given(NEED, SUBMITTED).when(join(on_behalf=True), CLERK).rejected("petitioner_needed")
    given(NEED, SUBMITTED).when(for_chen, CITIZEN).rejected("role_not_allowed")


@pytest.mark.parametrize("rating", get_args(Rating))
def test_the_last_two_of_five_levels_reopen_the_need_in_the_same_decision(rating: Rating) -> None:
    outcome = given(NEED, *CLOSED).when(rate(rating, text="还不亮"), ANYONE)
    bad = rating in ("dissatisfied", "very-dissatisfied")
    reopened = [NeedReopened(need_id=NEED_ID, closing=1, project_id=None, reason="还不亮")] if bad else []
    outcome.then(rated(rating, good=not bad, text="还不亮"), *reopened)


def test_whether_basically_satisfied_is_good_was_decided_by_the_county_when_it_answered() -> None:
    strict = ANSWERED.model_copy(update={"basically_is_good": False})
    outcome = given(NEED, SUBMITTED, ROUTED, strict).when(rate("basically-satisfied"), ANYONE)
    outcome.then(rated("basically-satisfied", good=False), REOPENED.model_copy(update={"reason": "basically-satisfied"}))
    given(NEED, SUBMITTED, ROUTED, strict).when(rate("satisfied"), ANYONE).then_one(NeedRated, good=True)


def test_after_the_window_a_bad_rating_is_recorded_and_reopens_nothing() -> None:
    given(NEED, *CLOSED, at=LAST_MOMENT).when(rate("dissatisfied"), ANYONE).then(
        rated("dissatisfied", good=False), REOPENED.model_copy(update={"reason": "dissatisfied"})
    )
    given(NEED, *CLOSED, at=TOO_LATE).when(rate("dissatisfied"), ANYONE).then_one(NeedRated, good=False)
    joined_late = given(NEED, *CLOSED, at=TOO_LATE).and_then(rate("satisfied"), ANYONE)
    joined_late.when(rate("very-dissatisfied"), ANYONE).rejected("closing_already_rated")
    without = ANSWERED.model_copy(update={"reopen_until": None})
    given(NEED, SUBMITTED, ROUTED, without).when(rate("dissatisfied"), ANYONE).then_one(NeedRated, good=False)


def test_a_petitioner_rates_a_closing_once_and_the_next_closing_anew() -> None:
    once = given(NEED, *CLOSED).and_then(rate("dissatisfied"), ANYONE)
    once.when(rate("dissatisfied"), ANYONE).nothing()
    once.when(rate("satisfied"), ANYONE).rejected("closing_already_rated")
    once.when(rate_at_the_counter("satisfied"), CLERK).rejected("closing_already_rated")
    again = given(NEED, *once.history, ANSWERED)
    again.when(rate("very-satisfied"), ANYONE).then(rated("very-satisfied", good=True, closing=2))


def test_every_petitioner_rates_also_when_another_has_reopened_the_need_already() -> None:
    reopened = given(NEED, SUBMITTED, JOINED, ROUTED, ANSWERED).and_then(rate("dissatisfied"), ANYONE)
    reopened.when(rate("very-dissatisfied", SECOND_CODE), ANYONE).then_one(NeedRated, petitioner="p2", closing=1, good=False)
    reopened.when(rate_at_the_counter("satisfied", petitioner=2), CLERK).then_one(NeedRated, petitioner="p2", good=True)


def test_nobody_rates_without_the_code_but_the_clerk_who_closed_nothing() -> None:
    given(NEED, *CLOSED).when(rate("satisfied", SECOND_CODE), ANYONE).rejected("code_not_known")
    given(NEED, *CLOSED).when(rate_at_the_counter("satisfied"), CLERK).then_one(NeedRated, good=True)
    for other in (UNIT, OFFICE, CITIZEN):
        given(NEED, *CLOSED).when(rate_at_the_counter("satisfied"), other).rejected("role_not_allowed")
    given(NEED, SUBMITTED, ROUTED).when(rate("satisfied"), ANYONE).rejected("need_not_closed")
    given(NEED).when(rate("satisfied"), ANYONE).rejected("not_found")


def test_a_bad_rating_of_a_project_s_answer_names_the_project_to_be_done_again() -> None:
    rating, reopened = given(NEED, SUBMITTED, ROUTED, BY_PROJECT).when(rate("dissatisfied"), ANYONE).events
    assert isinstance(rating, NeedRated)
    assert isinstance(reopened, NeedReopened)
    assert rating.project_id == reopened.project_id == PROJECT_ID


def test_a_declined_need_is_rated_too_and_watched_again_where_nobody_owned_it() -> None:
    _, reopened = given(NEED, SUBMITTED, DECLINED).when(rate("dissatisfied"), ANYONE).events
    assert isinstance(reopened, NeedReopened)
    assert reopened.owner_by == OWNER_BY


def test_a_merged_need_s_petitioner_rates_the_closing_of_the_need_it_is_handled_with() -> None:
    merged = given(NEED, SUBMITTED, MERGED)
    merged.when(rate("satisfied"), ANYONE).rejected("need_not_closed")
    fields = {"closed_with": EARLIER, "closing": 3, "handling_unit": "430523101", "project_id": PROJECT_ID}
    merged.when(rate("satisfied", elsewhere=ELSEWHERE), ANYONE).then(rated("satisfied", good=True, **fields))
    badly = merged.when(rate("dissatisfied", text="还不亮", elsewhere=ELSEWHERE), ANYONE)
    reopened = NeedReopened(need_id=NEED_ID, closing=3, project_id=None, reason="还不亮", through=EARLIER)
    badly.then(rated("dissatisfied", good=False, text="还不亮", **fields), reopened)
    assert REOPEN_THE_OTHER.do(reopened, meta(reopened, "intake")) == [ReopenNeed(need_id=EARLIER, closing=3, reason="还不亮")]
    assert REOPEN_THE_OTHER.do(REOPENED, meta(REOPENED, "intake")) == []
    given(NEED, SUBMITTED, MERGED, reopened).when(join(), CLERK).rejected("need_merged")


def test_what_a_merged_need_was_rated_badly_for_reopens_the_other_once() -> None:
    reopen = ReopenNeed(need_id=NEED_ID, closing=1, reason="还不亮")
    given(NEED, SUBMITTED, ROUTED, BY_PROJECT).when(reopen, TIMER).then_one(NeedReopened, project_id=PROJECT_ID, through=None)
    given(NEED, *CLOSED, REOPENED).when(reopen, TIMER).nothing()
    given(NEED, *CLOSED, REOPENED, ANSWERED).when(reopen, TIMER).nothing()
    given(NEED, *CLOSED).when(reopen, OFFICE).rejected("role_not_allowed")


def test_a_reopened_need_is_open_again_on_the_board_and_its_closings_are_counted() -> None:
    board = folded([NEED_BOARD], facts("intake", *CLOSED, REOPENED))["need_board"][NEED_ID,]
    assert (board.status, board.outcome, board.closing, board.reopened) == ("routed", None, 1, 1)
    board = folded([NEED_BOARD], facts("intake", *CLOSED, REOPENED, ANSWERED))["need_board"][NEED_ID,]
    assert (board.status, board.outcome, board.closing, board.reopened) == ("answered", "done", 2, 1)


def test_ratings_are_kept_by_closing_and_by_the_need_that_was_closed() -> None:
    elsewhere = rated("satisfied", good=True, closed_with=EARLIER)
    rows = folded([RATINGS], facts("intake", rated("dissatisfied", good=False), elsewhere))["ratings"]
    assert {key[1]: row.good for key, row in rows.items()} == {NEED_ID: False, EARLIER: True}


def test_only_a_micro_wish_is_published_and_once() -> None:
    publish = PublishWish(need_id=NEED_ID)
    given(NEED, WISHED).when(publish, OFFICE).then(PUBLISHED)
    given(NEED, WISHED, PUBLISHED).when(publish, OFFICE).nothing()
    given(NEED, SUBMITTED).when(publish, OFFICE).rejected("not_a_wish")
    given(NEED, WISHED).when(publish, LI).rejected("role_not_allowed")
    given(NEED, WISHED, DECLINED).when(publish, OFFICE).rejected("need_already_closed")


def test_a_published_wish_is_claimed_by_one_member() -> None:
    given(NEED, WISHED, PUBLISHED).when(CLAIM, LI).then(CLAIMED)
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(CLAIM, LI).nothing()
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(CLAIM, WANG).rejected("wish_already_claimed")
    given(NEED, WISHED).when(CLAIM, LI).rejected("wish_not_published")
    given(NEED, WISHED, PUBLISHED).when(CLAIM, CITIZEN).rejected("role_not_allowed")


def test_who_is_not_registered_or_exempt_claims_no_wish() -> None:
    given(NEED, WISHED, PUBLISHED).when(ClaimWish(need_id=NEED_ID), LI).rejected("member_not_registered")
    exempt = ClaimWish(need_id=NEED_ID, member=KNOWN.model_copy(update={"exempt": True}))
    given(NEED, WISHED, PUBLISHED).when(exempt, LI).rejected("member_exempt")


def test_a_wish_given_back_is_free_again() -> None:
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(BACK, LI).then_one(WishGivenBack, member_id=MEMBER_ID, owner_by=OWNER_BY)
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(BACK, WANG).rejected("not_the_claimant")
    given(NEED, WISHED, PUBLISHED).when(BACK, LI).rejected("wish_not_claimed")
    given(NEED, WISHED, PUBLISHED, CLAIMED).and_then(BACK, LI).when(CLAIM, WANG).then_one(WishClaimed, claimant="wang")


def test_a_wish_that_came_true_answers_who_wished_it_and_is_thanked_for_once() -> None:
    fulfilled = given(NEED, WISHED, PUBLISHED, CLAIMED).and_then(FULFIL, LI)
    assert [type(event) for event in fulfilled.history[-2:]] == [WishFulfilled, NeedAnswered]
    fulfilled.when(FULFIL, LI).rejected("need_already_closed")
    fulfilled.when(BACK, LI).rejected("need_already_closed")
    thanked = fulfilled.and_then(THANK, ANYONE)
    assert thanked.history[-1] == WishThanked(need_id=NEED_ID, petitioner=1, text="谢谢！")
    thanked.when(THANK, ANYONE).nothing()
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(THANK, ANYONE).rejected("wish_not_fulfilled")
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(FULFIL, WANG).rejected("not_the_claimant")
    row = folded([WISHES], facts("intake", *thanked.history))["wishes"][NEED_ID,]
    assert (row.status, row.claimant, row.thanks, row.thanked) == ("fulfilled", "li", 1, "谢谢！")


def test_a_wish_rated_badly_is_its_claimant_s_to_make_good() -> None:
    again = given(NEED, WISHED, PUBLISHED, CLAIMED).and_then(FULFIL, LI).and_then(rate("dissatisfied"), ANYONE)
    row = folded([WISHES], facts("intake", *again.history))["wishes"][NEED_ID,]
    assert (row.status, row.claimant) == ("claimed", "li")
    again.when(CLAIM, WANG).rejected("wish_already_claimed")
    assert len(again.when(FULFIL, LI).events) == 2


def test_a_wish_in_hand_is_not_declined_over_its_claimant_s_head() -> None:
    decline = DeclineNeed(need_id=NEED_ID, outcome="not-ours", reason="x")
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(decline, OFFICE).rejected("wish_in_hand")


def call(opens: date = date(2021, 11, 1), closes: date = date(2021, 11, 30), *, twice: bool = False) -> PublishCall:
    channels = ("television", "television") if twice else ("television", "wechat")
    return PublishCall(call_id=PETITION_ID, title="公告", text="请说说。", channels=channels, opens_on=opens, closes_on=closes)


def test_the_office_publishes_a_call_over_channels_for_some_days() -> None:
    given(CALL).when(call(), OFFICE).then_one(CallPublished, channels=("television", "wechat"))
    given(CALL).and_then(call(), OFFICE).when(call(), OFFICE).nothing()
    given(CALL).when(call(), CLERK).rejected("role_not_allowed")
    given(CALL).when(call(twice=True), OFFICE).rejected("channel_twice")
    for opens, closes in ((date(2021, 11, 2), date(2021, 11, 1)), (date(2021, 10, 1), date(2021, 10, 31))):
        given(CALL).when(call(opens, closes), OFFICE).rejected("call_days_wrong")


def test_a_call_ends_on_its_day_or_before_it() -> None:
    close = CloseCall(call_id=PETITION_ID, reason="已收齐")
    published = given(CALL).and_then(call(), OFFICE)
    published.when(close, OFFICE).then_one(CallClosed, closed_on=date(2021, 11, 1))
    published.and_then(close, OFFICE).when(close, OFFICE).nothing()
    given(CALL).when(close, OFFICE).rejected("not_found")


def test_the_office_learns_who_asks_for_a_purpose_on_record() -> None:
    expected = PetitionerRevealed(need_id=NEED_ID, petitioner=1, person=PERSON, purpose="上门核实", revealed_to="xjb-1")
    given(NEED, SUBMITTED).when(REVEAL, OFFICE).then(expected)
    given(NEED, SUBMITTED, expected).when(REVEAL, OFFICE).then(expected)
    for other in (CLERK, CITIZEN, by("leader"), by("auditor")):
        given(NEED, SUBMITTED).when(REVEAL, other).rejected("role_not_allowed")
    given(NEED, SUBMITTED, JOINED).when(REVEAL.model_copy(update={"petitioner": 2}), OFFICE).rejected("petitioner_anonymous")


def test_the_handling_unit_never_learns_who_asks_unless_the_petitioner_agreed() -> None:
    agreed = SUBMITTED.model_copy(update={"petitioner": SEALED.model_copy(update={"share_with_unit": True})})
    given(NEED, SUBMITTED, ROUTED).when(REVEAL, UNIT).rejected("petitioner_not_shared")
    given(NEED, agreed, ROUTED).when(REVEAL, UNIT).then_one(PetitionerRevealed, revealed_to="unit-1")
    given(NEED, agreed, ROUTED).when(REVEAL, OTHER_UNIT).rejected("not_the_handling_unit")
    given(NEED, agreed).when(REVEAL, by("unit")).rejected("not_the_handling_unit")


def test_an_erased_petitioner_is_shown_to_nobody_and_erased_once() -> None:
    given(NEED, SUBMITTED).when(ERASE, OFFICE).then(ERASED)
    given(NEED, SUBMITTED, ERASED).when(ERASE, OFFICE).nothing()
    given(NEED, SUBMITTED, ERASED).when(REVEAL, OFFICE).rejected("petitioner_erased")
    given(NEED, SUBMITTED).when(ERASE, CLERK).rejected("role_not_allowed")
    row = folded([PETITIONS], facts("intake", SUBMITTED, JOINED, ERASED))["petitions"]
    assert [(key[1], row.erased_at is not None) for key, row in row.items()] == [(1, True), (2, False)]


def test_an_erased_petitioner_s_voice_still_counts() -> None:
    assert len(given(NEED, *CLOSED, ERASED).when(rate("dissatisfied"), ANYONE).events) == 2


def test_a_project_s_steps_follow_its_promise_as_it_moves() -> None:
    pledged = next(event for event in IN_HAND if isinstance(event, PledgePublished))
    told = [proposed(), *IN_HAND]
    row = folded([PROJECT_STEPS], facts("projects", *told, completed()))["project_steps"][pledged.project_id,]
    assert (row.complete_by, row.completed_at is not None) == (pledged.complete_by, True)
    resumed = ProjectResumed(project_id=pledged.project_id, complete_by=date(2022, 1, 31), approved_by="x")
    row = folded([PROJECT_STEPS], facts("projects", *told, completed(), PROJECT_REOPENED, resumed))["project_steps"][pledged.project_id,]
    assert (row.complete_by, row.completed_at) == (date(2022, 1, 31), None)
    back = ClaimGivenBack(project_id=pledged.project_id, claimant="li", reason="x")
    row = folded([PROJECT_STEPS], facts("projects", *told, back))["project_steps"][pledged.project_id,]
    assert (row.claimed_at, row.complete_by) == (None, None)
