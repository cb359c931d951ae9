"""Events of projects: the registry and the projects list."""

from datetime import date
from uuid import UUID

from shared.contracts.profile import Profile
from shared.contracts.values import Exemption, OrganisationKind, Tier, Venue, Verdict
from shared.kernel.events import Contract, Event
from shared.kernel.sealed import Sealed


class CountyProfileAdopted(Event):
    """A county's own rules, from a date on."""

    profile: Profile


class OrganisationRegistered(Event):
    """A county office, town, department or branch is on the register, at its place in the official order."""

    code: str
    name: str
    kind: OrganisationKind
    parent: str | None
    order: int


class MemberRegistered(Event):
    """A Party member is on the register of a unit and branch."""

    member_id: UUID
    name: Sealed
    unit: str
    branch: str | None
    exemption: Exemption | None


class MemberExempted(Event):
    """A member need not claim, or (None) must again."""

    member_id: UUID
    exemption: Exemption | None
    reason: str


class ProjectProposed(Event):
    """A practical project was put forward, for needs or of one's own."""

    project_id: UUID
    title: str
    level: str
    unit: str
    branch: str | None
    need_ids: tuple[UUID, ...]
    planned_completion: date
    claimed_by: tuple[str, ...]
    review_by: Tier
    sign_off_by: Tier
    proposed_by: str
    profile_version: str


class ProjectApproved(Event):
    """A project passed the three principles."""

    project_id: UUID
    verdicts: tuple[Verdict, ...]
    reviewed_by: str


class ProjectReturned(Event):
    """A project failed one of the three principles; the verdicts say which and why."""

    project_id: UUID
    verdicts: tuple[Verdict, ...]
    reviewed_by: str


class ProjectClaimed(Event):
    """Somebody took a project on: a member or leader by account, a unit or branch by its code."""

    project_id: UUID
    claimant: str
    role: str
    unit: str
    branch: str | None
    level: str
    need_ids: tuple[UUID, ...]


class PledgePublished(Event):
    """The claimant promised in public what will be done by when; the first promise stands for ever."""

    project_id: UUID
    promise: str
    complete_by: date
    venue: Venue


class ProgressReported(Event):
    """The claimant told how far the work is."""

    project_id: UUID
    percent: int
    text: str


class CompletionDeclared(Event):
    """The claimant says the work is done; whether it is, scoring finds out. `round` counts from 1."""

    project_id: UUID
    round: int
    summary: str
    title: str
    level: str
    unit: str
    branch: str | None
    claimant: str
    need_ids: tuple[UUID, ...]
    sign_off_by: Tier


class ProjectReopened(Event):
    """A project declared complete goes back to work; `round` is the declaration's."""

    project_id: UUID
    reason: str
    round: int = 0


class ProjectSignedOff(Event):
    """A project is struck off the list (销号): its verification passed."""

    project_id: UUID
    round: int


class ClaimGivenBack(Event):
    """A claimant gave the project back: it can be claimed by another."""

    project_id: UUID
    claimant: str
    reason: str


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


class ProjectResumed(Event):
    """The clock of a suspended project runs again; the promised day moved by as long as it stood."""

    project_id: UUID
    complete_by: date | None
    approved_by: str


class ProjectWithdrawn(Event):
    """A project left the list without being done."""

    project_id: UUID
    reason: str
    withdrawn_by: str


class PlanRevised(Event):
    """What is to be done was improved, of one's own or because an inspection found something (`finding_id`)."""

    project_id: UUID
    unit: str
    text: str
    finding_id: UUID | None
    revised_by: str


class EvidenceAttached(Event):
    """A file (photo, document) that shows progress; `digest` is the SHA-256 of the stored bytes, hexadecimal."""

    project_id: UUID
    evidence_id: UUID
    digest: str
    media_type: str
    size: int
    caption: str
    unit: str
    attached_by: str


PROJECTS = Contract(
    "projects",
    [
        CountyProfileAdopted,
        OrganisationRegistered,
        MemberRegistered,
        MemberExempted,
        ProjectProposed,
        ProjectApproved,
        ProjectReturned,
        ProjectClaimed,
        PledgePublished,
        ProgressReported,
        CompletionDeclared,
        ProjectReopened,
        ProjectSignedOff,
        ClaimGivenBack,
        PledgeAmended,
        ExtensionApproved,
        ProjectSuspended,
        ProjectResumed,
        ProjectWithdrawn,
        PlanRevised,
        EvidenceAttached,
    ],
)
