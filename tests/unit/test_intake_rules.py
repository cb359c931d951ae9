"""Intake's rules, told by given, when, then: submitting, routing, closing."""

from datetime import date

from services.intake.commands import AnswerNeed, CallKnown, DeclineNeed, PetitionerGiven
from services.intake.decider import NEED
from shared.contracts.intake import NeedAnswered, NeedRouted, NeedSubmitted
from shared.contracts.profile import NeedRules, Period
from shared.kernel.testing import by, given
from tests.support.a_need import (
    ANSWERED,
    CLERK,
    DECLINED,
    NEED_ID,
    OFFICE,
    PETITION_ID,
    PROJECT_ID,
    ROUTED,
    SUBMITTED,
    VERIFIED,
    route,
    submit,
)
from tests.support.refusals import told


def test_anyone_may_submit_a_need() -> None:
    given(NEED).when(submit(), by("citizen")).then_one(NeedSubmitted, kind="need", channel="hotline", town="430523100", petitioner=None)


def test_a_petitioner_s_name_and_phone_are_to_be_sealed_under_one_key() -> None:
    event = given(NEED).when(submit(petitioner=PetitionerGiven(name="陈秀英", phone="13800138000")), by("clerk")).then_one(NeedSubmitted)
    assert isinstance(event, NeedSubmitted)
    assert event.petitioner is not None
    assert event.petitioner.phone is not None
    assert event.petitioner.person == event.petitioner.name.person == event.petitioner.phone.person
    assert "陈秀英" not in repr(event)


def test_an_auditor_does_not_submit() -> None:
    given(NEED).when(submit(), by("auditor")).rejected("role_not_allowed")


def test_a_need_is_for_a_town_of_its_county() -> None:
    given(NEED).when(submit(town="430522100"), by("citizen")).rejected("town_not_in_county")


def test_a_need_says_by_when_somebody_must_own_it_by_the_county_s_rules_of_the_day() -> None:
    given(NEED).when(submit(), by("citizen")).then_one(NeedSubmitted, owner_by=date(2021, 11, 8))
    calendar = NeedRules(owner_within=Period(days=3, unit="calendar"))
    given(NEED).when(submit(rules=calendar), by("citizen")).then_one(NeedSubmitted, owner_by=date(2021, 11, 4))


def test_a_clerk_enters_a_need_for_somebody_who_is_named() -> None:
    for_chen = submit(petitioner=PetitionerGiven(name="陈秀英"), on_behalf=True)
    given(NEED).when(for_chen, CLERK).then_one(NeedSubmitted, on_behalf=True, submitted_by="clerk-1")
    given(NEED).when(for_chen, by("citizen")).rejected("role_not_allowed")
    given(NEED).when(submit(on_behalf=True), CLERK).rejected("petitioner_needed")


def test_a_need_names_a_collection_call_only_while_it_is_open() -> None:
    def at_call(opens: date, closes: date, *, closed: bool = False) -> CallKnown:
        return CallKnown(opens_on=opens, closes_on=closes, closed=closed)

    today = date(2021, 11, 1)
    open_today = submit(call_id=PETITION_ID, call=at_call(today, today))
    given(NEED).when(open_today, by("citizen")).then_one(NeedSubmitted, call_id=PETITION_ID)
    over = at_call(date(2021, 10, 1), date(2021, 10, 31))
    to_come = at_call(date(2021, 11, 2), date(2021, 11, 30))
    for call in (over, to_come, at_call(today, today, closed=True)):
        given(NEED).when(submit(call_id=PETITION_ID, call=call), by("citizen")).rejected("call_not_open")
    given(NEED).when(submit(call_id=PETITION_ID), by("citizen")).rejected("call_not_known")


def test_submitting_again_changes_nothing() -> None:
    given(NEED, SUBMITTED).when(submit(), by("citizen")).nothing()


def test_the_office_routes_a_need() -> None:
    given(NEED, SUBMITTED).when(route(), OFFICE).then(ROUTED)


def test_nobody_else_routes() -> None:
    given(NEED, SUBMITTED).when(route(), by("unit", unit="430523100")).rejected("role_not_allowed")


def test_routing_the_same_way_again_changes_nothing() -> None:
    given(NEED, SUBMITTED, ROUTED).when(route(), OFFICE).nothing()


def test_a_need_may_be_routed_elsewhere_while_it_is_open() -> None:
    elsewhere = route(unit="430523101", reason="属地不对")
    given(NEED, SUBMITTED, ROUTED).when(elsewhere, OFFICE).then_one(NeedRouted, handling_unit="430523101", reason="属地不对")
    silently = given(NEED, SUBMITTED, ROUTED).when(route(unit="430523101"), OFFICE)
    assert told(silently) == ("routing_elsewhere_needs_reason", "/reason", {})


def test_a_need_may_have_units_that_assist_each_named_once() -> None:
    helped = route(assisting=("430523101", "430523102"))
    given(NEED, SUBMITTED).when(helped, OFFICE).then_one(NeedRouted, assisting_units=("430523101", "430523102"))
    for twice in (("430523100",), ("430523101", "430523101")):
        given(NEED, SUBMITTED).when(route(assisting=twice), OFFICE).rejected("assisting_unit_twice")


def test_a_need_that_does_not_exist_cannot_be_routed() -> None:
    given(NEED).when(route(), OFFICE).rejected("not_found")


def test_a_closed_need_is_neither_routed_nor_declined_nor_answered() -> None:
    for closing in (DECLINED, ANSWERED):
        closed = given(NEED, SUBMITTED, ROUTED, closing)
        closed.when(route(unit="430523101"), OFFICE).rejected("need_already_closed")
        closed.when(DeclineNeed(need_id=NEED_ID, outcome="not-ours", reason="外县"), OFFICE).rejected("need_already_closed")
        closed.when(AnswerNeed(need_id=NEED_ID, outcome="done", text="好了"), OFFICE).rejected("need_already_closed")


def test_the_office_declines_with_an_outcome_and_a_reason() -> None:
    given(NEED, SUBMITTED).when(DeclineNeed(need_id=NEED_ID, outcome="petition", reason="属信访事项"), OFFICE).then(DECLINED)


def test_a_need_is_answered_only_once_it_has_a_handling_unit() -> None:
    given(NEED, SUBMITTED).when(AnswerNeed(need_id=NEED_ID, outcome="done", text="好了"), OFFICE).rejected("need_not_routed")


def test_the_handling_unit_answers_and_no_other() -> None:
    answer = AnswerNeed(need_id=NEED_ID, outcome="done", text="已修好")
    given(NEED, SUBMITTED, ROUTED).when(answer, by("unit", unit="430523100")).then(ANSWERED)
    given(NEED, SUBMITTED, ROUTED).when(answer, by("unit", unit="430523101")).rejected("not_the_handling_unit")


def test_an_answer_in_nobody_s_words_is_none() -> None:
    given(NEED, SUBMITTED, ROUTED).when(AnswerNeed(need_id=NEED_ID, outcome="done"), OFFICE).rejected("answer_needs_text")


def test_a_verified_project_answers_its_need_by_itself_and_once() -> None:
    answer = AnswerNeed(need_id=NEED_ID, outcome="done", project_id=PROJECT_ID)
    answered = given(NEED, SUBMITTED).and_then(answer, VERIFIED)
    answered.when(answer, VERIFIED).nothing()
    given(NEED, SUBMITTED, DECLINED).when(answer, VERIFIED).nothing()


def test_a_closing_keeps_the_rules_it_was_made_under() -> None:
    strict = NeedRules(basically_is_good=False, reopen_within=Period(days=1, unit="calendar"))
    answer = AnswerNeed(need_id=NEED_ID, outcome="done", text="已修好", rules=strict)
    kept = {"reopen_until": date(2021, 11, 2), "basically_is_good": False}
    given(NEED, SUBMITTED, ROUTED).when(answer, OFFICE).then_one(NeedAnswered, **kept)
