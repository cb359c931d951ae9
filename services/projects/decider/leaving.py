"""How a project leaves the list, and comes back to it: sent back to work, struck off, withdrawn, merged into another."""

from collections.abc import Sequence

from services.projects.commands import (
    MergeProject,
    RedoProject,
    ReopenProject,
    SignOffProject,
    TakeInMergedProject,
    WithdrawProject,
)
from services.projects.decider.standing import reviewing_tier_only
from services.projects.state.project import Project, ProjectEvent, Status
from shared.contracts.projects import MergedProjectTakenIn, ProjectMerged, ProjectReopened, ProjectSignedOff, ProjectWithdrawn
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def reopen(command: ReopenProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The office, or a refused verification, sends a completed project back to work."""
    asked.actor.require("office", SYSTEM)
    if command.round is not None and (command.round != project.round or project.status is not Status.COMPLETED):
        return []  # a refusal that comes late: that round is over
    if project.status is not Status.COMPLETED:
        raise Rejected("project_not_completed")
    return [ProjectReopened(project_id=command.project_id, reason=command.reason, round=project.round)]


def redo(command: RedoProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A look-back that did not confirm, or a petitioner who was not satisfied, brings even a signed-off project back to work.

    It is done again in the next round. What is in hand, or gone from the list, stays where it is; so does a later round.
    """
    asked.actor.require(SYSTEM)
    if project.status not in (Status.SIGNED_OFF, Status.COMPLETED) or command.round not in (None, project.round):
        return []
    returns = project.level if project.status is Status.SIGNED_OFF else None
    return [
        ProjectReopened(project_id=command.project_id, reason=command.reason, round=project.round, because=command.because, ledger=returns)
    ]


def sign_off(command: SignOffProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A verified round strikes the project off; only once."""
    asked.actor.require(SYSTEM)
    if project.status is Status.SIGNED_OFF:
        return []
    if project.round != command.round or project.status is not Status.COMPLETED:
        raise Rejected("project_not_completed")
    return [ProjectSignedOff(project_id=command.project_id, round=command.round, ledger=project.ledger)]


def withdraw(command: WithdrawProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The office or the tier that reviews takes a project off the list; before anybody claims it, its proposer may too."""
    _may_take_off(project, asked)
    if project.status is Status.WITHDRAWN:
        return []
    _must_be_open(project)
    return [
        ProjectWithdrawn(
            project_id=command.project_id,
            reason=command.reason,
            withdrawn_by=asked.actor.sub,
            freed=project.claim.members,
            ledger=project.ledger,
        )
    ]


def merge(command: MergeProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The office or the tier that reviews lets an open project go on in another open one, within its own unit unless it is the office."""
    if not asked.actor.has("office"):
        reviewing_tier_only(project, asked)
    if command.into == command.project_id:
        raise Rejected("merge_into_itself", pointer="/into")
    _must_be_open(project)
    target = command.target
    if target is None:
        raise Rejected("project_not_known", pointer="/into", project=command.into)
    if not target.open:
        raise Rejected("merge_target_closed", pointer="/into")
    if not asked.actor.has("office") and target.unit != project.unit:
        raise Rejected("not_your_unit", pointer="/into")
    return [
        ProjectMerged(
            project_id=command.project_id,
            into=command.into,
            need_ids=project.need_ids,
            reason=command.reason,
            merged_by=asked.actor.sub,
            freed=project.claim.members,
            ledger=project.ledger,
        )
    ]


def take_in(command: TakeInMergedProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A project takes in the needs of one merged into it, each once, whatever has become of it since: nobody's voice is lost."""
    asked.actor.require(SYSTEM)
    if command.merged_project_id in project.taken_in:
        return []
    added = tuple(need_id for need_id in command.need_ids if need_id not in project.need_ids)
    return [MergedProjectTakenIn(project_id=command.project_id, merged_project_id=command.merged_project_id, added=added)]


def _may_take_off(project: Project, asked: Asked) -> None:
    if asked.actor.has("office") or (asked.actor.sub == project.proposed_by and project.claimant is None):
        return
    reviewing_tier_only(project, asked)


def _must_be_open(project: Project) -> None:
    if project.status is Status.COMPLETED:
        raise Rejected("project_awaits_verification")
    if project.status in (Status.SIGNED_OFF, Status.WITHDRAWN, Status.MERGED):
        raise Rejected("project_not_open")
