"""Which decider takes which command, on which stream."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from services.projects.commands import (
    AdoptProfile,
    AmendPledge,
    AnnounceFigure,
    ApproveExemption,
    ApproveExtension,
    AskExtension,
    AttachEvidence,
    Claimant,
    ClaimProject,
    DeclareCompletion,
    DesignateDemonstration,
    DissolveOrganisation,
    DrawSpotCheck,
    EndDemonstration,
    ExemptMember,
    GiveClaimBack,
    JoinProject,
    JudgeDrawnProject,
    LeaveProject,
    MendProject,
    MergeProject,
    MergeTarget,
    MoveMember,
    Place,
    ProposeDemonstration,
    ProposeExemption,
    ProposeProject,
    PublishPledge,
    ReachMilestone,
    RedoProject,
    RefuseExemption,
    RefuseExtension,
    RegisterLeader,
    RegisterMember,
    RegisterOrganisation,
    ReleaseContactPoint,
    RenameOrganisation,
    ReopenProject,
    ReorderOrganisation,
    ReportProgress,
    ResumeProject,
    ReviewProject,
    RevisePlan,
    SetMilestones,
    Shown,
    SignOffProject,
    Successor,
    SuspendProject,
    TakeInMergedProject,
    TieContactPoint,
    TransferClaim,
    WithdrawProject,
)
from services.projects.decider import ANNOUNCEMENT, COUNTY, DEMONSTRATIONS, LEADER, MEMBER, ORGANISATION, PROJECT, SPOT_CHECK
from services.projects.decider.registry import member_id_of
from services.projects.queries import KNOWN_NEED, SPOT_CHECK_CANDIDATES
from services.projects.state.project import Project, Status
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Command
from shared.kernel.workdays import business_day

_PROFILE = "profile-county"
_WAIT_SECONDS = 0.5
_SEED_BYTES = 16
_MERGEABLE = (Status.PROPOSED, Status.APPROVED, Status.CLAIMED)


async def of_a_known_unit(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - any command that names a unit, and a branch perhaps
    """Refuse units and branches that are not on the register, or no more."""
    for field in ("unit", "branch"):
        code = getattr(command, field, None)
        if code is None:
            continue
        organisation, version = await facts.state(ORGANISATION, f"organisation-{code}")
        if version == 0:
            raise Rejected("unit_not_registered", pointer=f"/{field}", unit=code)
        if organisation.valid_to is not None and organisation.valid_to < business_day(facts.asked.at):
            raise Rejected("organisation_dissolved", pointer=f"/{field}", day=organisation.valid_to.isoformat())
    return command


async def to_a_branch_of_the_unit(facts: Facts, command: MoveMember) -> MoveMember:
    """Refuse units and branches that are not on the register, and branches of other units."""
    await of_a_known_unit(facts, command)
    if command.branch is not None:
        branch, _ = await facts.state(ORGANISATION, f"organisation-{command.branch}")
        if branch.registered is None or branch.registered.parent != command.unit:
            raise Rejected("branch_of_another_unit", pointer="/branch")
    return command


async def of_known_needs(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - any command that names needs
    """Refuse needs that intake has not told of."""
    for need_id in command.need_ids:
        if await facts.find(KNOWN_NEED, need_id, seconds=_WAIT_SECONDS) is None:
            raise Rejected("need_not_known", pointer="/need_ids", need=need_id)
    return command


async def by_the_rules_in_force(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - any command that the county's rules decide
    """Look up the county's profile in force."""
    county, _ = await facts.state(COUNTY, _PROFILE)
    return command.model_copy(update={"profile": county.in_force(business_day(facts.asked.at))})


async def under_the_profile(facts: Facts, command: ProposeProject) -> ProposeProject:
    """Look up the county's profile in force, the unit, and the needs."""
    proposal: ProposeProject = await by_the_rules_in_force(facts, await of_a_known_unit(facts, command))
    await of_known_needs(facts, command)
    return proposal


async def from_the_candidates(facts: Facts, command: DrawSpotCheck) -> DrawSpotCheck:
    """Look up what units reviewed themselves and nobody drew yet, and a seed that nobody chose."""
    check: DrawSpotCheck = await by_the_rules_in_force(facts, await of_a_known_unit(facts, command))
    row = await facts.search(SPOT_CHECK_CANDIDATES, command.unit)
    candidates = tuple(row["project_ids"] or ()) if row is not None else ()
    return check.model_copy(update={"seed": secrets.token_hex(_SEED_BYTES), "candidates": candidates})


async def whether_drawn(facts: Facts, command: JudgeDrawnProject) -> JudgeDrawnProject:
    """Look up whether the project is of the spot check."""
    spot_check, _ = await facts.state(SPOT_CHECK, f"spotcheck-{command.spot_check_id}")
    return command.model_copy(update={"drawn": command.project_id in spot_check.drawn})


async def with_the_register(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - a claim, or joining one
    """Look up what the register says of a member who claims."""
    if not facts.asked.actor.has("member"):
        return command
    member, _ = await facts.state(MEMBER, _member(facts.asked.county, facts.asked.actor.sub))
    known = Claimant(registered=member.registered, unit=member.unit, branch=member.branch, exempt=member.exemption is not None)
    return command.model_copy(update={"member": known})


async def with_the_successor(facts: Facts, command: TransferClaim) -> TransferClaim:
    """Look up what the register says of who is to take a claim over, in the claimant's role."""
    project = await _project_of(facts, command)
    county, to = facts.asked.county, command.to
    successor: Successor | None = None
    match project.claim.role:
        case "member":
            member, _ = await facts.state(MEMBER, _member(county, to))
            successor = Successor(
                registered=member.registered,
                unit=member.unit,
                branch=member.branch,
                exempt=member.exemption is not None,
                member_id=derived(county, "member", to),
            )
        case "branch":
            branch, _ = await facts.state(ORGANISATION, f"organisation-{to}")
            if branch.registered is not None:
                successor = Successor(registered=branch.registered.kind == "branch", unit=branch.registered.parent, branch=to)
        case "leader":
            leader, _ = await facts.state(LEADER, _leader(county, to))
            successor = Successor(registered=leader.registered)
        case _:
            pass  # a unit's project is that unit's: nobody succeeds it
    return command.model_copy(update={"successor": successor})


async def with_the_target(facts: Facts, command: MergeProject) -> MergeProject:
    """Look up the project that is to take another in."""
    target, version = await facts.state(PROJECT, f"project-{command.into}")
    known = MergeTarget(unit=target.unit, open=target.status in _MERGEABLE) if version else None
    return command.model_copy(update={"target": known})


async def with_the_place(facts: Facts, command: TieContactPoint) -> TieContactPoint:
    """Look up the unit or branch that is to be a contact point."""
    place, _ = await facts.state(ORGANISATION, f"organisation-{command.organisation}")
    known = None if place.registered is None else Place(kind=place.registered.kind, parent=place.registered.parent)
    return command.model_copy(update={"place": known})


async def with_the_project(facts: Facts, command: ProposeDemonstration) -> ProposeDemonstration:
    """Look up whose the project is."""
    project = await _project_of(facts, command)
    shown = None if project.claimant is None else Shown(unit=project.unit, claimant=project.claimant, role=project.claim.role)
    return command.model_copy(update={"project": shown})


async def _project_of(facts: Facts, command: Any) -> Project:  # noqa: ANN401 - any command that names a project
    project, _ = await facts.state(PROJECT, f"project-{command.project_id}")
    return project


def _member(county: str, account: str) -> str:
    return f"member-{derived(county, 'member', account)}"


def _leader(county: str, account: str) -> str:
    return f"leader-{derived(county, 'leader', account)}"


def _project(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a project
    return f"project-{command.project_id}"


def _organisation(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on an organisation
    return f"organisation-{command.code}"


def _quota(command: Any, county: str) -> str:  # noqa: ANN401 - any command on a demonstration project
    return f"demonstrations-{derived(county, 'demonstrations', command.whose, command.holder)}"


project = CommandHandler(PROJECT, stream=_project)
organisation = CommandHandler(ORGANISATION, stream=_organisation)
member = CommandHandler(MEMBER, stream=lambda command, county: f"member-{member_id_of(command, county)}")
leader = CommandHandler(LEADER, stream=lambda command, county: _leader(county, command.account))

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    AdoptProfile: CommandHandler(COUNTY, stream=lambda _command, _county: _PROFILE),
    RegisterOrganisation: organisation,
    RenameOrganisation: organisation,
    ReorderOrganisation: organisation,
    DissolveOrganisation: organisation,
    RegisterMember: CommandHandler(MEMBER, stream=lambda command, county: _member(county, command.account), prepare=of_a_known_unit),
    ExemptMember: member,
    ProposeExemption: member,
    ApproveExemption: member,
    RefuseExemption: member,
    MoveMember: CommandHandler(MEMBER, stream=member.stream, prepare=to_a_branch_of_the_unit),
    RegisterLeader: CommandHandler(LEADER, stream=leader.stream, prepare=of_a_known_unit),
    TieContactPoint: CommandHandler(LEADER, stream=leader.stream, prepare=with_the_place),
    ReleaseContactPoint: leader,
    AnnounceFigure: CommandHandler(
        ANNOUNCEMENT, stream=lambda command, _county: f"announcement-{command.announcement_id}", prepare=by_the_rules_in_force, opens=True
    ),
    ProposeDemonstration: CommandHandler(DEMONSTRATIONS, stream=_quota, prepare=with_the_project),
    DesignateDemonstration: CommandHandler(DEMONSTRATIONS, stream=_quota, prepare=by_the_rules_in_force),
    EndDemonstration: CommandHandler(DEMONSTRATIONS, stream=_quota),
    ProposeProject: CommandHandler(PROJECT, stream=_project, prepare=under_the_profile, opens=True),
    MendProject: CommandHandler(PROJECT, stream=_project, prepare=of_known_needs),
    ReviewProject: project,
    DrawSpotCheck: CommandHandler(
        SPOT_CHECK, stream=lambda command, _county: f"spotcheck-{command.spot_check_id}", prepare=from_the_candidates, opens=True
    ),
    JudgeDrawnProject: CommandHandler(PROJECT, stream=_project, prepare=whether_drawn),
    ClaimProject: CommandHandler(PROJECT, stream=_project, prepare=with_the_register),
    GiveClaimBack: project,
    TransferClaim: CommandHandler(PROJECT, stream=_project, prepare=with_the_successor),
    JoinProject: CommandHandler(PROJECT, stream=_project, prepare=with_the_register),
    LeaveProject: project,
    PublishPledge: project,
    AmendPledge: project,
    AskExtension: project,
    ApproveExtension: project,
    RefuseExtension: project,
    SuspendProject: project,
    ResumeProject: project,
    SetMilestones: project,
    ReachMilestone: project,
    ReportProgress: project,
    RevisePlan: project,
    DeclareCompletion: project,
    ReopenProject: project,
    RedoProject: project,
    SignOffProject: project,
    AttachEvidence: project,
    WithdrawProject: project,
    MergeProject: CommandHandler(PROJECT, stream=_project, prepare=with_the_target),
    TakeInMergedProject: project,
}
TIMED: Sequence[type[Command]] = ()
