"""What the rules remember of a survey, of one respondent's answers, and of a unit's score."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from shared.contracts.judging import Question, Respondents
from shared.contracts.scoring import SurveyAnswered, SurveyClosed, SurveyCodesIssued, SurveyOpened, UnitScored
from shared.contracts.values import ScoreItem

SurveyEvent = SurveyOpened | SurveyCodesIssued | SurveyClosed


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey as its rules see it; without questions there is none."""

    unit: str = ""
    project_id: UUID | None = None
    questions: tuple[Question, ...] = ()
    respondents: Respondents = "codes"
    sample: int = 0
    until: date = date.min
    basically_is_good: bool = True
    codes: frozenset[str] = frozenset()
    closed: bool = False


def evolve_survey(survey: Survey, event: SurveyEvent) -> Survey:
    """Return the survey after a fact."""
    match event:
        case SurveyOpened():
            return Survey(
                unit=event.unit,
                project_id=event.project_id,
                questions=event.questions,
                respondents=event.respondents,
                sample=event.sample,
                until=event.until,
                basically_is_good=event.basically_is_good,
            )
        case SurveyCodesIssued():
            return replace(survey, codes=survey.codes | set(event.digests))
        case SurveyClosed():
            return replace(survey, closed=True)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one respondent answered, if they did."""

    answers: tuple[tuple[str, str], ...] | None = None


def evolve_answer(_answer: Answer, event: SurveyAnswered) -> Answer:
    """Return the answer after it was given."""
    return Answer(tuple(sorted(event.answers.items())))


@dataclass(frozen=True, slots=True)
class UnitScore:
    """The last points of a unit on an occasion."""

    points: tuple[tuple[ScoreItem, int], ...] | None = None


def evolve_unit_score(_score: UnitScore, event: UnitScored) -> UnitScore:
    """Return the score after a fact."""
    return UnitScore(tuple(sorted(event.points.items())))
