"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.projects.commands import (
    AdoptProfile,
    AttachEvidence,
    Claimant,
    ClaimProject,
    DeclareCompletion,
    ExemptMember,
    ProposeProject,
    PublishPledge,
    RegisterMember,
    RegisterOrganisation,
    ReopenProject,
    ReportProgress,
    ReviewProject,
    SignOffProject,
)
from services.projects.decider import COUNTY, MEMBER, ORGANISATION, PROJECT
from services.projects.queries import KNOWN_NEED
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Command
from shared.kernel.workdays import business_day

_PROFILE = "profile-county"
_WAIT_SECONDS = 0.5


async def of_a_known_unit(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - any command that names a unit, and a branch perhaps
    """Refuse units and branches that are not on the register."""
    for field in ("unit", "branch"):
        code = getattr(command, field)
        if code is not None and (await facts.state(ORGANISATION, f"organisation-{code}"))[1] == 0:
            raise Rejected("unit_not_registered", pointer=f"/{field}", unit=code)
    return command


async def under_the_profile(facts: Facts, command: ProposeProject) -> ProposeProject:
    """Look up the county's profile in force, the unit, and the needs."""
    county, _ = await facts.state(COUNTY, _PROFILE)
    await of_a_known_unit(facts, command)
    for need_id in command.need_ids:
        if await facts.find(KNOWN_NEED, need_id, seconds=_WAIT_SECONDS) is None:
            raise Rejected("need_not_known", pointer="/need_ids", need=need_id)
    return command.model_copy(update={"profile": county.in_force(business_day(facts.asked.at))})


async def with_the_register(facts: Facts, command: ClaimProject) -> ClaimProject:
    """Look up what the register says of a member who claims."""
    if not facts.asked.actor.has("member"):
        return command
    member, _ = await facts.state(MEMBER, _member(facts.asked.county, facts.asked.actor.sub))
    known = Claimant(registered=member.registered, unit=member.unit, branch=member.branch, exempt=member.exemption is not None)
    return command.model_copy(update={"member": known})


def _member(county: str, account: str) -> str:
    return f"member-{derived(county, 'member', account)}"


def _project(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a project
    return f"project-{command.project_id}"


project = CommandHandler(PROJECT, stream=_project)
member = CommandHandler(MEMBER, stream=lambda command, county: _member(county, command.account))

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    AdoptProfile: CommandHandler(COUNTY, stream=lambda _command, _county: _PROFILE),
    RegisterOrganisation: CommandHandler(ORGANISATION, stream=lambda command, _county: f"organisation-{command.code}"),
    RegisterMember: CommandHandler(MEMBER, stream=member.stream, prepare=of_a_known_unit),
    ExemptMember: member,
    ProposeProject: CommandHandler(PROJECT, stream=_project, prepare=under_the_profile, opens=True),
    ReviewProject: project,
    ClaimProject: CommandHandler(PROJECT, stream=_project, prepare=with_the_register),
    PublishPledge: project,
    ReportProgress: project,
    DeclareCompletion: project,
    ReopenProject: project,
    SignOffProject: project,
    AttachEvidence: project,
}
TIMED: Sequence[type[Command]] = ()
