"""A project as its rules see it."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import assert_never
from uuid import UUID

from shared.contracts.projects import (
    ClaimGivenBack,
    ClaimTransferred,
    CompletionDeclared,
    EvidenceAttached,
    ExtensionApproved,
    ExtensionAsked,
    ExtensionRefused,
    MergedProjectTakenIn,
    MilestoneReached,
    MilestonesSet,
    PlanRevised,
    PledgeAmended,
    PledgePublished,
    ProgressReported,
    ProjectApproved,
    ProjectClaimed,
    ProjectMerged,
    ProjectProposed,
    ProjectReopened,
    ProjectResumed,
    ProjectReturned,
    ProjectSignedOff,
    ProjectSuspended,
    ProjectWithdrawn,
    SpotCheckFailed,
    SpotCheckPassed,
    TeamJoined,
    TeamLeft,
)
from shared.contracts.values import Milestone, Tier, Venue

ClaimEvent = (
    ProjectClaimed
    | ClaimGivenBack
    | ClaimTransferred
    | TeamJoined
    | TeamLeft
    | PledgePublished
    | PledgeAmended
    | ExtensionAsked
    | ExtensionApproved
    | ExtensionRefused
    | ProjectSuspended
    | ProjectResumed
    | MilestonesSet
    | MilestoneReached
)
GateEvent = (
    ProjectProposed
    | ProjectApproved
    | ProjectReturned
    | SpotCheckPassed
    | SpotCheckFailed
    | ProgressReported
    | PlanRevised
    | CompletionDeclared
    | ProjectReopened
    | ProjectSignedOff
    | ProjectWithdrawn
    | ProjectMerged
    | MergedProjectTakenIn
    | EvidenceAttached
)
ProjectEvent = ClaimEvent | GateEvent


class Status(Enum):
    """Where a project is."""

    ABSENT = "absent"
    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    CLAIMED = "claimed"
    COMPLETED = "completed"
    SIGNED_OFF = "signed-off"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Pledge:
    """The first promise."""

    promise: str
    complete_by: date
    venue: Venue


@dataclass(frozen=True, slots=True)
class Extension:
    """A later day that was asked for."""

    complete_by: date
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a project, what was promised and by when it is promised now; `team` is members by account."""

    claimant: str | None = None
    role: str = ""
    branch: str | None = None
    member_id: UUID | None = None
    team: tuple[tuple[str, UUID], ...] = ()
    pledge: Pledge | None = None
    promise: str = ""
    complete_by: date | None = None
    asked: Extension | None = None
    suspended: bool = False
    suspended_on: date | None = None
    milestones: tuple[Milestone, ...] = ()
    reached: frozenset[int] = frozenset()

    @property
    def members(self) -> tuple[UUID, ...]:
        """The members who hold the project."""
        return (*(() if self.member_id is None else (self.member_id,)), *(member_id for _, member_id in self.team))


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its rules see it; `round` counts declared completions, `submission` proposals.

    `on_ledger`: it stands on its level's register (台账) and has not left it.
    """

    status: Status = Status.ABSENT
    title: str = ""
    level: str = ""
    unit: str = ""
    branch: str | None = None
    need_ids: tuple[UUID, ...] = ()
    planned_completion: date | None = None
    claimed_by: tuple[str, ...] = ()
    review_by: Tier = "office"
    sign_off_by: Tier = "office"
    proposed_by: str = ""
    profile_version: str = ""
    submission: int = 0
    claim: Claim = Claim()
    percent: int = 0
    round: int = 0
    on_ledger: bool = False
    spot_checks: frozenset[UUID] = frozenset()
    taken_in: frozenset[UUID] = frozenset()
    evidence: frozenset[UUID] = frozenset()
    merged_needs: tuple[UUID, ...] = ()

    @property
    def claimant(self) -> str | None:
        """Who holds it."""
        return self.claim.claimant

    @property
    def ledger(self) -> str | None:
        """The level whose register it would leave now."""
        return self.level if self.on_ledger else None


def evolve(project: Project, event: ProjectEvent) -> Project:  # noqa: C901, PLR0911, PLR0912 - one case a fact
    """Return the project after a fact."""
    match event:
        case ProjectProposed():
            return _proposed(project, event)
        case ProjectApproved():
            return replace(project, status=Status.APPROVED, on_ledger=project.on_ledger or event.ledger is not None)
        case ProjectReturned():
            return replace(project, status=Status.RETURNED)
        case SpotCheckPassed():
            return replace(project, spot_checks=project.spot_checks | {event.spot_check_id})
        case SpotCheckFailed():
            checked = project.spot_checks | {event.spot_check_id}
            return replace(project, status=Status.PROPOSED, claim=Claim(), percent=0, spot_checks=checked)
        case ProgressReported():
            return replace(project, percent=event.percent)
        case PlanRevised():
            return project
        case EvidenceAttached():
            return replace(project, evidence=project.evidence | {event.evidence_id})
        case CompletionDeclared():
            return replace(project, status=Status.COMPLETED, round=event.round, claim=replace(project.claim, asked=None))
        case ProjectReopened():
            return replace(project, status=Status.CLAIMED, on_ledger=project.on_ledger or event.ledger is not None)
        case ProjectSignedOff():
            return replace(project, status=Status.SIGNED_OFF, on_ledger=False)
        case ProjectWithdrawn():
            return replace(project, status=Status.WITHDRAWN, on_ledger=False, claim=Claim())
        case ProjectMerged():
            return replace(project, status=Status.MERGED, on_ledger=False, claim=Claim())
        case MergedProjectTakenIn():
            taken_in = project.taken_in | {event.merged_project_id}
            needs, merged = (*project.need_ids, *event.added), (*project.merged_needs, *event.added)
            return replace(project, need_ids=needs, merged_needs=merged, taken_in=taken_in)
        case ProjectClaimed():
            claim = Claim(claimant=event.claimant, role=event.role, branch=event.branch, member_id=event.member_id)
            return replace(project, status=Status.CLAIMED, claim=claim)
        case ClaimGivenBack():
            return replace(project, status=Status.APPROVED, claim=Claim(), percent=0)
        case _:
            return replace(project, claim=evolve_claim(project.claim, event))


def evolve_claim(  # noqa: C901, PLR0911, PLR0912 - one case a fact
    claim: Claim,
    event: ClaimTransferred
    | TeamJoined
    | TeamLeft
    | PledgePublished
    | PledgeAmended
    | ExtensionAsked
    | ExtensionApproved
    | ExtensionRefused
    | ProjectSuspended
    | ProjectResumed
    | MilestonesSet
    | MilestoneReached,
) -> Claim:
    """Return a claim after a fact."""
    match event:
        case ClaimTransferred():
            return replace(claim, claimant=event.to, branch=event.branch, member_id=event.member_id)
        case TeamJoined():
            return replace(claim, team=(*claim.team, (event.account, event.member_id)))
        case TeamLeft():
            return replace(claim, team=tuple(mate for mate in claim.team if mate[0] != event.account))
        case PledgePublished():
            pledge = Pledge(event.promise, event.complete_by, event.venue)
            return replace(claim, pledge=pledge, promise=event.promise, complete_by=event.complete_by)
        case PledgeAmended():
            return replace(claim, promise=event.promise, complete_by=event.complete_by, asked=None)
        case ExtensionAsked():
            return replace(claim, asked=Extension(event.complete_by, event.reason))
        case ExtensionApproved():
            return replace(claim, complete_by=event.complete_by, asked=None)
        case ExtensionRefused():
            return replace(claim, asked=None)
        case ProjectSuspended():
            return replace(claim, suspended=True, suspended_on=event.suspended_on)
        case ProjectResumed():
            return replace(claim, suspended=False, suspended_on=None, complete_by=event.complete_by or claim.complete_by)
        case MilestonesSet():
            return replace(claim, milestones=event.milestones)
        case MilestoneReached():
            return replace(claim, reached=claim.reached | {event.number})
        case _:
            assert_never(event)


def _proposed(project: Project, event: ProjectProposed) -> Project:
    return replace(
        project,
        status=Status.PROPOSED,
        title=event.title,
        level=event.level,
        unit=event.unit,
        branch=event.branch,
        need_ids=event.need_ids,
        planned_completion=event.planned_completion,
        claimed_by=event.claimed_by,
        review_by=event.review_by,
        sign_off_by=event.sign_off_by,
        proposed_by=event.proposed_by,
        profile_version=event.profile_version,
        submission=event.submission,
    )
