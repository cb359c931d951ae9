"""Surveys with their figures, every respondent's answer, and units' scores."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.scoring import SurveyAnswered, SurveyClosed, SurveyCodesIssued, SurveyOpened, UnitScored
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection
from shared.kernel.workdays import business_day


@dataclass(slots=True)
class SurveyRow:
    """A survey; `counts` holds answers by question, `good` and `aware` are counted of `rated` and `asked`."""

    survey_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "open"
    title: str | None = None
    unit: str | None = None
    project_id: UUID | None = None
    questions: list[dict[str, Any]] | None = None
    respondents: str | None = None
    sampling: str | None = None
    sample: int | None = None
    until: date | None = None
    codes: int = 0
    answered: int = 0
    good: int = 0
    rated: int = 0
    aware: int = 0
    asked: int = 0
    counts: dict[str, Any] | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None


SURVEYS = Projection("surveys", row=SurveyRow, key="survey_id")


@SURVEYS.on(SurveyOpened)
def _opened(row: SurveyRow, event: SurveyOpened, meta: Meta) -> None:
    row.position, row.version, row.opened_at = meta.position, meta.version, meta.recorded_at
    row.title, row.unit, row.project_id = event.title, event.unit, event.project_id
    row.questions = [question.model_dump(mode="json") for question in event.questions]
    row.respondents, row.sampling, row.sample, row.until = event.respondents, event.sampling, event.sample, event.until


@SURVEYS.on(SurveyCodesIssued)
def _issued(row: SurveyRow, event: SurveyCodesIssued, meta: Meta) -> None:
    row.version = meta.version
    row.codes += len(event.digests)


@SURVEYS.on(SurveyAnswered)
def _counted(row: SurveyRow, event: SurveyAnswered, _meta: Meta) -> None:
    row.answered += 1
    row.good += event.satisfaction.part
    row.rated += event.satisfaction.whole
    row.aware += event.awareness.part
    row.asked += event.awareness.whole
    counts = {question: dict(given) for question, given in (row.counts or {}).items()}
    for question, given in event.answers.items():
        of = counts.setdefault(question, {})
        of[given] = of.get(given, 0) + 1
    row.counts = counts


@SURVEYS.on(SurveyClosed)
def _closed(row: SurveyRow, _event: SurveyClosed, meta: Meta) -> None:
    row.version, row.status, row.closed_at = meta.version, "closed", meta.recorded_at


@dataclass(slots=True)
class SurveyAnswerRow:
    """One respondent's answer, under a pseudonym of that survey alone."""

    survey_id: UUID
    respondent: UUID
    unit: str | None = None
    project_id: UUID | None = None
    good: int = 0
    rated: int = 0
    aware: int = 0
    asked: int = 0
    answered_on: date | None = None
    position: int | None = None


SURVEY_ANSWERS = Projection("survey_answers", row=SurveyAnswerRow, key=("survey_id", "respondent"))


@SURVEY_ANSWERS.on(SurveyAnswered)
def _answered(row: SurveyAnswerRow, event: SurveyAnswered, meta: Meta) -> None:
    row.unit, row.project_id = event.unit, event.project_id
    row.good, row.rated = event.satisfaction.part, event.satisfaction.whole
    row.aware, row.asked = event.awareness.part, event.awareness.whole
    row.answered_on, row.position = business_day(meta.recorded_at), meta.position


@dataclass(slots=True)
class UnitScoreRow:
    """A unit's last score on an occasion, with the sheet it was given on."""

    score_id: UUID
    position: int | None = None
    version: int = 0
    unit: str | None = None
    occasion: str | None = None
    sheet: dict[str, Any] | None = None
    points: dict[str, int] | None = None
    total: int | None = None
    passed: bool = False
    remark: str | None = None
    scored_by: str | None = None
    scored_at: datetime | None = None


UNIT_SCORES = Projection("unit_scores", row=UnitScoreRow, key="score_id")


@UNIT_SCORES.on(UnitScored)
def _scored(row: UnitScoreRow, event: UnitScored, meta: Meta) -> None:
    row.position = row.position or meta.position
    row.version, row.unit, row.occasion = meta.version, event.unit, event.occasion
    row.sheet, row.points = event.sheet.model_dump(mode="json"), {str(item): points for item, points in event.points.items()}
    row.total, row.passed, row.remark = event.total, event.passed, event.remark
    row.scored_by, row.scored_at = event.scored_by, meta.recorded_at
