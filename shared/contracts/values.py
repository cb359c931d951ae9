"""Values that several services' events carry."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.text import Remark, Title

NeedKind = Literal["need", "micro-wish", "opinion"]
Channel = Literal[
    "television",
    "website",
    "wechat",
    "douyin",
    "hotline",
    "email",
    "opinion-box",
    "talk",
    "visit",
    "request-for-opinions",
    "counter",
]
"""How a need came in (DOMAIN: Feng's seven channels, three ways cadres ask, and the counter)."""

Rating = Literal["very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied"]
"""Five levels; the last two are bad: called back and done again."""
Tier = Literal["office", "unit", "branch"]
"""Who reviews or signs off: the campaign office, a unit's Party committee, a branch."""
Principle = Literal["urgent-need", "within-power", "rooted-in-post"]
"""The three principles: truly and urgently needed; within one's power, with all one's effort; rooted in one's post and in livelihood."""
PRINCIPLES: tuple[Principle, ...] = ("urgent-need", "within-power", "rooted-in-post")
Venue = Literal["meeting", "television", "website"]
Exemption = Literal["infirm", "away"]
"""Why a member need not claim: old, weak, ill or disabled (one word, as health is nobody's business); working away for long."""
OrganisationKind = Literal["county-office", "town", "department", "branch"]
NoticeKind = Literal["work-prompt", "issue-assignment-letter", "rectification-letter", "bulletin", "special-bulletin", "listing"]
"""Prompts and letters to units; bulletins (通报), special ones (专项通报) among them; the letter that tells of a listing (挂牌督办)."""
ScoreItem = Literal["materials", "satisfaction", "awareness", "quality", "demonstration"]
Points = Annotated[int, Field(ge=0, le=100)]


class Value(BaseModel):
    """Part of a command or event: taken strictly from callers, read tolerantly from history (`Contract.read`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def recorded(cls, data: Mapping[str, Any]) -> Self:
        """Return the value from what history or a read model holds of it; ValidationError where that is none."""
        return cls.model_validate(data, strict=False, extra="ignore")


class Verdict(Value):
    """What a reviewer found of one principle, and why."""

    principle: Principle
    met: bool
    reason: Remark


class Milestone(Value):
    """A step of the work, and the day by which it is to be done."""

    title: Title
    due_on: date
