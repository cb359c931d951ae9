"""Values that several services' events carry."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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

Tier = Literal["office", "unit", "branch"]
"""Who reviews or signs off: the campaign office, a unit's Party committee, a branch."""
Principle = Literal["urgent-need", "within-power", "rooted-in-post"]
"""The three principles: truly and urgently needed; within one's power, with all one's effort; rooted in one's post and in livelihood."""
PRINCIPLES: tuple[Principle, ...] = ("urgent-need", "within-power", "rooted-in-post")
Venue = Literal["meeting", "television", "website"]
Exemption = Literal["infirm", "away"]
"""Why a member need not claim: old, weak, ill or disabled (one word, as health is nobody's business); working away for long."""
OrganisationKind = Literal["county-office", "town", "department", "branch"]
NoticeKind = Literal["work-prompt", "issue-assignment-letter", "rectification-letter", "bulletin"]
ScoreItem = Literal["materials", "satisfaction", "awareness", "quality", "demonstration"]
Points = Annotated[int, Field(ge=0, le=100)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Period(_Value):
    """Days to count: working days (工作日) or calendar days (日)."""

    days: int = Field(ge=0, le=3_660)
    unit: Literal["working", "calendar"]


class Level(_Value):
    """A list of the county's campaign: who claims its items, who reviews them, who signs them off."""

    code: str
    label: str
    claimed_by: tuple[str, ...]
    review_by: Tier
    sign_off_by: Tier


class SheetItem(_Value):
    """One item of a score sheet: its weight, the points below which there is no sign-off, and whether it may be left out."""

    item: ScoreItem
    weight: int = Field(ge=1, le=100)
    minimum: Points = 0
    optional: bool = False


class ScoreSheet(_Value):
    """A county's score sheet: items, and the weighted mean of points (0-100) needed to be signed off."""

    version: str
    items: tuple[SheetItem, ...] = Field(min_length=1)
    pass_mark: Points


class NoticeRule(_Value):
    """How long addressees of a kind of notice have to acknowledge and to reply; None: nothing is asked of them."""

    kind: NoticeKind
    acknowledge: Period | None = None
    reply: Period | None = None


class Verdict(_Value):
    """What a reviewer found of one principle, and why."""

    principle: Principle
    met: bool
    reason: str


class Profile(_Value):
    """What a county does its own way, from a date on."""

    name: str
    version: str
    effective_from: date
    levels: tuple[Level, ...] = Field(min_length=1)
    score_sheet: ScoreSheet
    notices: tuple[NoticeRule, ...] = ()
