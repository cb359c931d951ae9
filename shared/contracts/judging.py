"""Values that scoring's commands and events carry: checklists, questions, tallies, lines of an assessment."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.profile import Measure
from shared.contracts.values import Value
from shared.kernel.text import Remark, Title, UnitCode

QuestionKind = Literal["rating", "yes-no", "choice"]
"""Answers a question takes: one of the five ratings; yes or no; one of its own options."""
Topic = Literal["satisfaction", "awareness"]
"""What a question counts for: good ratings of ratings (满意度), yes of answers (知晓度)."""
Respondents = Literal["codes", "persons"]
"""How a respondent is known to be one: by a one-time code (anonymous), or by a pseudonym of the survey's own."""
Sampling = Literal["everyone", "drawn", "on-the-spot"]
Subject = Literal["unit", "person"]
Exclusion = Literal["score-below", "nothing-assessed", "revoked-at-look-back"]
"""Why there is no commendation (评优树先)."""


class SeenMaterial(Value):
    """A material of the checklist that was seen, and what was found."""

    material: Title
    remark: Remark


class Question(Value):
    """A question of a survey; options belong to a choice alone, a topic to a rating or to yes or no."""

    code: UnitCode
    text: Title
    kind: QuestionKind
    topic: Topic | None = None
    options: Annotated[tuple[Title, ...], Field(max_length=10)] = ()


class Tally(Value):
    """So many of so many."""

    part: Annotated[int, Field(ge=0)] = 0
    whole: Annotated[int, Field(ge=0)] = 0


class Behind(Value):
    """The events behind a figure: how many of one service, where in its lane (the first 500), and a digest of all positions.

    The digest is the SHA-256, hexadecimal, of the positions in ascending order, as decimal numbers joined by commas.
    """

    service: str
    count: int
    positions: tuple[int, ...]
    digest: str


class AnnualLine(Value):
    """One measure of a subject's year: two counts, points (hundredths of a point, 0-10000; null: nothing to count), its weight."""

    measure: Measure
    part: int
    whole: int
    points: int | None
    weight: int
    behind: tuple[Behind, ...]
