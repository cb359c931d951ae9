"""The rules of a project, from proposal to sign-off."""

from collections.abc import Sequence
from typing import assert_never

from services.projects.commands import (
    AmendPledge,
    ApproveExtension,
    AskExtension,
    AttachEvidence,
    ClaimProject,
    DeclareCompletion,
    GiveClaimBack,
    JoinProject,
    JudgeDrawnProject,
    LeaveProject,
    MendProject,
    MergeProject,
    ProposeProject,
    PublishPledge,
    ReachMilestone,
    RedoProject,
    RefuseExtension,
    ReopenProject,
    ReportProgress,
    ResumeProject,
    ReviewProject,
    RevisePlan,
    SetMilestones,
    SignOffProject,
    SuspendProject,
    TakeInMergedProject,
    TransferClaim,
    WithdrawProject,
)
from services.projects.decider.checking import judge_drawn, review
from services.projects.decider.claiming import claim, give_back, join, leave, transfer
from services.projects.decider.evidence import attach
from services.projects.decider.leaving import merge, redo, reopen, sign_off, take_in, withdraw
from services.projects.decider.promising import (
    amend,
    approve_extension,
    ask_extension,
    pledge,
    reach_milestone,
    refuse_extension,
    resume,
    set_milestones,
    suspend,
)
from services.projects.decider.standing import claimant_only, must_be_in_hand
from services.projects.state.project import Project, ProjectEvent, Status, evolve
from shared.contracts.projects import PROJECTS, CompletionDeclared, PlanRevised, ProgressReported, ProjectProposed
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

ListCommand = (
    ProposeProject
    | MendProject
    | ReviewProject
    | JudgeDrawnProject
    | ReportProgress
    | RevisePlan
    | AttachEvidence
    | DeclareCompletion
    | ReopenProject
    | RedoProject
    | SignOffProject
    | WithdrawProject
    | MergeProject
    | TakeInMergedProject
)
ClaimCommand = (
    ClaimProject
    | GiveClaimBack
    | TransferClaim
    | JoinProject
    | LeaveProject
    | PublishPledge
    | AmendPledge
    | AskExtension
    | ApproveExtension
    | RefuseExtension
    | SuspendProject
    | ResumeProject
    | SetMilestones
    | ReachMilestone
)
PROPOSERS = ("member", "branch", "unit", "office", "leader")


def decide(  # noqa: C901, PLR0911, PLR0912 - one case a command
    command: ListCommand | ClaimCommand, project: Project, asked: Asked
) -> Sequence[ProjectEvent]:
    """Return the facts a command makes."""
    if not isinstance(command, ProposeProject) and project.status is Status.ABSENT:
        raise Rejected("not_found")
    match command:
        case ProposeProject():
            return propose(command, project, asked)
        case MendProject():
            return mend(command, project, asked)
        case ReviewProject():
            return review(command, project, asked)
        case JudgeDrawnProject():
            return judge_drawn(command, project, asked)
        case ReportProgress():
            return report(command, project, asked)
        case RevisePlan():
            return revise(command, project, asked)
        case AttachEvidence():
            claimant_only(project, asked)
            must_be_in_hand(project)
            return attach(command, project, asked)
        case DeclareCompletion():
            return complete(command, project, asked)
        case ReopenProject():
            return reopen(command, project, asked)
        case RedoProject():
            return redo(command, project, asked)
        case SignOffProject():
            return sign_off(command, project, asked)
        case WithdrawProject():
            return withdraw(command, project, asked)
        case MergeProject():
            return merge(command, project, asked)
        case TakeInMergedProject():
            return take_in(command, project, asked)
        case ClaimProject():
            return claim(command, project, asked)
        case GiveClaimBack():
            return give_back(command, project, asked)
        case TransferClaim():
            return transfer(command, project, asked)
        case JoinProject():
            return join(command, project, asked)
        case LeaveProject():
            return leave(command, project, asked)
        case PublishPledge():
            return pledge(command, project, asked)
        case AmendPledge():
            return amend(command, project, asked)
        case AskExtension():
            return ask_extension(command, project, asked)
        case ApproveExtension():
            return approve_extension(command, project, asked)
        case RefuseExtension():
            return refuse_extension(command, project, asked)
        case SuspendProject():
            return suspend(command, project, asked)
        case ResumeProject():
            return resume(command, project, asked)
        case SetMilestones():
            return set_milestones(command, project, asked)
        case ReachMilestone():
            return reach_milestone(command, project, asked)
        case _:
            assert_never(command)


def propose(command: ProposeProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A project belongs to a level of the county's profile, which says who claims, reviews and signs off."""
    asked.actor.require(*PROPOSERS)
    if project.status is not Status.ABSENT:
        return []
    if command.profile is None:
        raise Rejected("profile_not_adopted")
    level = next((level for level in command.profile.levels if level.code == command.level), None)
    if level is None:
        raise Rejected("level_unknown", pointer="/level", level=command.level, levels=", ".join(at.code for at in command.profile.levels))
    if command.planned_completion < business_day(asked.at):
        raise Rejected("planned_completion_past", pointer="/planned_completion")
    return [
        ProjectProposed(
            project_id=command.project_id,
            title=command.title,
            level=command.level,
            unit=command.unit,
            branch=command.branch,
            need_ids=tuple(dict.fromkeys(command.need_ids)),
            planned_completion=command.planned_completion,
            claimed_by=level.claimed_by,
            review_by=level.review_by,
            sign_off_by=level.sign_off_by,
            proposed_by=asked.actor.sub,
            profile_version=command.profile.version,
        )
    ]


def mend(command: MendProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """Who proposed a returned project puts it forward again, mended, under the rules it was first put forward under.

    Needs that came with a merged project stay with it.
    """
    asked.actor.require(*PROPOSERS)
    if asked.actor.sub != project.proposed_by:
        raise Rejected("not_the_proposer")
    need_ids = tuple(dict.fromkeys((*command.need_ids, *project.merged_needs)))
    as_it_is = (project.title, project.need_ids, project.planned_completion)
    if project.status is Status.PROPOSED and project.submission > 1 and as_it_is == (command.title, need_ids, command.planned_completion):
        return []
    if project.status is not Status.RETURNED:
        raise Rejected("project_not_returned")
    if command.planned_completion < business_day(asked.at):
        raise Rejected("planned_completion_past", pointer="/planned_completion")
    return [
        ProjectProposed(
            project_id=command.project_id,
            title=command.title,
            level=project.level,
            unit=project.unit,
            branch=project.branch,
            need_ids=need_ids,
            planned_completion=command.planned_completion,
            claimed_by=project.claimed_by,
            review_by=project.review_by,
            sign_off_by=project.sign_off_by,
            proposed_by=project.proposed_by,
            profile_version=project.profile_version,
            submission=project.submission + 1,
        )
    ]


def report(command: ReportProgress, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant reports while the work is in hand."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    return [ProgressReported(project_id=command.project_id, percent=command.percent, text=command.text)]


def revise(command: RevisePlan, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant improves what is to be done while the work is in hand; the finding it answers is named where there is one."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    return [
        PlanRevised(
            project_id=command.project_id,
            unit=project.unit,
            text=command.text,
            finding_id=command.finding_id,
            revised_by=asked.actor.sub,
        )
    ]


def complete(command: DeclareCompletion, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """Who pledged in public may declare completion; each declaration is a round of its own."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    if project.claim.pledge is None:
        raise Rejected("project_not_pledged")
    return [
        CompletionDeclared(
            project_id=command.project_id,
            round=project.round + 1,
            summary=command.summary,
            title=project.title,
            level=project.level,
            unit=project.unit,
            branch=project.claim.branch or project.branch,
            claimant=project.claimant or "",
            need_ids=project.need_ids,
            sign_off_by=project.sign_off_by,
        )
    ]


PROJECT = Decider(contract=PROJECTS, initial=Project(), evolve=evolve, decide=decide)
