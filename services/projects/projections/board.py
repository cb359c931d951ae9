"""The projects board: every project as lists show it, where it stands on its level's register, and what was promised when."""

from datetime import date

from services.projects.projections.project_row import ProjectRow
from shared.contracts.projects import (
    ClaimGivenBack,
    ClaimTransferred,
    CompletionDeclared,
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
    SpotCheckDrawn,
    SpotCheckFailed,
    SpotCheckPassed,
    TeamJoined,
    TeamLeft,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection
from shared.kernel.workdays import business_day

PROJECT_BOARD = Projection("project_board", row=ProjectRow, key="project_id")


@PROJECT_BOARD.on(ProjectProposed)
def _proposed(row: ProjectRow, event: ProjectProposed, meta: Meta) -> None:
    row.version, row.status = meta.version, "proposed"
    if row.position is None:
        row.position, row.proposed_at = meta.position, meta.recorded_at
    row.title, row.level, row.unit, row.branch = event.title, event.level, event.unit, event.branch
    row.need_ids = [str(need_id) for need_id in event.need_ids]
    row.planned_completion = event.planned_completion
    row.review_by, row.sign_off_by, row.proposed_by = event.review_by, event.sign_off_by, event.proposed_by
    submission = {
        "submission": event.submission,
        "at": meta.recorded_at.isoformat(),
        "title": event.title,
        "need_ids": row.need_ids,
        "planned_completion": event.planned_completion.isoformat(),
    }
    row.submissions = [*(row.submissions or []), submission]


def _judged(row: ProjectRow, event: ProjectApproved | ProjectReturned, meta: Meta, outcome: str) -> None:
    row.version, row.status = meta.version, outcome
    row.verdicts = [verdict.model_dump(mode="json") for verdict in event.verdicts]
    *before, last = row.submissions or [{}]
    row.submissions = [*before, {**last, "outcome": outcome, "verdicts": row.verdicts, "reviewed_at": meta.recorded_at.isoformat()}]


def _move(row: ProjectRow, ledger: str | None, standing: str, meta: Meta) -> None:
    if ledger is not None:
        row.ledger_moves = [*(row.ledger_moves or []), [business_day(meta.recorded_at).isoformat(), standing]]


@PROJECT_BOARD.on(ProjectApproved)
def _approved(row: ProjectRow, event: ProjectApproved, meta: Meta) -> None:
    _judged(row, event, meta, "approved")
    _move(row, event.ledger, "open", meta)
    if row.spot_check == "failed":
        row.spot_check = None


@PROJECT_BOARD.on(ProjectReturned)
def _returned(row: ProjectRow, event: ProjectReturned, meta: Meta) -> None:
    _judged(row, event, meta, "returned")


@PROJECT_BOARD.on(SpotCheckDrawn, keys=lambda event: [(project_id,) for project_id in event.project_ids])
def _drawn(row: ProjectRow, event: SpotCheckDrawn, _meta: Meta) -> None:
    row.spot_check, row.spot_check_id = "drawn", event.spot_check_id


@PROJECT_BOARD.on(SpotCheckPassed)
def _passed(row: ProjectRow, _event: SpotCheckPassed, meta: Meta) -> None:
    row.version, row.spot_check = meta.version, "passed"


@PROJECT_BOARD.on(SpotCheckFailed)
def _failed(row: ProjectRow, event: SpotCheckFailed, meta: Meta) -> None:
    row.version, row.status, row.spot_check = meta.version, "proposed", "failed"
    row.verdicts = [verdict.model_dump(mode="json") for verdict in event.verdicts]
    _free(row)


@PROJECT_BOARD.on(ProjectClaimed)
def _claimed(row: ProjectRow, event: ProjectClaimed, meta: Meta) -> None:
    row.version, row.status = meta.version, "claimed"
    row.claimant, row.claimant_role, row.claimed_at = event.claimant, event.role, meta.recorded_at


@PROJECT_BOARD.on(ClaimGivenBack)
def _given_back(row: ProjectRow, _event: ClaimGivenBack, meta: Meta) -> None:
    row.version, row.status = meta.version, "approved"
    row.given_back += 1
    _free(row)


def _free(row: ProjectRow) -> None:
    row.claimant = row.claimant_role = row.claimed_at = row.team = row.milestones = row.extension_asked = None
    row.promise = row.complete_by = row.venue = row.first_promise = row.first_complete_by = row.amendments = None
    row.suspended, row.percent, row.progress = False, 0, None


@PROJECT_BOARD.on(ClaimTransferred)
def _transferred(row: ProjectRow, event: ClaimTransferred, meta: Meta) -> None:
    row.version, row.claimant = meta.version, event.to


@PROJECT_BOARD.on(TeamJoined)
def _joined(row: ProjectRow, event: TeamJoined, meta: Meta) -> None:
    row.version, row.team = meta.version, [*(row.team or []), event.account]


@PROJECT_BOARD.on(TeamLeft)
def _left(row: ProjectRow, event: TeamLeft, meta: Meta) -> None:
    row.version, row.team = meta.version, [account for account in row.team or [] if account != event.account]


@PROJECT_BOARD.on(PledgePublished)
def _pledged(row: ProjectRow, event: PledgePublished, meta: Meta) -> None:
    row.version = meta.version
    row.promise, row.complete_by, row.venue = event.promise, event.complete_by, event.venue
    row.first_promise, row.first_complete_by = event.promise, event.complete_by


def _amendment(row: ProjectRow, kind: str, complete_by: date | None, meta: Meta, **told: str) -> None:
    row.version = meta.version
    day = None if complete_by is None else complete_by.isoformat()
    row.amendments = [*(row.amendments or []), {"kind": kind, "complete_by": day, "at": meta.recorded_at.isoformat(), **told}]
    row.complete_by = complete_by or row.complete_by


@PROJECT_BOARD.on(PledgeAmended)
def _amended(row: ProjectRow, event: PledgeAmended, meta: Meta) -> None:
    _amendment(row, "amended", event.complete_by, meta, promise=event.promise, reason=event.reason)
    row.promise, row.extension_asked = event.promise, None


@PROJECT_BOARD.on(ExtensionAsked)
def _asked(row: ProjectRow, event: ExtensionAsked, meta: Meta) -> None:
    row.version = meta.version
    row.extension_asked = {"complete_by": event.complete_by.isoformat(), "reason": event.reason}


@PROJECT_BOARD.on(ExtensionApproved)
def _extended(row: ProjectRow, event: ExtensionApproved, meta: Meta) -> None:
    _amendment(row, "extended", event.complete_by, meta, reason=event.reason)
    row.extension_asked = None


@PROJECT_BOARD.on(ExtensionRefused)
def _not_extended(row: ProjectRow, _event: ExtensionRefused, meta: Meta) -> None:
    row.version, row.extension_asked = meta.version, None


@PROJECT_BOARD.on(ProjectSuspended)
def _suspended(row: ProjectRow, _event: ProjectSuspended, meta: Meta) -> None:
    row.version, row.suspended = meta.version, True


@PROJECT_BOARD.on(ProjectResumed)
def _resumed(row: ProjectRow, event: ProjectResumed, meta: Meta) -> None:
    row.version, row.suspended = meta.version, False
    if event.complete_by is not None and event.complete_by != row.complete_by:
        _amendment(row, "resumed", event.complete_by, meta)


@PROJECT_BOARD.on(MilestonesSet)
def _set(row: ProjectRow, event: MilestonesSet, meta: Meta) -> None:
    row.version = meta.version
    row.milestones = [{**milestone.model_dump(mode="json"), "reached_at": None} for milestone in event.milestones]


@PROJECT_BOARD.on(MilestoneReached)
def _reached(row: ProjectRow, event: MilestoneReached, meta: Meta) -> None:
    row.version = meta.version
    row.milestones = [
        {**milestone, "reached_at": meta.recorded_at.isoformat()} if number == event.number else milestone
        for number, milestone in enumerate(row.milestones or [], 1)
    ]


@PROJECT_BOARD.on(PlanRevised)
def _revised(row: ProjectRow, event: PlanRevised, meta: Meta) -> None:
    row.version, row.plan = meta.version, event.text
    row.plan_revisions += 1


@PROJECT_BOARD.on(ProgressReported)
def _progressed(row: ProjectRow, event: ProgressReported, meta: Meta) -> None:
    row.version = meta.version
    row.percent, row.progress = event.percent, event.text


@PROJECT_BOARD.on(CompletionDeclared)
def _completed(row: ProjectRow, event: CompletionDeclared, meta: Meta) -> None:
    row.version, row.status, row.extension_asked = meta.version, "completed", None
    row.round, row.completed_at = event.round, meta.recorded_at


@PROJECT_BOARD.on(ProjectReopened)
def _reopened(row: ProjectRow, event: ProjectReopened, meta: Meta) -> None:
    row.version, row.status, row.reopened_for = meta.version, "claimed", event.because
    row.reopened += 1
    _move(row, event.ledger, "open", meta)


@PROJECT_BOARD.on(ProjectSignedOff)
def _signed_off(row: ProjectRow, event: ProjectSignedOff, meta: Meta) -> None:
    row.version, row.status = meta.version, "signed-off"
    row.signed_off_at = meta.recorded_at
    _move(row, event.ledger, "signed_off", meta)


@PROJECT_BOARD.on(ProjectWithdrawn)
def _withdrawn(row: ProjectRow, event: ProjectWithdrawn, meta: Meta) -> None:
    row.version, row.status, row.left_because = meta.version, "withdrawn", event.reason
    _free(row)
    _move(row, event.ledger, "withdrawn", meta)


@PROJECT_BOARD.on(ProjectMerged)
def _merged(row: ProjectRow, event: ProjectMerged, meta: Meta) -> None:
    row.version, row.status, row.left_because, row.merged_into = meta.version, "merged", event.reason, event.into
    _free(row)
    _move(row, event.ledger, "merged", meta)


@PROJECT_BOARD.on(MergedProjectTakenIn)
def _taken_in(row: ProjectRow, event: MergedProjectTakenIn, meta: Meta) -> None:
    row.version = meta.version
    row.need_ids = [*(row.need_ids or []), *(str(need_id) for need_id in event.added)]
