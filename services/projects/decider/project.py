"""The rules of a project, from proposal to sign-off."""

from collections.abc import Sequence
from typing import assert_never

from services.projects.commands import (
    AttachEvidence,
    ClaimProject,
    DeclareCompletion,
    ProposeProject,
    PublishPledge,
    ReopenProject,
    ReportProgress,
    ReviewProject,
    SignOffProject,
)
from services.projects.decider.claiming import claim, claimant_of
from services.projects.decider.evidence import attach
from services.projects.state.project import Pledge, Project, ProjectEvent, Status, evolve
from shared.contracts.projects import (
    PROJECTS,
    CompletionDeclared,
    PledgePublished,
    ProgressReported,
    ProjectApproved,
    ProjectProposed,
    ProjectReopened,
    ProjectReturned,
    ProjectSignedOff,
)
from shared.contracts.values import PRINCIPLES
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

ProjectCommand = (
    ProposeProject
    | ReviewProject
    | ClaimProject
    | PublishPledge
    | ReportProgress
    | DeclareCompletion
    | ReopenProject
    | SignOffProject
    | AttachEvidence
)
PROPOSERS = ("member", "branch", "unit", "office", "leader")


def decide(command: ProjectCommand, project: Project, asked: Asked) -> Sequence[ProjectEvent]:  # noqa: C901, PLR0911 - one case a command
    """Return the facts a command makes."""
    if not isinstance(command, ProposeProject) and project.status is Status.ABSENT:
        raise Rejected("not_found")
    match command:
        case ProposeProject():
            return propose(command, project, asked)
        case ReviewProject():
            return review(command, project, asked)
        case ClaimProject():
            return claim(command, project, asked)
        case PublishPledge():
            return pledge(command, project, asked)
        case ReportProgress():
            return report(command, project, asked)
        case DeclareCompletion():
            return complete(command, project, asked)
        case ReopenProject():
            return reopen(command, project, asked)
        case SignOffProject():
            return sign_off(command, project, asked)
        case AttachEvidence():
            _claimant_only(project, asked)
            _must_be_in_hand(project)
            return attach(command, project, asked)
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


def review(command: ReviewProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The level's tier reviews what others proposed: three principles, each judged once and reasoned."""
    asked.actor.require(project.review_by)
    if project.review_by == "unit" and asked.actor.unit != project.unit:
        raise Rejected("not_your_unit")
    if project.review_by == "branch" and (asked.actor.branch is None or asked.actor.branch != project.branch):
        raise Rejected("not_your_unit")
    if asked.actor.sub == project.proposed_by:
        raise Rejected("own_item")
    if sorted(verdict.principle for verdict in command.verdicts) != sorted(PRINCIPLES):
        raise Rejected("principles_incomplete", pointer="/verdicts")
    if project.status is not Status.PROPOSED:
        raise Rejected("project_already_reviewed")
    outcome = ProjectApproved if all(verdict.met for verdict in command.verdicts) else ProjectReturned
    return [outcome(project_id=command.project_id, verdicts=command.verdicts, reviewed_by=asked.actor.sub)]


def pledge(command: PublishPledge, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant promises once; the same promise again changes nothing."""
    _claimant_only(project, asked)
    _must_be_in_hand(project)
    if project.pledge == Pledge(command.promise, command.complete_by, command.venue):
        return []
    if project.pledge is not None:
        raise Rejected("already_pledged")
    if command.complete_by < business_day(asked.at):
        raise Rejected("pledge_date_past", pointer="/complete_by")
    return [PledgePublished(project_id=command.project_id, promise=command.promise, complete_by=command.complete_by, venue=command.venue)]


def report(command: ReportProgress, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant reports while the work is in hand."""
    _claimant_only(project, asked)
    _must_be_in_hand(project)
    return [ProgressReported(project_id=command.project_id, percent=command.percent, text=command.text)]


def complete(command: DeclareCompletion, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """Who pledged in public may declare completion; each declaration is a round of its own."""
    _claimant_only(project, asked)
    _must_be_in_hand(project)
    if project.pledge is None:
        raise Rejected("project_not_pledged")
    return [
        CompletionDeclared(
            project_id=command.project_id,
            round=project.round + 1,
            summary=command.summary,
            title=project.title,
            level=project.level,
            unit=project.unit,
            branch=project.claimant_branch or project.branch,
            claimant=project.claimant or "",
            need_ids=project.need_ids,
            sign_off_by=project.sign_off_by,
        )
    ]


def reopen(command: ReopenProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The office, or a refused verification, sends a completed project back to work."""
    asked.actor.require("office", SYSTEM)
    if command.round is not None and (command.round != project.round or project.status is not Status.COMPLETED):
        return []  # a refusal that comes late: that round is over
    if project.status is not Status.COMPLETED:
        raise Rejected("project_not_completed")
    return [ProjectReopened(project_id=command.project_id, reason=command.reason, round=project.round)]


def sign_off(command: SignOffProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A verified round strikes the project off; only once."""
    asked.actor.require(SYSTEM)
    if project.status is Status.SIGNED_OFF:
        return []
    if project.round != command.round or project.status is not Status.COMPLETED:
        raise Rejected("project_not_completed")
    return [ProjectSignedOff(project_id=command.project_id, round=command.round)]


def _claimant_only(project: Project, asked: Asked) -> None:
    if project.claimant is None:
        raise Rejected("project_not_claimed")
    if project.claimant not in {claimant_of(asked.actor, role) for role in asked.actor.roles}:
        raise Rejected("not_the_claimant")


def _must_be_in_hand(project: Project) -> None:
    if project.status is not Status.CLAIMED:
        raise Rejected("project_not_in_hand")


PROJECT = Decider(contract=PROJECTS, initial=Project(), evolve=evolve, decide=decide)
