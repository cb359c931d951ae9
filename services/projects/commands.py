"""What may be asked of projects: the county's profile, the registry, projects."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.profile import Profile
from shared.contracts.values import Exemption, OrganisationKind, Venue, Verdict
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Name, Paragraphs, Remark, Title, UnitCode


class AdoptProfile(Profile, Command):
    """Set the county's own rules from a date on; the same rules again change nothing."""


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


class ReviewProject(Command):
    """Judge a proposed project by the three principles, each with its reason; all met approves, one failed returns it."""

    project_id: Annotated[UUID, FromPlatform]
    verdicts: Annotated[tuple[Verdict, ...], Field(min_length=3, max_length=3)]


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


class AttachEvidence(Command):
    """Attach a photo or document that shows progress; the file is kept already, under its digest."""

    project_id: Annotated[UUID, FromPlatform]
    evidence_id: Annotated[UUID, FromPlatform]
    digest: Annotated[str, FromPlatform]
    media_type: Annotated[str, FromPlatform]
    size: Annotated[int, FromPlatform]
    caption: Remark
