"""What may be asked of projects: the county's profile, the registry, projects."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.values import Exemption, NoticeKind, OrganisationKind, Points, Principle, Profile, ScoreItem, Tier, Venue
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Name, Paragraphs, Remark, Title, UnitCode

_GIVEN = ConfigDict(frozen=True, extra="forbid", strict=True)


class LevelGiven(BaseModel):
    """A list of the campaign: who claims its items, who reviews them, who signs them off."""

    model_config = _GIVEN

    code: UnitCode
    label: Name
    claimed_by: Annotated[tuple[Literal["member", "branch", "unit", "leader"], ...], Field(min_length=1, max_length=4)]
    review_by: Tier
    sign_off_by: Tier


class SheetItemGiven(BaseModel):
    """An item of the score sheet: weight, points below which there is no sign-off, whether it may be left out."""

    model_config = _GIVEN

    item: ScoreItem
    weight: Annotated[int, Field(ge=1, le=100)]
    minimum: Points = 0
    optional: bool = False


class ScoreSheetGiven(BaseModel):
    """The county's score sheet: its version, items, and the mean needed to be signed off."""

    model_config = _GIVEN

    version: UnitCode
    items: Annotated[tuple[SheetItemGiven, ...], Field(min_length=1, max_length=10)]
    pass_mark: Points


class PeriodGiven(BaseModel):
    """Days to count, working or calendar."""

    model_config = _GIVEN

    days: Annotated[int, Field(ge=0, le=3_660)]
    unit: Literal["working", "calendar"]


class NoticeRuleGiven(BaseModel):
    """How long addressees of a kind of notice have to acknowledge and to reply; null: nothing is asked."""

    model_config = _GIVEN

    kind: NoticeKind
    acknowledge: PeriodGiven | None = None
    reply: PeriodGiven | None = None


class AdoptProfile(Command):
    """Set the county's own rules from a date on; the same rules again change nothing."""

    name: Name
    version: UnitCode
    effective_from: date
    levels: Annotated[tuple[LevelGiven, ...], Field(min_length=1, max_length=50)]
    score_sheet: ScoreSheetGiven
    notices: Annotated[tuple[NoticeRuleGiven, ...], Field(max_length=20)] = ()


class RegisterOrganisation(Command):
    """Put an organisation on the register, at its place in the official order."""

    code: UnitCode
    name: Title
    kind: OrganisationKind
    parent: UnitCode | None = None
    order: Annotated[int, Field(ge=0, lt=1_000_000)] = 0


class RegisterMember(Command):
    """Put a Party member (by the account they sign in with) on the register of a unit and branch."""

    account: Account
    name: Name
    unit: UnitCode
    branch: UnitCode | None = None
    exemption: Exemption | None = None


class ExemptMember(Command):
    """Exempt a member from claiming, or (exemption null) end that."""

    account: Account
    exemption: Exemption | None
    reason: Remark


class ProposeProject(Command):
    """Put a practical project forward, for needs or of one's own."""

    project_id: Annotated[UUID, FromPlatform]
    title: Title
    level: UnitCode
    unit: UnitCode
    branch: UnitCode | None = None
    need_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    planned_completion: date
    profile: Annotated[Profile | None, FromPlatform] = None


class VerdictGiven(BaseModel):
    """A reviewer's finding on one principle."""

    model_config = _GIVEN

    principle: Principle
    met: bool
    reason: Remark


class ReviewProject(Command):
    """Judge a proposed project by the three principles, each with its reason; all met approves, one failed returns it."""

    project_id: Annotated[UUID, FromPlatform]
    verdicts: Annotated[tuple[VerdictGiven, ...], Field(min_length=3, max_length=3)]


class Claimant(BaseModel):
    """What the register says of a member who claims."""

    model_config = ConfigDict(frozen=True)

    registered: bool
    unit: str | None = None
    branch: str | None = None
    exempt: bool = False


class ClaimProject(Command):
    """Take an approved project on."""

    project_id: Annotated[UUID, FromPlatform]
    member: Annotated[Claimant | None, FromPlatform] = None


class PublishPledge(Command):
    """Promise in public what will be done by when."""

    project_id: Annotated[UUID, FromPlatform]
    promise: Remark
    complete_by: date
    venue: Venue = "website"


class ReportProgress(Command):
    """Tell how far the work is."""

    project_id: Annotated[UUID, FromPlatform]
    percent: Annotated[int, Field(ge=0, le=100)]
    text: Remark


class DeclareCompletion(Command):
    """Say that the work is done."""

    project_id: Annotated[UUID, FromPlatform]
    summary: Paragraphs


class ReopenProject(Command):
    """Send a project declared complete back to work."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark
    round: Annotated[int | None, FromPlatform] = None


class SignOffProject(Command):
    """Strike a verified project off the list; only the policy on its verification does."""

    project_id: UUID
    round: int
