"""Surveys: who asks, who answers, once each, what counts as good, and what is kept of whom."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.scoring.commands import AnswerSurvey, CloseSurvey, GivenAnswer, IssueSurveyCodes, OpenSurvey, ScoreUnit
from services.scoring.decider import ANSWER, SURVEY, UNIT_SCORE, asking, code_digest, pseudonym, unit_score_id
from services.scoring.projections.surveys import SURVEY_ANSWERS, SURVEYS
from services.scoring.queries.surveys import figures
from services.scoring.queries.verifications import proposed
from shared.contracts.judging import Question, Tally
from shared.contracts.scoring import SurveyAnswered, SurveyClosed, SurveyCodesIssued, SurveyOpened, UnitScored
from shared.kernel.actor import Actor
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.testing import COUNTY, Scenario, by, given
from tests.support.a_verification import INSPECTOR, OFFICE, SHEET
from tests.support.envelopes import meta
from tests.support.events import folded
from tests.support.refusals import told

SURVEY_ID = UUID("0199c1a8-4444-7000-8000-000000000001")
CLERK, CITIZEN = by("clerk", sub="clerk-1"), by("citizen", sub="chen")
HAPPY = Question(code="q1", text="您对路灯修复满意吗？", kind="rating", topic="satisfaction")
KNOWS = Question(code="q2", text="您知道这件实事吗？", kind="yes-no", topic="awareness")
WHERE = Question(code="q3", text="您从哪里得知？", kind="choice", options=("村广播", "微信"))
CODES = ("K7QX-93FA", "M2PL-55TB")
GOOD_ANSWERS = {"q1": "very-satisfied", "q2": "yes", "q3": "微信"}


def open_survey(**changes: Any) -> OpenSurvey:
    ask = OpenSurvey(
        survey_id=SURVEY_ID,
        title="路灯满意度",
        unit="T1",
        questions=(HAPPY, KNOWS, WHERE),
        respondents="codes",
        sampling="drawn",
        sample=2,
        until=date(2021, 11, 30),
    )
    return ask.model_copy(update=changes)


def issue(*codes: str) -> IssueSurveyCodes:
    return IssueSurveyCodes(survey_id=SURVEY_ID, digests=tuple(code_digest(SURVEY_ID, code) for code in codes))


OPEN = given(SURVEY).and_then(open_survey(), OFFICE).and_then(issue(*CODES), OFFICE)
PERSONS = given(SURVEY).and_then(open_survey(respondents="persons"), INSPECTOR)
CLOSE = CloseSurvey(survey_id=SURVEY_ID)


def answer(respondent: str, survey: Scenario = OPEN, **answers: str) -> AnswerSurvey:
    known = asking(survey.state(), code_digest(SURVEY_ID, respondent))
    given_ = tuple(GivenAnswer(question=code, answer=said) for code, said in (answers or GOOD_ANSWERS).items())
    return AnswerSurvey(survey_id=SURVEY_ID, respondent=respondent, answers=given_, survey=known)


def test_the_office_or_an_inspector_asks_and_nobody_about_their_own_unit() -> None:
    for actor in (OFFICE, INSPECTOR):
        given(SURVEY).when(open_survey(), actor).then_one(SurveyOpened, sample=2, basically_is_good=True, opened_by=actor.sub)
    given(SURVEY).when(open_survey(), by("unit", unit="T1")).rejected("role_not_allowed")
    given(SURVEY).when(open_survey(), by("office", unit="T1")).rejected("own_item")
    OPEN.when(open_survey(), OFFICE).nothing()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"questions": (HAPPY, HAPPY)}, "question_twice"),
        ({"questions": (WHERE.model_copy(update={"options": ("微信",)}),)}, "question_malformed"),
        ({"questions": (WHERE.model_copy(update={"options": ("微信", "微信")}),)}, "question_malformed"),
        ({"questions": (WHERE.model_copy(update={"topic": "awareness"}),)}, "question_malformed"),
        ({"questions": (HAPPY.model_copy(update={"topic": "awareness"}),)}, "question_malformed"),
        ({"questions": (KNOWS.model_copy(update={"options": ("是", "否")}),)}, "question_malformed"),
        ({"until": date(2021, 10, 31)}, "survey_until_past"),
    ],
)
def test_a_questionnaire_fits_the_kinds_of_its_questions(change: dict[str, Any], code: str) -> None:
    given(SURVEY).when(open_survey(**change), OFFICE).rejected(code)


def test_no_more_codes_go_out_than_people_are_asked_and_only_their_digests_are_known() -> None:
    opened = given(SURVEY).and_then(open_survey(), OFFICE)
    event = opened.when(issue(*CODES), OFFICE).then_one(SurveyCodesIssued)
    assert not any(code in str(event) for code in CODES)
    OPEN.when(issue(*CODES), OFFICE).nothing()
    OPEN.when(issue("ANOTHER"), OFFICE).rejected("codes_beyond_sample")
    PERSONS.when(issue(*CODES), OFFICE).rejected("survey_takes_no_codes")
    opened.when(issue(*CODES), CLERK).rejected("role_not_allowed")
    given(SURVEY).when(issue(*CODES), OFFICE).rejected("not_found")


def test_with_a_code_an_interviewer_enters_the_answer_and_nothing_tells_who_gave_it() -> None:
    event = (
        given(ANSWER)
        .when(answer(CODES[0]), CLERK)
        .then_one(SurveyAnswered, satisfaction=Tally(part=1, whole=1), awareness=Tally(part=1, whole=1), unit="T1")
    )
    assert CODES[0] not in str(event)
    given(ANSWER).when(answer(CODES[0]), CITIZEN).rejected("role_not_allowed")
    given(ANSWER).when(answer("GUESSED"), CLERK).rejected("code_unknown")


def test_without_codes_a_citizen_answers_as_themselves_and_is_kept_as_a_pseudonym_of_this_survey_alone() -> None:
    event = given(ANSWER).when(answer("chen", PERSONS), CITIZEN).then_one(SurveyAnswered, respondent=pseudonym(SURVEY_ID, "chen"))
    assert "chen" not in str(event)
    given(ANSWER).when(answer("wang", PERSONS), CITIZEN).rejected("respondent_not_you")
    given(ANSWER).when(answer("13800138000", PERSONS), CLERK).then_one(SurveyAnswered)
    assert pseudonym(SURVEY_ID, "chen") == pseudonym(SURVEY_ID, "chen") != pseudonym(UUID(int=9), "chen")


def test_everybody_answers_once_and_the_same_answer_again_changes_nothing() -> None:
    once = given(ANSWER).and_then(answer(CODES[0]), CLERK)
    once.when(answer(CODES[0]), INSPECTOR).nothing()
    once.when(answer(CODES[0], q1="dissatisfied"), CLERK).rejected("already_answered")


def test_answers_are_those_the_questions_offer_and_questions_may_be_passed_over() -> None:
    given(ANSWER).when(answer(CODES[0], q2="no"), CLERK).then_one(
        SurveyAnswered, satisfaction=Tally(part=0, whole=0), awareness=Tally(part=0, whole=1)
    )
    for given_, code, pointer in (
        ({"q9": "yes"}, "question_unknown", "/answers/0/question"),
        ({"q2": "maybe"}, "answer_not_offered", "/answers/0/answer"),
        ({"q1": "satisfied", "q3": "电视"}, "answer_not_offered", "/answers/1/answer"),
        ({"q1": "yes"}, "answer_not_offered", "/answers/0/answer"),
    ):
        assert told(given(ANSWER).when(answer(CODES[0], **given_), CLERK))[:2] == (code, pointer)
    once = answer(CODES[0], q2="no")
    given(ANSWER).when(once.model_copy(update={"answers": once.answers * 2}), CLERK).rejected("question_twice")


@pytest.mark.parametrize(("lenient", "part"), [(True, 1), (False, 0)])
def test_whether_basically_satisfied_is_good_is_the_county_s_on_the_day_it_asked(lenient: bool, part: int) -> None:  # noqa: FBT001
    story = given(SURVEY).and_then(open_survey(basically_is_good=lenient), OFFICE).and_then(issue(*CODES), OFFICE)
    asked = answer(CODES[0], story, q1="basically-satisfied")
    given(ANSWER).when(asked, CLERK).then_one(SurveyAnswered, satisfaction=Tally(part=part, whole=1))
    given(ANSWER).when(answer(CODES[1], story, q1="dissatisfied"), CLERK).then_one(SurveyAnswered, satisfaction=Tally(part=0, whole=1))


def test_nobody_answers_for_their_own_unit_nor_after_the_end() -> None:
    given(ANSWER).when(answer(CODES[0]), by("clerk", unit="T1")).rejected("own_item")
    given(ANSWER).when(answer(CODES[0]), by("member")).rejected("role_not_allowed")
    closed = OPEN.and_then(CLOSE, OFFICE)
    given(ANSWER).when(answer(CODES[0], closed), CLERK).rejected("survey_closed")
    late = given(ANSWER, at=datetime(2021, 11, 30, 16, tzinfo=UTC))
    late.when(answer(CODES[0]), CLERK).rejected("survey_closed")
    given(ANSWER).when(answer(CODES[0], given(SURVEY)), CLERK).rejected("not_found")


def test_a_survey_is_closed_once_by_who_may_ask() -> None:
    OPEN.when(CLOSE, INSPECTOR).then(SurveyClosed(survey_id=SURVEY_ID, remark=None, closed_by="team-2"))
    closed = OPEN.and_then(CLOSE, OFFICE)
    closed.when(CLOSE, OFFICE).nothing()
    closed.when(issue("ANOTHER"), OFFICE).rejected("survey_closed")
    OPEN.when(CLOSE, CLERK).rejected("role_not_allowed")
    given(SURVEY).when(CLOSE, OFFICE).rejected("not_found")


def test_nobody_hands_codes_out_or_closes_where_their_own_unit_is_asked_about() -> None:
    opened = given(SURVEY).and_then(open_survey(), OFFICE)
    for actor in (by("office", unit="T1"), by("inspector", unit="T1")):
        opened.when(issue(*CODES), actor).rejected("own_item")
        opened.when(CLOSE, actor).rejected("own_item")
    opened.when(CLOSE, by("inspector", unit="T2")).then_one(SurveyClosed)


def heard(*events: Event) -> dict[str, dict[Any, Any]]:
    return folded([SURVEYS, SURVEY_ANSWERS], [Fact(event, meta(event, "scoring", position=at)) for at, event in enumerate(events, 1)])


def test_every_rate_is_shown_with_its_numerator_and_denominator_and_proposes_points_once_closed() -> None:
    entered = [
        event
        for code, answers in zip(CODES, (GOOD_ANSWERS, {"q1": "very-dissatisfied", "q2": "yes"}), strict=True)
        for event in given(ANSWER).when(answer(code, **answers), CLERK).events
    ]
    row = heard(*OPEN.and_then(CLOSE, OFFICE).history, *entered)["surveys"][SURVEY_ID,]
    seen = figures({name: getattr(row, name) for name in type(row).__dataclass_fields__})
    assert seen["response"] == {"part": 2, "whole": 2}
    assert seen["satisfaction"] == {"part": 1, "whole": 2}
    assert seen["awareness"] == {"part": 2, "whole": 2}
    assert seen["results"][0]["answers"]["very-satisfied"] == seen["results"][0]["answers"]["very-dissatisfied"] == 1
    assert seen["results"][2] == {"question": "q3", "answered": 1, "answers": {"村广播": 0, "微信": 1}}
    counted = {"survey_id": SURVEY_ID, "project_id": None, "good": row.good, "rated": row.rated, "aware": row.aware, "asked": row.asked}
    assert [(each["item"], each["points"], each["part"], each["whole"], each["about"]) for each in proposed([counted])] == [
        ("satisfaction", 50, 1, 2, "unit"),
        ("awareness", 100, 2, 2, "unit"),
    ]
    assert proposed([{**counted, "rated": 0, "asked": 0}]) == []


def test_the_figures_of_a_survey_are_the_sum_of_its_answers() -> None:
    events = [event for code in CODES for event in given(ANSWER).when(answer(code), CLERK).events]
    tables = heard(*OPEN.history, *events)
    row, answers = tables["surveys"][SURVEY_ID,], list(tables["survey_answers"].values())
    assert row.answered == len(answers) == 2
    assert (row.good, row.rated) == (sum(each.good for each in answers), sum(each.rated for each in answers))
    assert row.answered <= row.codes <= row.sample


SCORE = ScoreUnit(unit="T1", occasion="2021-11", points={"materials": 80, "quality": 90}, sheet=SHEET)


def test_a_unit_is_scored_on_the_same_sheet_as_projects_and_the_last_score_on_an_occasion_counts() -> None:
    given(UNIT_SCORE).when(SCORE, INSPECTOR).then_one(
        UnitScored, total=85, passed=True, scored_by="team-2", score_id=unit_score_id(SCORE, COUNTY)
    )
    once = given(UNIT_SCORE).and_then(SCORE, INSPECTOR)
    once.when(SCORE, OFFICE).nothing()
    low = SCORE.model_copy(update={"points": {"materials": 100, "quality": 69}})
    once.when(low, OFFICE).then_one(UnitScored, total=85, passed=False)
    other = SCORE.model_copy(update={"occasion": "round-2"})
    assert unit_score_id(other, COUNTY) != unit_score_id(SCORE, COUNTY)


@pytest.mark.parametrize(
    ("change", "actor", "code"),
    [
        ({}, by("unit", unit="T2"), "role_not_allowed"),
        ({}, by("inspector", unit="T1"), "own_item"),
        ({"sheet": None}, INSPECTOR, "profile_not_adopted"),
        ({"points": {"materials": 80}}, INSPECTOR, "item_not_scored"),
        ({"points": {"materials": 80, "quality": 80, "awareness": 80}}, INSPECTOR, "item_not_on_sheet"),
    ],
)
def test_a_unit_s_score_needs_a_stranger_and_every_item(change: dict[str, Any], actor: Actor, code: str) -> None:
    given(UNIT_SCORE).when(SCORE.model_copy(update=change), actor).rejected(code)
