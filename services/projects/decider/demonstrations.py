"""Demonstration projects (示范项目) on the quota of a committee or a leader, and figures that were announced."""

from collections.abc import Sequence
from typing import Any, assert_never

from services.projects.commands import AnnounceFigure, DesignateDemonstration, EndDemonstration, ProposeDemonstration
from services.projects.state.registry import (
    Announcement,
    DemonstrationEvent,
    Demonstrations,
    evolve_announcement,
    evolve_demonstrations,
)
from shared.contracts.projects import (
    PROJECTS,
    DemonstrationDesignated,
    DemonstrationEnded,
    DemonstrationProposed,
    FigureAnnounced,
)
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider

DemonstrationCommand = ProposeDemonstration | DesignateDemonstration | EndDemonstration


def decide(command: DemonstrationCommand, held: Demonstrations, asked: Asked) -> Sequence[DemonstrationEvent]:
    """Return the facts a command makes of a quota."""
    match command:
        case ProposeDemonstration():
            return propose(command, held, asked)
        case DesignateDemonstration():
            return designate(command, held, asked)
        case EndDemonstration():
            return end(command, held, asked)
        case _:
            assert_never(command)


def propose(command: ProposeDemonstration, held: Demonstrations, asked: Asked) -> Sequence[DemonstrationEvent]:
    """A committee, a leader, or the office for them, puts one of the holder's claimed projects forward."""
    asked.actor.require("unit", "leader", "office")
    role = "unit" if command.whose == "committee" else "leader"
    if not asked.actor.has("office") and (role not in asked.actor.roles or not _is_the_holder(command, asked)):
        raise Rejected("demonstration_not_of_holder", pointer="/holder")
    project = command.project
    if project is None:
        raise Rejected("project_not_claimed")
    of_holder = project.unit if command.whose == "committee" else project.claimant if project.role == "leader" else None
    if of_holder != command.holder:
        raise Rejected("demonstration_not_of_holder", pointer="/holder")
    if command.project_id in held.proposed | held.designated:
        return []
    return [DemonstrationProposed(**_common(command, asked), reason=command.reason, proposed_by=asked.actor.sub)]


def designate(command: DesignateDemonstration, held: Demonstrations, asked: Asked) -> Sequence[DemonstrationEvent]:
    """The office designates what was proposed, never more than the rules in force let a holder have, and nobody their own."""
    asked.actor.require("office")
    if _is_the_holder(command, asked):
        raise Rejected("own_item")
    if command.profile is None:
        raise Rejected("profile_not_adopted")
    if command.project_id in held.designated:
        return []
    if command.project_id not in held.proposed:
        raise Rejected("demonstration_not_proposed")
    quota = next((quota for quota in command.profile.entry.demonstration if quota.whose == command.whose), None)
    if quota is not None and len(held.designated) >= quota.most:
        raise Rejected("demonstration_quota_full", most=quota.most)
    return [
        DemonstrationDesignated(
            **_common(command, asked),
            least=quota.least if quota else None,
            most=quota.most if quota else None,
            profile_version=command.profile.version,
            designated_by=asked.actor.sub,
        )
    ]


def end(command: EndDemonstration, held: Demonstrations, asked: Asked) -> Sequence[DemonstrationEvent]:
    """The office says why a project is shown no more, or will not be."""
    asked.actor.require("office")
    if command.project_id not in held.proposed | held.designated:
        raise Rejected("demonstration_not_proposed")
    return [DemonstrationEnded(**_common(command, asked), reason=command.reason, ended_by=asked.actor.sub)]


def announce(command: AnnounceFigure, announcement: Announcement, asked: Asked) -> Sequence[FigureAnnounced]:
    """The office records a figure that was announced, for levels of the rules in force."""
    asked.actor.require("office")
    if announcement.made:
        return []
    if command.profile is None:
        raise Rejected("profile_not_adopted")
    known = [level.code for level in command.profile.levels]
    for level in command.levels:
        if level not in known:
            raise Rejected("level_unknown", pointer="/levels", level=level, levels=", ".join(known))
    return [
        FigureAnnounced(
            announcement_id=command.announcement_id,
            label=command.label,
            levels=tuple(dict.fromkeys(command.levels)),
            figure=command.figure,
            announced_on=command.announced_on,
            source=command.source,
            announced_by=asked.actor.sub,
        )
    ]


def _is_the_holder(command: DemonstrationCommand, asked: Asked) -> bool:
    """Tell whether who asks is the leader, or of the unit, whose quota it is."""
    return command.holder == (asked.actor.unit if command.whose == "committee" else asked.actor.sub)


def _common(command: DemonstrationCommand, asked: Asked) -> dict[str, Any]:
    holder_id = derived(asked.county, "demonstrations", command.whose, command.holder)
    return {"holder_id": holder_id, "whose": command.whose, "holder": command.holder, "project_id": command.project_id}


DEMONSTRATIONS = Decider(contract=PROJECTS, initial=Demonstrations(), evolve=evolve_demonstrations, decide=decide)
ANNOUNCEMENT = Decider(contract=PROJECTS, initial=Announcement(), evolve=evolve_announcement, decide=announce)
