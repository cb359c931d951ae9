"""Two surveys under whatever anybody asks: nobody is counted twice, nobody asks or answers for their own unit, every figure adds up."""

from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.scoring import handlers
from services.scoring.commands import AnswerSurvey, CloseSurvey, GivenAnswer, IssueSurveyCodes, OpenSurvey
from services.scoring.decider import SURVEY, asking, code_digest, pseudonym, surveys
from services.scoring.projections.surveys import SURVEY_ANSWERS, SURVEYS
from services.scoring.queries.surveys import figures
from services.scoring.state.survey import Survey, SurveyEvent
from shared.contracts.judging import Question
from shared.contracts.scoring import SurveyAnswered, SurveyClosed, SurveyCodesIssued, SurveyOpened
from shared.kernel.actor import Actor
from shared.kernel.rules import Command
from shared.kernel.testing import by
from tests.support.a_service import Ask, Choice, Service, anything, every, explore, together
from tests.support.a_verification import INSPECTOR, OFFICE

RESPONDENTS: dict[Any, tuple[str, ...]] = {"codes": ("K7QX-93FA", "M2PL-55TB", "GUESSED"), "persons": ("chen", "13800138000")}
IDS = {UUID(int=1): "codes", UUID(int=2): "persons"}
CLERK, CHEN, WANG = by("clerk", sub="clerk-1"), by("citizen", sub="chen"), by("citizen", sub="wang")
OWN = (by("office", sub="xjb-9", unit="T1"), by("inspector", sub="team-9", unit="T1"), by("clerk", sub="clerk-9", unit="T1"))
ANYBODY = (OFFICE, INSPECTOR, CLERK, CHEN, WANG, *OWN, by("unit", unit="T1"), by("auditor"))
FIRST = date(2021, 11, 1)
QUESTIONS = (
    Question(code="q1", text="您满意吗？", kind="rating", topic="satisfaction"),
    Question(code="q2", text="您知道吗？", kind="yes-no", topic="awareness"),
    Question(code="q3", text="从哪里得知？", kind="choice", options=("村广播", "微信")),
)
GOOD, BAD, ODD_ANSWER = {"q1": "basically-satisfied", "q2": "yes", "q3": "微信"}, {"q1": "dissatisfied"}, {"q2": "maybe"}


def of(survey_id: UUID) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a survey; days are counted from today."""
    which: Any = {"survey_id": survey_id}
    respondents = RESPONDENTS[IDS[survey_id]]
    rules: Any = {"respondents": IDS[survey_id], "sampling": "drawn", "sample": 2, "until": FIRST + timedelta(days=15)}
    begin = OpenSurvey(**which, title="路灯满意度", unit="T1", questions=QUESTIONS, **rules)

    def issue(*codes: str) -> IssueSurveyCodes:
        return IssueSurveyCodes(**which, digests=tuple(code_digest(survey_id, code) for code in codes))

    def answer(respondent: str, answers: dict[str, str]) -> AnswerSurvey:
        given = tuple(GivenAnswer(question=code, answer=said) for code, said in answers.items())
        return AnswerSurvey(**which, respondent=respondent, answers=given)

    answers = [answer(respondent, said) for respondent in respondents for said in (GOOD, BAD, {"q2": "no"})]
    codes, close = [issue(respondents[0]), issue(*respondents[:2])], CloseSurvey(**which)
    usual: list[Ask] = [(begin.model_copy(update={"basically_is_good": good}), who) for good, who in ((True, OFFICE), (False, INSPECTOR))]
    usual += [*((command, OFFICE) for command in codes), *((command, CLERK) for command in answers), (answers[0], CHEN)]
    odd: list[Ask] = [(command, own) for command in (begin, codes[0], answers[0], close) for own in OWN]
    odd += [(close, OFFICE), (answer(respondents[0], ODD_ANSWER), CLERK), (answers[1], WANG), (issue(*respondents, "ANOTHER"), INSPECTOR)]
    return usual, odd


CHENS = {survey_id: pseudonym(survey_id, "chen") for survey_id in IDS}
USUAL, ODD = together(of(survey_id) for survey_id in IDS)


class Surveys(Service):
    """One survey by one-time codes, one of persons, about the same unit."""

    handlers, usual, odd = handlers.HANDLERS, USUAL, ODD
    reads = (SURVEYS, SURVEY_ANSWERS)

    @rule(choice=anything(USUAL, ODD, ANYBODY), days=st.sampled_from((0, 0, 0, 1, 2)))
    def go_on(self, choice: Choice, days: int) -> None:
        self.pass_days(days)
        self.go(choice)

    def now(self, command: Any, _actor: Actor) -> Command:
        asked: Command = command
        if isinstance(command, OpenSurvey):
            asked = command.model_copy(update={"until": command.until + (self.today - FIRST)})
        return asked

    def prepared(self, command: Command) -> Command:
        if isinstance(command, AnswerSurvey):
            known = asking(self.survey(command.survey_id), code_digest(command.survey_id, command.respondent))
            return command.model_copy(update={"survey": known})
        return command

    def survey(self, survey_id: UUID) -> Survey:
        state: Survey = self.state(SURVEY, f"survey-{survey_id}")
        return state

    def allowed(self, before: Any, event: Any, actor: Actor) -> None:
        survey = self.survey(event.survey_id)
        assert actor.unit != "T1"
        match event:
            case SurveyOpened():
                assert not before.questions
                assert event.until >= self.today
            case SurveyCodesIssued():
                assert not before.closed
                assert before.codes.isdisjoint(event.digests)
                assert len(before.codes) + len(event.digests) <= before.sample
            case SurveyAnswered():
                assert before.answers is None
                assert survey.questions
                assert not survey.closed
                assert self.today <= survey.until
                assert not actor.has("citizen") or (actor, event.respondent) == (CHEN, CHENS[event.survey_id])
            case SurveyClosed():
                assert before.questions
                assert not before.closed
            case _:
                raise AssertionError(event)

    @invariant()
    def the_list_says_what_the_rules_remember(self) -> None:
        for (survey_id,), row in self.rows["surveys"].items():
            survey = self.survey(survey_id)
            assert (row.status == "closed", row.codes, row.until) == (survey.closed, len(survey.codes), survey.until)
            assert row.version == self.version(f"survey-{survey_id}")

    @invariant()
    def every_figure_is_the_sum_of_its_answers(self) -> None:
        for (survey_id,), row in self.rows["surveys"].items():
            told = [event for event in self.events(SurveyAnswered) if event.survey_id == survey_id]
            answers = [answer for (of, _), answer in self.rows["survey_answers"].items() if of == survey_id]
            assert row.answered == len(answers) == len(told)
            assert (row.good, row.rated) == (sum(each.good for each in answers), sum(each.rated for each in answers))
            assert (row.aware, row.asked) == (sum(each.aware for each in answers), sum(each.asked for each in answers))
            assert 0 <= row.good <= row.rated <= row.answered
            assert row.respondents == "persons" or row.answered <= row.codes <= row.sample
            shown = figures({name: getattr(row, name) for name in type(row).__dataclass_fields__})
            given = Counter((question, said) for event in told for question, said in event.answers.items())
            assert {(at["question"], said): n for at in shown["results"] for said, n in at["answers"].items() if n} == dict(given)


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work every pseudonym out once: it takes its time on purpose."""
    for module in (surveys, handlers):
        monkeypatch.setattr(module, "pseudonym", cache(pseudonym))


@pytest.mark.usefixtures("remembered")
def test_no_order_of_asking_counts_anybody_twice() -> None:
    refused = {"own_item", "already_answered", "survey_closed", "code_unknown", "codes_beyond_sample"}
    explore(Surveys, examples=60, steps=40, reaching={*every(SurveyEvent), "SurveyAnswered", *refused})
