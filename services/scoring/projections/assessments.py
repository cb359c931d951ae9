"""Annual assessments: every run with its rules, and every subject's place in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.scoring import SubjectAssessed, YearAssessed
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class AssessmentRow:
    """One run of a year's assessment."""

    assessment_id: UUID
    run: int
    position: int | None = None
    year: int | None = None
    subject: str | None = None
    unit: str | None = None
    rules: dict[str, Any] | None = None
    rules_version: str | None = None
    profile_version: str | None = None
    seen_to: dict[str, Any] | None = None
    subjects: int = 0
    digest: str | None = None
    assessed_by: str | None = None
    assessed_at: datetime | None = None


ASSESSMENTS = Projection("assessments", row=AssessmentRow, key=("assessment_id", "run"))


@ASSESSMENTS.on(YearAssessed)
def _assessed(row: AssessmentRow, event: YearAssessed, meta: Meta) -> None:
    row.position, row.year, row.subject, row.unit = meta.position, event.year, event.subject, event.unit
    row.rules, row.rules_version = event.rules.model_dump(mode="json"), event.rules.version
    row.profile_version, row.seen_to, row.subjects = event.profile_version, dict(event.seen_to), event.subjects
    row.digest, row.assessed_by, row.assessed_at = event.digest, event.assessed_by, meta.recorded_at


@dataclass(slots=True)
class AssessmentResultRow:
    """A subject's place in a run; the position follows the ranking."""

    assessment_id: UUID
    run: int
    code: str
    position: int | None = None
    subject: str | None = None
    unit: str | None = None
    official_order: int = 0
    lines: list[dict[str, Any]] | None = None
    score: int | None = None
    rank: int | None = None
    commendable: bool = False
    exclusions: list[str] | None = None


ASSESSMENT_RESULTS = Projection("assessment_results", row=AssessmentResultRow, key=("assessment_id", "run", "code"))


@ASSESSMENT_RESULTS.on(SubjectAssessed)
def _placed(row: AssessmentResultRow, event: SubjectAssessed, meta: Meta) -> None:
    row.position, row.subject, row.unit, row.official_order = meta.position, event.subject, event.unit, event.order
    row.lines = [line.model_dump(mode="json") for line in event.lines]
    row.score, row.rank = event.score, event.rank
    row.commendable, row.exclusions = event.commendable, [str(reason) for reason in event.exclusions]
