"""Who may claim, and as whom."""

from collections.abc import Sequence

from services.projects.commands import ClaimProject
from services.projects.state.project import Project, ProjectEvent, Status
from shared.contracts.projects import ProjectClaimed
from shared.kernel.actor import Actor
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
        )
    ]


def claimant_of(actor: Actor, role: str) -> str:
    """Return as whom an actor acts in a role: a unit or branch by its code, everyone else by account."""
    if role == "unit":
        return actor.unit or actor.sub
    if role == "branch":
        return actor.branch or actor.sub
    return actor.sub


def _as_whom(role: str, actor: Actor, command: ClaimProject, project: Project) -> tuple[str, str, str | None]:
    if role == "member":
        member = command.member
        if member is None or not member.registered:
            raise Rejected("member_not_registered")
        if member.exempt:
            raise Rejected("member_exempt")
        if member.unit != project.unit:
            raise Rejected("not_your_unit")
        return actor.sub, project.unit, member.branch
    if role in ("unit", "branch") and (actor.unit != project.unit or (role == "branch" and actor.branch is None)):
        raise Rejected("not_your_unit")
    return claimant_of(actor, role), project.unit, actor.branch
