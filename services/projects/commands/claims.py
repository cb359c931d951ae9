"""What may be asked of a claim: taken, shared, passed on, given back; what was promised, and when the promised day moves."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.values import Milestone, Venue
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Remark


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


class GiveClaimBack(Command):
    """Give a claimed project back, with the reason: it can be claimed by another."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark


class Successor(BaseModel):
    """What the register says of who is to take a claim over."""

    model_config = ConfigDict(frozen=True)

    registered: bool
    unit: str | None = None
    branch: str | None = None
    exempt: bool = False
    member_id: UUID | None = None


class TransferClaim(Command):
    """Pass a claimed project on to another in the same role: a member or leader by account, a branch by its code."""

    project_id: Annotated[UUID, FromPlatform]
    to: Account
    reason: Remark
    successor: Annotated[Successor | None, FromPlatform] = None


class JoinProject(Command):
    """Work on a claimed project with its claimant."""

    project_id: Annotated[UUID, FromPlatform]
    member: Annotated[Claimant | None, FromPlatform] = None


class LeaveProject(Command):
    """Work on a project no longer."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark


class PublishPledge(Command):
    """Promise in public what will be done by when."""

    project_id: Annotated[UUID, FromPlatform]
    promise: Remark
    complete_by: date
    venue: Venue = "website"


class AmendPledge(Command):
    """Give a promise another text or day, visibly; the first one stays on show."""

    project_id: Annotated[UUID, FromPlatform]
    promise: Remark
    complete_by: date
    reason: Remark


class AskExtension(Command):
    """Ask for a later day than was promised."""

    project_id: Annotated[UUID, FromPlatform]
    complete_by: date
    reason: Remark


class ApproveExtension(Command):
    """Move the promised day as asked for."""

    project_id: Annotated[UUID, FromPlatform]


class RefuseExtension(Command):
    """Leave the promised day as it is."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark


class SuspendProject(Command):
    """Let a project's clock stand still."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark


class ResumeProject(Command):
    """Let a suspended project's clock run again; the promised day moves by as long as it stood."""

    project_id: Annotated[UUID, FromPlatform]


class SetMilestones(Command):
    """Name the steps of the work and their days, in order."""

    project_id: Annotated[UUID, FromPlatform]
    milestones: Annotated[tuple[Milestone, ...], Field(min_length=1, max_length=20)]


class ReachMilestone(Command):
    """Say that a step of the work (counted from 1) is done."""

    project_id: Annotated[UUID, FromPlatform]
    number: Annotated[int, Field(ge=1, le=20)]
    text: Remark
