"""What may be asked of a year's assessment, and the records it counts."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.judging import Subject, Tally
from shared.contracts.profile import AnnualRules
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import UnitCode

Found = Literal["verified", "refused", "revoked", "confirmed"]


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project as the year counts it; each `_at` is a position in projects' lane, a verdict's in scoring's."""

    project_id: UUID
    unit: str
    claimant: str
    claimed_as: str
    claimed_on: date
    claimed_at: int
    promised_by: date | None = None
    promised_at: int | None = None
    suspended: bool = False
    gone: bool = False
    declarations: tuple[tuple[int, date, int], ...] = ()
    signed_off: int | None = None
    signed_off_on: date | None = None
    signed_off_at: int | None = None
    verdicts: tuple[tuple[int, Found, date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RatingRecord:
    """A rating of a closing; `position` in intake's lane."""

    unit: str | None
    project_id: UUID | None
    good: bool
    rated_on: date
    position: int


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """A letter that asks a unit for a reply; positions in supervision's lane."""

    unit: str
    reply_by: date
    issued_at: int
    replied_on: date | None = None
    replied_at: int | None = None
    overdue_at: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """What a respondent of a survey knew of a unit's work; `position` in scoring's lane."""

    unit: str
    project_id: UUID | None
    awareness: Tally
    answered_on: date
    position: int


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """Who is assessed: a unit by its code, a person by account, at a place in the official order."""

    code: str
    unit: str
    order: int


@dataclass(frozen=True, slots=True)
class Records:
    """Everything a run counts, as read up to a position of each service."""

    subjects: tuple[SubjectRecord, ...] = ()
    projects: tuple[ProjectRecord, ...] = ()
    ratings: tuple[RatingRecord, ...] = ()
    letters: tuple[LetterRecord, ...] = ()
    answers: tuple[AnswerRecord, ...] = ()
    seen_to: tuple[tuple[str, int], ...] = ()


class AssessYear(Command):
    """Assess a year: all units, or the people of one unit, under the rules in force today or those of a named version."""

    year: Annotated[int, Field(ge=2000, le=2999)]
    subject: Subject
    unit: UnitCode | None = None
    profile_version: UnitCode | None = None
    rules: Annotated[AnnualRules | None, FromPlatform] = None
    found_version: Annotated[str, FromPlatform] = ""
    records: Annotated[Records, FromPlatform] = Records()
