"""Micro-wishes, calls, personal data and the steps of a project, told by given, when, then."""

from datetime import date

from services.intake.commands import (
    ClaimWish,
    CloseCall,
    DeclineNeed,
    ErasePetitioner,
    FulfilWish,
    GiveWishBack,
    MemberKnown,
    PublishCall,
    PublishWish,
    RevealPetitioner,
    ThankByCode,
)
from services.intake.decider import CALL, NEED
from services.intake.projections import PETITIONS, PROJECT_STEPS, WISHES
from shared.contracts.intake import (
    CallClosed,
    CallPublished,
    NeedAnswered,
    PetitionerErased,
    PetitionerRevealed,
    WishClaimed,
    WishFulfilled,
    WishGivenBack,
    WishThanked,
)
from shared.contracts.projects import ClaimGivenBack, PledgePublished, ProjectResumed
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.testing import by, given
from tests.support.a_need import (
    ANSWERED,
    ANYONE,
    CITIZEN,
    CLAIMED,
    CLERK,
    DECLINED,
    FIRST_CODE,
    JOINED,
    MEMBER_ID,
    NEED_ID,
    OFFICE,
    OTHER_UNIT,
    OWNER_BY,
    PERSON,
    PETITION_ID,
    PUBLISHED,
    ROUTED,
    SEALED,
    SUBMITTED,
    UNIT,
    WISHED,
    rate,
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


def facts(service: str, *events: Event) -> list[Fact]:
    return [Fact(event, meta(event, service, position=at, version=at)) for at, event in enumerate(events, 1)]


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
