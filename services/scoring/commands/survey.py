"""What may be asked of surveys, and of units' scores."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.judging import Question, Respondents, Sampling
from shared.contracts.profile import ScoreSheet
from shared.contracts.values import Points, ScoreItem, Value
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Remark, Title, UnitCode

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256, hexadecimal."""


class OpenSurvey(Command):
    """Ask people about a unit, or about one of its projects; `sample` is how many are asked."""

    survey_id: Annotated[UUID, FromPlatform]
    title: Title
    unit: UnitCode
    project_id: UUID | None = None
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=20)]
    respondents: Respondents
    sampling: Sampling
    sample: Annotated[int, Field(ge=1, le=1_000_000)]
    until: date
    basically_is_good: Annotated[bool, FromPlatform] = True


class IssueSurveyCodes(Command):
    """Hand one-time codes out, by the SHA-256 of `<survey id>,<code>`: the codes themselves stay with who drew them."""

    survey_id: Annotated[UUID, FromPlatform]
    digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class Asking:
    """What an answer must know of its survey; `issued`: its code was handed out."""

    unit: str
    project_id: UUID | None
    questions: tuple[Question, ...]
    respondents: Respondents
    until: date
    closed: bool
    basically_is_good: bool
    issued: bool


class GivenAnswer(Value):
    """What was answered to one question: a rating, yes or no, or one of its options."""

    question: UnitCode
    answer: Title


class AnswerSurvey(Command):
    """Answer a survey, once. `respondent` is the one-time code, or what the person is known by (an account, a telephone number).

    It is kept only as a pseudonym.
    """

    survey_id: Annotated[UUID, FromPlatform]
    respondent: Account
    answers: Annotated[tuple[GivenAnswer, ...], Field(min_length=1, max_length=20)]
    survey: Annotated[Asking | None, FromPlatform] = None


class CloseSurvey(Command):
    """Stop asking; the figures stand."""

    survey_id: Annotated[UUID, FromPlatform]
    remark: Remark | None = None


class ScoreUnit(Command):
    """Give a unit points (0-100) on the county's sheet, on an occasion such as a roving assessment or a round."""

    unit: UnitCode
    occasion: UnitCode
    """The county's own code of a roving assessment or a round, such as `2021-11`."""
    points: Annotated[dict[ScoreItem, Points], Field(min_length=1)]
    remark: Remark | None = None
    sheet: Annotated[ScoreSheet | None, FromPlatform] = None
