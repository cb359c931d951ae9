"""Voices and ratings, told by given, when, then."""

from typing import get_args

import pytest

from services.intake.commands import (
    Closing,
    PetitionerGiven,
    ReopenNeed,
)
from services.intake.decider import NEED
from services.intake.policies import REOPEN_THE_OTHER
from services.intake.projections import NEED_BOARD, RATINGS
from shared.contracts.intake import (
    NeedJoined,
    NeedRated,
    NeedReopened,
)
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
    CLERK,
    DECLINED,
    EARLIER,
    JOINED,
    LAST_MOMENT,
    MERGED,
    NEED_ID,
    OFFICE,
    OWNER_BY,
    PROJECT_ID,
    REOPEN_UNTIL,
    REOPENED,
    ROUTED,
    SECOND_CODE,
    SUBMITTED,
    TIMER,
    TOO_LATE,
    UNIT,
    join,
    rate,
    rate_at_the_counter,
    rated,
    submit,
)
from tests.support.envelopes import meta
from tests.support.events import folded

CLOSED = (SUBMITTED, ROUTED, ANSWERED)
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


def test_who_carries_in_what_others_say_brings_a_voice_each_time() -> None:
    carrier = by("visitor", sub="carrier")
    scenario = given(NEED).and_then(submit(), carrier)
    scenario.when(join(), carrier).then_one(NeedJoined, number=2, joined_by="carrier", on_behalf=False)
    scenario.and_then(join(), carrier).when(join(), carrier).then_one(NeedJoined, number=3)


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
