"""The rules of surveys (满意度、知晓度测评): who asks, who answers, once each, and what an answer counts for."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import assert_never, get_args
from uuid import UUID

from services.scoring.commands import AnswerSurvey, Asking, CloseSurvey, IssueSurveyCodes, OpenSurvey
from services.scoring.state.survey import Answer, Survey, SurveyEvent, evolve_answer, evolve_survey
from shared.contracts.judging import Question, QuestionKind, Tally, Topic
from shared.contracts.scoring import SCORING, SurveyAnswered, SurveyClosed, SurveyCodesIssued, SurveyOpened
from shared.contracts.values import Rating
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

SurveyCommand = OpenSurvey | IssueSurveyCodes | CloseSurvey
ASKERS = ("office", "inspector")
INTERVIEWERS = ("clerk", "inspector")
_TOPIC_OF: dict[QuestionKind, Topic | None] = {"rating": "satisfaction", "yes-no": "awareness", "choice": None}
_GOOD: tuple[Rating, ...] = ("very-satisfied", "satisfied")
_LEAST_OPTIONS = 2


def decide_survey(command: SurveyCommand, survey: Survey, asked: Asked) -> Sequence[SurveyEvent]:
    """Return the facts a command makes of a survey."""
    match command:
        case OpenSurvey():
            return open_survey(command, survey, asked)
        case IssueSurveyCodes():
            return issue_codes(command, survey, asked)
        case CloseSurvey():
            return close_survey(command, survey, asked)
        case _:
            assert_never(command)


def open_survey(command: OpenSurvey, survey: Survey, asked: Asked) -> Sequence[SurveyEvent]:
    """The office or an inspector asks about a unit that is not their own."""
    asked.actor.require(*ASKERS)
    if survey.questions:
        return []
    if asked.actor.unit == command.unit:
        raise Rejected("own_item")
    for code, times in Counter(question.code for question in command.questions).items():
        if times > 1:
            raise Rejected("question_twice", pointer="/questions", question=code)
    for question in command.questions:
        if not _sound(question):
            raise Rejected("question_malformed", pointer="/questions", question=question.code)
    if command.until < business_day(asked.at):
        raise Rejected("survey_until_past", pointer="/until")
    return [SurveyOpened(**dict(command), opened_by=asked.actor.sub)]


def issue_codes(command: IssueSurveyCodes, survey: Survey, asked: Asked) -> Sequence[SurveyEvent]:
    """Codes go out to no more people than are asked, and not from the unit that is asked about; the same again changes nothing."""
    asked.actor.require(*ASKERS)
    _must_be_open(survey)
    _nobody_their_own(survey, asked)
    if survey.respondents != "codes":
        raise Rejected("survey_takes_no_codes")
    fresh = tuple(dict.fromkeys(digest for digest in command.digests if digest not in survey.codes))
    if len(survey.codes) + len(fresh) > survey.sample:
        raise Rejected("codes_beyond_sample", pointer="/digests", sample=survey.sample)
    return [SurveyCodesIssued(survey_id=command.survey_id, digests=fresh, issued_by=asked.actor.sub)] if fresh else []


def close_survey(command: CloseSurvey, survey: Survey, asked: Asked) -> Sequence[SurveyEvent]:
    """Who may ask may stop asking, once, and not about their own unit."""
    asked.actor.require(*ASKERS)
    if not survey.questions:
        raise Rejected("not_found")
    if survey.closed:
        return []
    _nobody_their_own(survey, asked)
    return [SurveyClosed(survey_id=command.survey_id, remark=command.remark, closed_by=asked.actor.sub)]


def answer(command: AnswerSurvey, known: Answer, asked: Asked) -> Sequence[SurveyAnswered]:
    """One answer a person. With codes an interviewer enters it, so that no envelope names who answered; otherwise a citizen may too."""
    survey = _may_answer(command, asked)
    given = {each.question: each.answer for each in command.answers}
    if known.answers == tuple(sorted(given.items())):
        return []
    if known.answers is not None:
        raise Rejected("already_answered")
    if survey.closed or business_day(asked.at) > survey.until:
        raise Rejected("survey_closed")
    _must_be_offered(survey, command)
    return [
        SurveyAnswered(
            survey_id=command.survey_id,
            respondent=pseudonym(command.survey_id, command.respondent),
            unit=survey.unit,
            project_id=survey.project_id,
            answers=given,
            satisfaction=_counted(survey, given, "satisfaction"),
            awareness=_counted(survey, given, "awareness"),
        )
    ]


def _may_answer(command: AnswerSurvey, asked: Asked) -> Asking:
    survey = command.survey
    asked.actor.require("citizen", *INTERVIEWERS)
    if survey is None:
        raise Rejected("not_found")
    if survey.respondents == "codes":
        asked.actor.require(*INTERVIEWERS)
        if not survey.issued:
            raise Rejected("code_unknown", pointer="/respondent")
    elif not asked.actor.has(*INTERVIEWERS) and command.respondent != asked.actor.sub:
        raise Rejected("respondent_not_you", pointer="/respondent")
    if asked.actor.unit is not None and asked.actor.unit == survey.unit:
        raise Rejected("own_item")
    return survey


def _must_be_offered(survey: Asking, command: AnswerSurvey) -> None:
    questions = {question.code: question for question in survey.questions}
    answered = Counter(each.question for each in command.answers)
    for number, each in enumerate(command.answers):
        if each.question not in questions:
            raise Rejected("question_unknown", pointer=f"/answers/{number}/question", question=each.question)
        if answered[each.question] > 1:
            raise Rejected("question_twice", pointer=f"/answers/{number}/question", question=each.question)
        if each.answer not in offered(questions[each.question]):
            raise Rejected("answer_not_offered", pointer=f"/answers/{number}/answer", question=each.question)


def asking(survey: Survey, digest: str) -> Asking | None:
    """Return what an answer must know of its survey, None when there is none."""
    if not survey.questions:
        return None
    return Asking(
        unit=survey.unit,
        project_id=survey.project_id,
        questions=survey.questions,
        respondents=survey.respondents,
        until=survey.until,
        closed=survey.closed,
        basically_is_good=survey.basically_is_good,
        issued=digest in survey.codes,
    )


def code_digest(survey_id: UUID, code: str) -> str:
    """Return the SHA-256, hexadecimal, by which a survey knows a one-time code."""
    return hashlib.sha256(f"{survey_id},{code}".encode()).hexdigest()


def pseudonym(survey_id: UUID, respondent: str) -> UUID:
    """Return what stands for a respondent within one survey alone.

    Slow on purpose (scrypt, about 10 ms): telephone numbers are few enough to be tried one by one. A code cannot be, being random.
    """
    return UUID(bytes=hashlib.scrypt(respondent.encode(), salt=str(survey_id).encode(), n=4_096, r=8, p=1, dklen=16))


def offered(question: Question) -> Sequence[str]:
    """Return the answers a question takes."""
    match question.kind:
        case "rating":
            return get_args(Rating)
        case "yes-no":
            return ("yes", "no")
        case "choice":
            return question.options
        case _:
            assert_never(question.kind)


def _sound(question: Question) -> bool:
    options = len(set(question.options)) == len(question.options) >= _LEAST_OPTIONS if question.kind == "choice" else not question.options
    return options and question.topic in (None, _TOPIC_OF[question.kind])


def _counted(survey: Asking, answers: Mapping[str, str], topic: Topic) -> Tally:
    good = {*_GOOD, *(("basically-satisfied",) if survey.basically_is_good else ()), "yes"}
    given = [answers[each.code] for each in survey.questions if each.topic == topic and each.code in answers]
    return Tally(part=sum(each in good for each in given), whole=len(given))


def _must_be_open(survey: Survey) -> None:
    if not survey.questions:
        raise Rejected("not_found")
    if survey.closed:
        raise Rejected("survey_closed")


def _nobody_their_own(survey: Survey, asked: Asked) -> None:
    if asked.actor.unit == survey.unit:
        raise Rejected("own_item")


SURVEY = Decider(contract=SCORING, initial=Survey(), evolve=evolve_survey, decide=decide_survey)
ANSWER = Decider(contract=SCORING, initial=Answer(), evolve=evolve_answer, decide=answer)
