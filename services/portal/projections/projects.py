"""Cards of projects: from the proposal over claim and promise to score and sign-off, as lists and pictures show them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.projects import (
    ClaimGivenBack,
    ClaimTransferred,
    CompletionDeclared,
    ExtensionApproved,
    MergedProjectTakenIn,
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
    TeamJoined,
    TeamLeft,
)
from shared.contracts.scoring import ProjectScored, ProjectVerified, VerificationOpened, VerificationRefused, VerificationRevoked
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class ProjectCard:
    """A project and how it stands; `points` are those of the last score, by item."""

    project_id: UUID
    position: int | None = None
    status: str = "proposed"
    title: str | None = None
    level: str | None = None
    unit: str | None = None
    branch: str | None = None
    need_ids: list[str] | None = None
    claimed_by: list[str] | None = None
    review_by: str | None = None
    submission: int = 0
    planned_completion: date | None = None
    proposed_at: datetime | None = None
    approved_at: datetime | None = None
    claimant: str | None = None
    claimant_role: str | None = None
    claimed_at: datetime | None = None
    team: int = 0
    promise: str | None = None
    complete_by: date | None = None
    first_complete_by: date | None = None
    venue: str | None = None
    moved: int = 0
    suspended: bool = False
    percent: int = 0
    progress: str | None = None
    completed_at: datetime | None = None
    verification: str | None = None
    total: int | None = None
    points: dict[str, int] | None = None
    signed_off_at: datetime | None = None
    reopened: int = 0
    changed_at: datetime | None = None


PROJECT_CARDS = Projection("project_cards", row=ProjectCard, key="project_id")


def _seen(row: ProjectCard, meta: Meta) -> None:
    if row.changed_at is None or row.changed_at < meta.recorded_at:
        row.changed_at = meta.recorded_at


@PROJECT_CARDS.on(ProjectProposed)
def _proposed(row: ProjectCard, event: ProjectProposed, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.submission = "proposed", event.submission
    if row.position is None:
        row.position, row.proposed_at = meta.position, meta.recorded_at
    row.title, row.level, row.unit, row.branch = event.title, event.level, event.unit, event.branch
    row.need_ids, row.claimed_by, row.review_by = [str(need_id) for need_id in event.need_ids], list(event.claimed_by), event.review_by
    row.planned_completion = event.planned_completion


@PROJECT_CARDS.on(ProjectApproved)
def _approved(row: ProjectCard, _event: ProjectApproved, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.approved_at = "approved", meta.recorded_at


@PROJECT_CARDS.on(ProjectReturned)
def _returned(row: ProjectCard, _event: ProjectReturned, meta: Meta) -> None:
    _seen(row, meta)
    row.status = "returned"


def _free(row: ProjectCard) -> None:
    row.claimant = row.claimant_role = row.claimed_at = row.promise = row.complete_by = row.first_complete_by = row.venue = None
    row.progress = None
    row.team = row.percent = row.moved = 0
    row.suspended = False


@PROJECT_CARDS.on(SpotCheckFailed)
def _failed(row: ProjectCard, _event: SpotCheckFailed, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.approved_at = "proposed", None
    _free(row)


@PROJECT_CARDS.on(ProjectClaimed)
def _claimed(row: ProjectCard, event: ProjectClaimed, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.claimant, row.claimant_role, row.claimed_at = "claimed", event.claimant, event.role, meta.recorded_at


@PROJECT_CARDS.on(ClaimGivenBack)
def _given_back(row: ProjectCard, _event: ClaimGivenBack, meta: Meta) -> None:
    _seen(row, meta)
    row.status = "approved"
    _free(row)


@PROJECT_CARDS.on(ClaimTransferred)
def _transferred(row: ProjectCard, event: ClaimTransferred, meta: Meta) -> None:
    _seen(row, meta)
    row.claimant = event.to


@PROJECT_CARDS.on(TeamJoined)
def _joined(row: ProjectCard, _event: TeamJoined, meta: Meta) -> None:
    _seen(row, meta)
    row.team += 1


@PROJECT_CARDS.on(TeamLeft)
def _left(row: ProjectCard, _event: TeamLeft, meta: Meta) -> None:
    _seen(row, meta)
    row.team -= 1


@PROJECT_CARDS.on(PledgePublished)
def _pledged(row: ProjectCard, event: PledgePublished, meta: Meta) -> None:
    _seen(row, meta)
    row.promise, row.complete_by, row.first_complete_by, row.venue = event.promise, event.complete_by, event.complete_by, event.venue


@PROJECT_CARDS.on(PledgeAmended)
def _amended(row: ProjectCard, event: PledgeAmended, meta: Meta) -> None:
    _seen(row, meta)
    row.promise, row.complete_by = event.promise, event.complete_by
    row.moved += 1


@PROJECT_CARDS.on(ExtensionApproved)
def _extended(row: ProjectCard, event: ExtensionApproved, meta: Meta) -> None:
    _seen(row, meta)
    row.complete_by = event.complete_by
    row.moved += 1


@PROJECT_CARDS.on(ProjectSuspended)
def _suspended(row: ProjectCard, _event: ProjectSuspended, meta: Meta) -> None:
    _seen(row, meta)
    row.suspended = True


@PROJECT_CARDS.on(ProjectResumed)
def _resumed(row: ProjectCard, event: ProjectResumed, meta: Meta) -> None:
    _seen(row, meta)
    row.suspended = False
    row.complete_by = event.complete_by or row.complete_by


@PROJECT_CARDS.on(ProgressReported)
def _progressed(row: ProjectCard, event: ProgressReported, meta: Meta) -> None:
    _seen(row, meta)
    row.percent, row.progress = event.percent, event.text


@PROJECT_CARDS.on(CompletionDeclared)
def _completed(row: ProjectCard, _event: CompletionDeclared, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.completed_at = "completed", meta.recorded_at


@PROJECT_CARDS.on(ProjectReopened)
def _reopened(row: ProjectCard, _event: ProjectReopened, meta: Meta) -> None:
    _seen(row, meta)
    row.status = "claimed"
    row.reopened += 1


@PROJECT_CARDS.on(ProjectSignedOff)
def _signed_off(row: ProjectCard, _event: ProjectSignedOff, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.signed_off_at = "signed-off", meta.recorded_at


@PROJECT_CARDS.on(ProjectWithdrawn)
def _withdrawn(row: ProjectCard, _event: ProjectWithdrawn, meta: Meta) -> None:
    _seen(row, meta)
    row.status = "withdrawn"
    _free(row)


@PROJECT_CARDS.on(ProjectMerged)
def _merged(row: ProjectCard, _event: ProjectMerged, meta: Meta) -> None:
    _seen(row, meta)
    row.status = "merged"
    _free(row)


@PROJECT_CARDS.on(MergedProjectTakenIn)
def _taken_in(row: ProjectCard, event: MergedProjectTakenIn, meta: Meta) -> None:
    _seen(row, meta)
    row.need_ids = [*(row.need_ids or []), *(str(need_id) for need_id in event.added)]


@PROJECT_CARDS.on(VerificationOpened)
def _opened(row: ProjectCard, _event: VerificationOpened, meta: Meta) -> None:
    _seen(row, meta)
    row.verification, row.total, row.points = "open", None, None


@PROJECT_CARDS.on(ProjectScored)
def _scored(row: ProjectCard, event: ProjectScored, meta: Meta) -> None:
    _seen(row, meta)
    row.points, row.total = dict(event.points.items()), event.total if event.agreed is None else event.agreed


@PROJECT_CARDS.on(ProjectVerified)
def _verified(row: ProjectCard, event: ProjectVerified, meta: Meta) -> None:
    _seen(row, meta)
    row.verification, row.total = "verified", event.total


@PROJECT_CARDS.on(VerificationRefused)
def _refused(row: ProjectCard, _event: VerificationRefused, meta: Meta) -> None:
    _seen(row, meta)
    row.verification = "refused"


@PROJECT_CARDS.on(VerificationRevoked)
def _revoked(row: ProjectCard, _event: VerificationRevoked, meta: Meta) -> None:
    _seen(row, meta)
    row.verification = "revoked"
