"""A county's own rules, as data: levels and tiers, sheets, days, ladders, cadence. What the profile does not say has a default."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.values import NoticeKind, Points, ScoreItem, Tier, Value
from shared.kernel.text import Name, Title, UnitCode

Claiming = Literal["member", "branch", "unit", "leader"]
Percent = Annotated[int, Field(ge=0, le=100)]
Activity = Literal["dispatch-meeting", "inspection", "work-prompt", "bulletin"]
"""What a county does regularly: meets and directs (调度), inspects (督查), prompts (提示), tells everybody (通报)."""
LadderSubject = Literal["unowned-need", "unclaimed-project", "overdue-project", "overdue-notice"]
"""What climbs: a need nobody routed, a project nobody took, a promise not kept, a letter not answered."""
LadderStep = Literal["reminder", "urging", "rectification-letter", "bulletin", "listed-supervision"]
LADDER_STEPS: tuple[LadderStep, ...] = ("reminder", "urging", "rectification-letter", "bulletin", "listed-supervision")
Measure = Literal[
    "completion",
    "on-time",
    "satisfaction",
    "awareness",
    "verification",
    "replies-on-time",
    "look-back",
]
"""What a year's assessment may count, each a rate of two counts: signed off of claimed, kept promises of promises, good ratings of
ratings, aware of asked, first declarations signed off of declarations, letters answered in time of letters, confirmed of looked back at."""


class Period(Value):
    """Days to count: working days (工作日) or calendar days (日)."""

    days: Annotated[int, Field(ge=0, le=3_660)]
    unit: Literal["working", "calendar"]


class Level(Value):
    """A list of the county's campaign: who claims its items, who reviews them, who signs them off."""

    code: UnitCode
    label: Name
    claimed_by: Annotated[tuple[Claiming, ...], Field(min_length=1, max_length=4)]
    review_by: Tier
    sign_off_by: Tier


class SheetItem(Value):
    """One item of a score sheet: its weight, the points below which there is no sign-off, and whether it may be left out."""

    item: ScoreItem
    weight: Annotated[int, Field(ge=1, le=100)]
    minimum: Points = 0
    optional: bool = False


class ScoreSheet(Value):
    """A county's score sheet: items, and the weighted mean of points (0-100) needed to be signed off."""

    version: UnitCode
    items: Annotated[tuple[SheetItem, ...], Field(min_length=1, max_length=10)]
    pass_mark: Points


class NoticeRule(Value):
    """How long addressees of a kind of notice have to acknowledge and to reply; null: nothing is asked of them."""

    kind: NoticeKind
    acknowledge: Period | None = None
    reply: Period | None = None
    sender_code: Name | None = None
    """The code in this kind's numbers, where it is not the county's own (`SupervisionRules.sender_code`)."""


class NeedRules(Value):
    """Needs: by when somebody must own one, how long what was asked back is waited for, what a rating does."""

    owner_within: Period = Period(days=5, unit="working")
    more_within: Period = Period(days=15, unit="calendar")
    basically_is_good: bool = True
    reopen_within: Period = Period(days=15, unit="calendar")
    """Counted from the closing alone: no comment moves it."""


class Quota(Value):
    """How many demonstration projects (示范项目) each committee or leader has."""

    whose: Literal["committee", "leader"]
    least: Annotated[int, Field(ge=0, le=100)]
    most: Annotated[int, Field(ge=0, le=100)]


class EntryRules(Value):
    """The gate in: the share of what units reviewed themselves that the office draws and checks, and demonstration quotas."""

    spot_check_percent: Percent = 10
    demonstration: Annotated[tuple[Quota, ...], Field(max_length=2)] = ()


class Cadence(Value):
    """What is due once a week or once a month."""

    activity: Activity
    every: Literal["week", "month"]


class Rung(Value):
    """A step of a ladder: days after the deadline was missed, and who moves a subject up to it."""

    step: LadderStep
    after: Period
    moved_by: Literal["clock", "office", "leader"]


class Ladder(Value):
    """How what is late climbs."""

    subject: LadderSubject
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1, max_length=10)]


class SupervisionRules(Value):
    """Supervision: what is due how often, how what is late climbs, the sender's code in numbers (发文字号)."""

    cadence: Annotated[tuple[Cadence, ...], Field(max_length=10)] = ()
    ladders: Annotated[tuple[Ladder, ...], Field(max_length=4)] = ()
    sender_code: Name | None = None


class ClosingRules(Value):
    """The gate out: materials to be seen, how many score, who may not sign, how much is looked back at."""

    materials: Annotated[tuple[Title, ...], Field(max_length=20)] = ()
    scorers: Annotated[int, Field(ge=1, le=2)] = 1
    spread: Points = 100
    """The most two scorers may differ in total before a third look is needed."""
    own_leader_may_sign: bool = True
    redo_within: Period = Period(days=15, unit="working")
    look_back_percent: Percent = 10


class AnnualItem(Value):
    """One item of the annual target assessment (目标责任考核): a rate and its weight."""

    measure: Measure
    weight: Annotated[int, Field(ge=1, le=100)]


class AnnualRules(Value):
    """The annual assessment: items whose weights make a hundred, and the score needed to be commended (评优树先)."""

    version: UnitCode
    items: Annotated[tuple[AnnualItem, ...], Field(min_length=1, max_length=10)]
    commended_from: Points = 90


class Profile(Value):
    """What a county does its own way, from a date on."""

    name: Name
    version: UnitCode
    effective_from: date
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=50)]
    score_sheet: ScoreSheet
    notices: Annotated[tuple[NoticeRule, ...], Field(max_length=20)] = ()
    needs: NeedRules = NeedRules()
    entry: EntryRules = EntryRules()
    supervision: SupervisionRules = SupervisionRules()
    closing: ClosingRules = ClosingRules()
    annual: AnnualRules | None = None
