"""Intake's rules, told by given, when, then."""

from uuid import UUID

from services.intake.commands import AnswerNeed, DeclineNeed, PetitionerGiven, RouteNeed, SubmitNeed
from services.intake.decider import NEED
from shared.contracts.intake import NeedAnswered, NeedDeclined, NeedRouted, NeedSubmitted
from shared.kernel.actor import Actor
from shared.kernel.testing import by, given

NEED_ID = UUID("0199c1a8-1111-7000-8000-000000000001")
PROJECT_ID = UUID("0199c1a8-2222-7000-8000-000000000001")
OFFICE = by("office", sub="xjb-1")
SYSTEM = Actor.system("answer_petitioners_when_project_verified")

SUBMITTED = NeedSubmitted(
    need_id=NEED_ID,
    kind="need",
    channel="hotline",
    title="路灯坏了",
    detail="村口",
    town="430523100",
    petitioner=None,
    submitted_by="clerk-1",
)
ROUTED = NeedRouted(need_id=NEED_ID, handling_unit="430523100", responsible_leader="leader-7")
DECLINED = NeedDeclined(need_id=NEED_ID, outcome="petition", reason="属信访事项")
ANSWERED = NeedAnswered(need_id=NEED_ID, outcome="done", text="已修好")


def submit(**changes: object) -> SubmitNeed:
    fields = {
        "need_id": NEED_ID,
        "kind": "need",
        "channel": "hotline",
        "title": "路灯坏了",
        "detail": "村口",
        "town": "430523100",
        "petitioner": None,
    }
    return SubmitNeed.model_validate({**fields, **changes})


def route(unit: str = "430523100", leader: str = "leader-7") -> RouteNeed:
    return RouteNeed(need_id=NEED_ID, handling_unit=unit, responsible_leader=leader)


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


def test_submitting_again_changes_nothing() -> None:
    given(NEED, SUBMITTED).when(submit(), by("citizen")).nothing()


def test_the_office_routes_a_need() -> None:
    given(NEED, SUBMITTED).when(route(), OFFICE).then(ROUTED)


def test_nobody_else_routes() -> None:
    given(NEED, SUBMITTED).when(route(), by("unit", unit="430523100")).rejected("role_not_allowed")


def test_routing_the_same_way_again_changes_nothing() -> None:
    given(NEED, SUBMITTED, ROUTED).when(route(), OFFICE).nothing()


def test_a_need_may_be_routed_elsewhere_while_it_is_open() -> None:
    given(NEED, SUBMITTED, ROUTED).when(route(unit="430523101"), OFFICE).then_one(NeedRouted, handling_unit="430523101")


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
    answered = given(NEED, SUBMITTED).and_then(answer, SYSTEM)
    answered.when(answer, SYSTEM).nothing()
    given(NEED, SUBMITTED, DECLINED).when(answer, SYSTEM).nothing()
