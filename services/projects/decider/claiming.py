"""Who may claim, and as whom; passing on, sharing and giving back."""

from collections.abc import Sequence
from uuid import UUID

from services.projects.commands import Claimant, ClaimProject, GiveClaimBack, JoinProject, LeaveProject, TransferClaim
from services.projects.decider.standing import claimant_of, claimant_only, is_claimant, must_be_in_hand, reviewing_tier_only
from services.projects.state.project import Project, ProjectEvent, Status
from shared.contracts.projects import ClaimGivenBack, ClaimTransferred, ProjectClaimed, TeamJoined, TeamLeft
from shared.kernel.actor import Actor
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def claim(command: ClaimProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """An approved project is claimed once, by a role its level names, and never by someone exempt."""
    role = next((role for role in asked.actor.roles if role in project.claimed_by), None)
    if role is None:
        raise Rejected("level_not_for_role", roles=", ".join(project.claimed_by))
    claimant, unit, branch = _as_whom(role, asked.actor, command, project)
    if project.claimant is not None:
        if project.claimant == claimant:
            return []
        raise Rejected("project_already_claimed")
    if project.status is not Status.APPROVED:
        raise Rejected("project_not_approved")
    return [
        ProjectClaimed(
            project_id=command.project_id,
            claimant=claimant,
            role=role,
            unit=unit,
            branch=branch,
            level=project.level,
            need_ids=project.need_ids,
            member_id=_member_id(asked) if role == "member" else None,
        )
    ]


def give_back(command: GiveClaimBack, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant gives back what is in hand; the team is free as well, and the next claimant promises anew."""
    claimant_only(project, asked)
    must_be_in_hand(project)
    return [
        ClaimGivenBack(project_id=command.project_id, claimant=project.claimant or "", reason=command.reason, freed=project.claim.members)
    ]


def transfer(command: TransferClaim, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The claimant, or the tier that reviews, passes what is in hand on to another in the same role who might have claimed it."""
    if project.claimant is None:
        raise Rejected("project_not_claimed")
    if not is_claimant(project, asked):
        reviewing_tier_only(project, asked)
    must_be_in_hand(project)
    if command.to == project.claimant:
        return []
    heir = command.successor
    if heir is None or not heir.registered:
        raise Rejected("successor_not_registered", pointer="/to")
    if heir.exempt:
        raise Rejected("member_exempt", pointer="/to")
    if project.claim.role != "leader" and heir.unit != project.unit:
        raise Rejected("successor_of_another_unit", pointer="/to")
    left = [
        TeamLeft(project_id=command.project_id, account=account, member_id=member_id, reason=command.reason)
        for account, member_id in project.claim.team
        if account == command.to
    ]
    return [
        *left,
        ClaimTransferred(
            project_id=command.project_id,
            claimant=project.claimant,
            to=command.to,
            role=project.claim.role,
            branch=heir.branch,
            member_id=heir.member_id,
            freed=() if project.claim.member_id is None else (project.claim.member_id,),
            reason=command.reason,
            transferred_by=asked.actor.sub,
        ),
    ]


def join(command: JoinProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A member of the project's unit who is not exempt works on it with its claimant, while it is in hand."""
    asked.actor.require("member")
    if project.claimant is None:
        raise Rejected("project_not_claimed")
    must_be_in_hand(project)
    member = _able_member(command.member, project)
    if asked.actor.sub in {project.claimant, *(account for account, _ in project.claim.team)}:
        return []
    return [TeamJoined(project_id=command.project_id, account=asked.actor.sub, member_id=_member_id(asked), branch=member.branch)]


def leave(command: LeaveProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A member of the team leaves while the project is in hand."""
    asked.actor.require("member")
    member_id = dict(project.claim.team).get(asked.actor.sub)
    if member_id is None:
        raise Rejected("not_on_the_team")
    if project.status is not Status.CLAIMED:
        raise Rejected("project_not_in_hand")
    return [TeamLeft(project_id=command.project_id, account=asked.actor.sub, member_id=member_id, reason=command.reason)]


def _member_id(asked: Asked) -> UUID:
    return derived(asked.county, "member", asked.actor.sub)


def _able_member(member: Claimant | None, project: Project) -> Claimant:
    if member is None or not member.registered:
        raise Rejected("member_not_registered")
    if member.exempt:
        raise Rejected("member_exempt")
    if member.unit != project.unit:
        raise Rejected("not_your_unit")
    return member


def _as_whom(role: str, actor: Actor, command: ClaimProject, project: Project) -> tuple[str, str, str | None]:
    if role == "member":
        return actor.sub, project.unit, _able_member(command.member, project).branch
    if role in ("unit", "branch") and (actor.unit != project.unit or (role == "branch" and actor.branch is None)):
        raise Rejected("not_your_unit")
    return claimant_of(actor, role), project.unit, actor.branch
