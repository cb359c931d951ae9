"""Promises: the first one, how it is amended, later days, clocks that stand still, and the steps on the way."""

from collections.abc import Sequence
from itertools import pairwise

from services.projects.commands import (
    AmendPledge,
    ApproveExtension,
    AskExtension,
    PublishPledge,
    ReachMilestone,
    RefuseExtension,
    ResumeProject,
    SetMilestones,
    SuspendProject,
)
from services.projects.decider.standing import claimant_only, must_be_in_hand, not_their_own, reviewing_tier_only
from services.projects.state.project import Extension, Pledge, Project, ProjectEvent, Status
from shared.contracts.projects import (
    ExtensionApproved,
    ExtensionAsked,
    ExtensionRefused,
    MilestoneReached,
    MilestonesSet,
    PledgeAmended,
    PledgePublished,
    ProjectResumed,
    ProjectSuspended,
)
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked
from shared.kernel.workdays import business_day


def pledge(command: PublishPledge, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant promises once; the same promise again changes nothing."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    if project.claim.pledge == Pledge(command.promise, command.complete_by, command.venue):
        return []
    if project.claim.pledge is not None:
        raise Rejected("already_pledged")
    if command.complete_by < business_day(asked.at):
        raise Rejected("pledge_date_past", pointer="/complete_by")
    return [PledgePublished(project_id=command.project_id, promise=command.promise, complete_by=command.complete_by, venue=command.venue)]


def amend(command: AmendPledge, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The tier that reviews gives a promise another text or day, with the reason; nobody amends their own."""
    reviewing_tier_only(project, asked)
    not_their_own(project, asked)
    must_be_in_hand(project)
    claim = project.claim
    if claim.pledge is None:
        raise Rejected("project_not_pledged")
    if (claim.promise, claim.complete_by) == (command.promise, command.complete_by):
        return []
    if command.complete_by < business_day(asked.at):
        raise Rejected("pledge_date_past", pointer="/complete_by")
    return [
        PledgeAmended(
            project_id=command.project_id,
            promise=command.promise,
            complete_by=command.complete_by,
            reason=command.reason,
            approved_by=asked.actor.sub,
        )
    ]


def ask_extension(command: AskExtension, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant asks for a day later than the promised one, one request at a time."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    claim = project.claim
    if claim.complete_by is None:
        raise Rejected("project_not_pledged")
    if claim.asked == Extension(command.complete_by, command.reason):
        return []
    if claim.asked is not None:
        raise Rejected("extension_already_asked")
    if command.complete_by <= claim.complete_by:
        raise Rejected("extension_not_later", pointer="/complete_by", promised=claim.complete_by.isoformat())
    if command.complete_by < business_day(asked.at):
        raise Rejected("pledge_date_past", pointer="/complete_by")
    return [ExtensionAsked(project_id=command.project_id, complete_by=command.complete_by, reason=command.reason, asked_by=asked.actor.sub)]


def approve_extension(command: ApproveExtension, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The tier that reviews moves the promised day as asked for; nobody approves their own."""
    wanted = _asked_for(project, asked)
    return [
        ExtensionApproved(project_id=command.project_id, complete_by=wanted.complete_by, reason=wanted.reason, approved_by=asked.actor.sub)
    ]


def refuse_extension(command: RefuseExtension, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The tier that reviews leaves the promised day as it is."""
    wanted = _asked_for(project, asked)
    return [
        ExtensionRefused(project_id=command.project_id, complete_by=wanted.complete_by, reason=command.reason, refused_by=asked.actor.sub)
    ]


def suspend(command: SuspendProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The office, or the tier that reviews, lets the clock of what is in hand stand still; nobody stops their own."""
    _clock_keeper(project, asked)
    if project.claim.suspended:
        return []
    must_be_in_hand(project)
    return [
        ProjectSuspended(
            project_id=command.project_id,
            reason=command.reason,
            approved_by=asked.actor.sub,
            suspended_on=business_day(asked.at),
        )
    ]


def resume(command: ResumeProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The clock runs again: the promised day moves by the calendar days it stood still."""
    _clock_keeper(project, asked)
    claim = project.claim
    if not claim.suspended:
        if project.status is Status.CLAIMED:
            return []
        raise Rejected("project_not_in_hand")
    today = business_day(asked.at)
    stood = today - (claim.suspended_on or today)
    complete_by = None if claim.complete_by is None else claim.complete_by + stood
    return [ProjectResumed(project_id=command.project_id, complete_by=complete_by, approved_by=asked.actor.sub)]


def set_milestones(command: SetMilestones, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant names the steps in the order of their days, none after the promised one; once one is reached, they stand."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    claim = project.claim
    if command.milestones == claim.milestones:
        return []
    if claim.reached:
        raise Rejected("milestones_under_way")
    days = [milestone.due_on for milestone in command.milestones]
    if any(later < earlier for earlier, later in pairwise(days)):
        raise Rejected("milestones_out_of_order", pointer="/milestones")
    if claim.complete_by is not None and days[-1] > claim.complete_by:
        raise Rejected("milestone_after_promise", pointer="/milestones", promised=claim.complete_by.isoformat())
    return [MilestonesSet(project_id=command.project_id, milestones=command.milestones, set_by=asked.actor.sub)]


def reach_milestone(command: ReachMilestone, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant says of each step once that it is done."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    if command.number > len(project.claim.milestones):
        raise Rejected("milestone_unknown", pointer="/number", number=command.number)
    if command.number in project.claim.reached:
        return []
    return [MilestoneReached(project_id=command.project_id, number=command.number, text=command.text, reported_by=asked.actor.sub)]


def _asked_for(project: Project, asked: Asked) -> Extension:
    reviewing_tier_only(project, asked)
    not_their_own(project, asked)
    must_be_in_hand(project)
    if project.claim.asked is None:
        raise Rejected("extension_not_asked")
    return project.claim.asked


def _clock_keeper(project: Project, asked: Asked) -> None:
    if not asked.actor.has("office"):
        reviewing_tier_only(project, asked)
    not_their_own(project, asked)
