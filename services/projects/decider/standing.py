"""What many rules of a project ask first: whose it is, who reviews it, whether it is in hand."""

from services.projects.state.project import Project, Status
from shared.contracts.values import PRINCIPLES, Verdict
from shared.kernel.actor import Actor
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def claimant_of(actor: Actor, role: str) -> str:
    """Return as whom an actor acts in a role: a unit or branch by its code, everyone else by account."""
    if role == "unit":
        return actor.unit or actor.sub
    if role == "branch":
        return actor.branch or actor.sub
    return actor.sub


def is_claimant(project: Project, asked: Asked) -> bool:
    """Tell whether it is the claimant who asks."""
    return project.claimant in {claimant_of(asked.actor, role) for role in asked.actor.roles}


def claimant_only(project: Project, asked: Asked) -> None:
    """Refuse everyone but the claimant."""
    if project.claimant is None:
        raise Rejected("project_not_claimed")
    if not is_claimant(project, asked):
        raise Rejected("not_the_claimant")


def must_be_in_hand(project: Project) -> None:
    """Refuse what is not claimed, is declared complete, or stands still."""
    if project.status is not Status.CLAIMED:
        raise Rejected("project_not_in_hand")
    if project.claim.suspended:
        raise Rejected("project_suspended")


def reviewing_tier_only(project: Project, asked: Asked) -> None:
    """Refuse everyone but the tier that reviews the project's level: the office, the project's unit, or its branch."""
    asked.actor.require(project.review_by)
    if project.review_by == "unit" and asked.actor.unit != project.unit:
        raise Rejected("not_your_unit")
    if project.review_by == "branch" and (asked.actor.branch is None or asked.actor.branch != project.branch):
        raise Rejected("not_your_unit")


def not_their_own(project: Project, asked: Asked) -> None:
    """Refuse to let anybody approve what they claimed or work on themselves."""
    mine = {project.claimant, *(account for account, _ in project.claim.team)}
    if is_claimant(project, asked) or asked.actor.sub in mine:
        raise Rejected("own_item")


def each_principle_once(verdicts: tuple[Verdict, ...]) -> None:
    """Refuse verdicts that leave a principle out or judge one twice."""
    if sorted(verdict.principle for verdict in verdicts) != sorted(PRINCIPLES):
        raise Rejected("principles_incomplete", pointer="/verdicts")
