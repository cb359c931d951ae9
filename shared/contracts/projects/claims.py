"""Events of claims and promises: who took a project on, with whom, what was promised, and how the promised day moved."""

from datetime import date
from uuid import UUID

from shared.contracts.values import Milestone, Venue
from shared.kernel.events import Event


class ProjectClaimed(Event):
    """Somebody took a project on: a member or leader by account, a unit or branch by its code."""

    project_id: UUID
    claimant: str
    role: str
    unit: str
    branch: str | None
    level: str
    need_ids: tuple[UUID, ...]
    member_id: UUID | None = None
    """The register's id of a claimant who claims as a member."""


class PledgePublished(Event):
    """The claimant promised in public what will be done by when; the first promise stands for ever."""

    project_id: UUID
    promise: str
    complete_by: date
    venue: Venue


class ClaimGivenBack(Event):
    """A claimant gave the project back: it can be claimed by another. `freed` are the members who hold it no longer, team and all."""

    project_id: UUID
    claimant: str
    reason: str
    freed: tuple[UUID, ...] = ()


class PledgeAmended(Event):
    """A promise got another date or text, visibly, with reason and approver; the first one stays on show."""

    project_id: UUID
    promise: str
    complete_by: date
    reason: str
    approved_by: str


class ExtensionApproved(Event):
    """The promised day moves: asked for with a reason, approved by the tier that reviews."""

    project_id: UUID
    complete_by: date
    reason: str
    approved_by: str


class ProjectSuspended(Event):
    """The clock of a project stands still until it is resumed."""

    project_id: UUID
    reason: str
    approved_by: str
    suspended_on: date | None = None


class ProjectResumed(Event):
    """The clock of a suspended project runs again; the promised day moved by as long as it stood."""

    project_id: UUID
    complete_by: date | None
    approved_by: str


class ClaimTransferred(Event):
    """A project passed from one claimant to another in the same role; its promise passes with it."""

    project_id: UUID
    claimant: str
    to: str
    role: str
    branch: str | None
    member_id: UUID | None
    """The new claimant's, on the register of members."""
    freed: tuple[UUID, ...]
    reason: str
    transferred_by: str


class TeamJoined(Event):
    """A member works on a claimed project with its claimant."""

    project_id: UUID
    account: str
    member_id: UUID
    branch: str | None


class TeamLeft(Event):
    """A member works on a project no longer."""

    project_id: UUID
    account: str
    member_id: UUID
    reason: str


class ExtensionAsked(Event):
    """The claimant asks for a later day, with a reason."""

    project_id: UUID
    complete_by: date
    reason: str
    asked_by: str


class ExtensionRefused(Event):
    """The promised day stays as it is."""

    project_id: UUID
    complete_by: date
    reason: str
    refused_by: str


class MilestonesSet(Event):
    """The steps of the work, each with its day, in order; they are numbered from 1."""

    project_id: UUID
    milestones: tuple[Milestone, ...]
    set_by: str


class MilestoneReached(Event):
    """A step of the work is done."""

    project_id: UUID
    number: int
    text: str
    reported_by: str
