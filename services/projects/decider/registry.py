"""The rules of the register: organisations and members."""

from collections.abc import Sequence
from typing import assert_never
from uuid import UUID

from services.projects.commands import (
    ApproveExemption,
    DissolveOrganisation,
    ExemptMember,
    MoveMember,
    OfMember,
    ProposeExemption,
    RefuseExemption,
    RegisterMember,
    RegisterOrganisation,
    RenameOrganisation,
    ReorderOrganisation,
)
from services.projects.state.registry import (
    Member,
    MemberEvent,
    Organisation,
    OrganisationEvent,
    Proposal,
    evolve_member,
    evolve_organisation,
)
from shared.contracts.projects import (
    PROJECTS,
    ExemptionProposed,
    ExemptionRefused,
    MemberExempted,
    MemberMoved,
    MemberRegistered,
    OrganisationDissolved,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationReordered,
)
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.sealed import Sealed

OrganisationCommand = RegisterOrganisation | RenameOrganisation | ReorderOrganisation | DissolveOrganisation
MemberCommand = RegisterMember | ExemptMember | ProposeExemption | ApproveExemption | RefuseExemption | MoveMember


def decide_organisation(command: OrganisationCommand, organisation: Organisation, asked: Asked) -> Sequence[OrganisationEvent]:
    """Return the facts a command makes of an organisation."""
    match command:
        case RegisterOrganisation():
            return register_organisation(command, organisation, asked)
        case RenameOrganisation():
            return rename(command, organisation, asked)
        case ReorderOrganisation():
            return reorder(command, organisation, asked)
        case DissolveOrganisation():
            return dissolve(command, organisation, asked)
        case _:
            assert_never(command)


def register_organisation(command: RegisterOrganisation, organisation: Organisation, asked: Asked) -> Sequence[OrganisationEvent]:
    """The office registers an organisation once; the same again changes nothing, whatever it is called by now."""
    asked.actor.require("office")
    event = OrganisationRegistered(**command.model_dump())
    if organisation.registered is None:
        return [event]
    if organisation.registered == event:
        return []
    raise Rejected("organisation_already_registered", pointer="/code", organisation=command.code)


def rename(command: RenameOrganisation, organisation: Organisation, asked: Asked) -> Sequence[OrganisationEvent]:
    """The office gives an organisation another name from a day on, later than the one its present name came with."""
    _in_being(organisation, asked)
    if (organisation.name, organisation.name_from) == (command.name, command.valid_from):
        return []
    if organisation.name_from is not None and command.valid_from <= organisation.name_from:
        raise Rejected("name_not_later", pointer="/valid_from", since=organisation.name_from.isoformat())
    return [OrganisationRenamed(code=command.code, name=command.name, valid_from=command.valid_from)]


def reorder(command: ReorderOrganisation, organisation: Organisation, asked: Asked) -> Sequence[OrganisationEvent]:
    """The office gives an organisation another place in the official order."""
    _in_being(organisation, asked)
    return [] if organisation.order == command.order else [OrganisationReordered(code=command.code, order=command.order)]


def dissolve(command: DissolveOrganisation, organisation: Organisation, asked: Asked) -> Sequence[OrganisationEvent]:
    """The office says after which day an organisation is no more; nothing new goes to it then."""
    if organisation.valid_to == command.valid_to and asked.actor.has("office"):
        return []
    _in_being(organisation, asked)
    if organisation.name_from is not None and command.valid_to < organisation.name_from:
        raise Rejected("name_not_later", pointer="/valid_to", since=organisation.name_from.isoformat())
    return [OrganisationDissolved(code=command.code, valid_to=command.valid_to, reason=command.reason)]


def decide_member(command: MemberCommand, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """Return the facts a command makes of a member."""
    match command:
        case RegisterMember():
            return register_member(command, member, asked)
        case ExemptMember():
            return exempt(command, member, asked)
        case ProposeExemption():
            return propose_exemption(command, member, asked)
        case ApproveExemption():
            return approve_exemption(command, member, asked)
        case RefuseExemption():
            return refuse_exemption(command, member, asked)
        case MoveMember():
            return move(command, member, asked)
        case _:
            assert_never(command)


def register_member(command: RegisterMember, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """The office registers anyone, a unit its own members; the name is sealed. Nobody is exempt from the start by their own word."""
    asked.actor.require("office", "unit")
    _own_unit_only(asked, command.unit)
    if member.registered:
        if (member.unit, member.branch, member.exemption) == (command.unit, command.branch, command.exemption):
            return []
        raise Rejected("member_already_registered", pointer="/account")
    member_id = derived(asked.county, "member", command.account)
    if command.exemption is not None:
        _not_themselves(member_id, asked)
    name = Sealed.of(member_id, command.name)
    return [MemberRegistered(member_id=member_id, name=name, unit=command.unit, branch=command.branch, exemption=command.exemption)]


def exempt(command: ExemptMember, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """The member's own unit (or the office) exempts, with a reason, or ends an exemption. Nobody exempts themselves."""
    _of_own_unit(member, asked)
    if member.exemption == command.exemption:
        return []
    member_id = member_id_of(command, asked.county)
    if command.exemption is not None:
        _not_themselves(member_id, asked)
    return [MemberExempted(member_id=member_id, exemption=command.exemption, reason=command.reason)]


def propose_exemption(command: ProposeExemption, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """A branch puts one of its own members forward; what shows it is sealed under a key of its own, to be destroyed apart."""
    asked.actor.require("branch")
    if not member.registered:
        raise Rejected("not_found")
    if member.unit != asked.actor.unit or asked.actor.branch is None or member.branch != asked.actor.branch:
        raise Rejected("not_your_unit")
    if member.exemption == command.exemption or member.proposal == Proposal(command.exemption, asked.actor.sub):
        return []
    if member.proposal is not None:
        raise Rejected("exemption_already_proposed")
    member_id = member_id_of(command, asked.county)
    return [
        ExemptionProposed(
            member_id=member_id,
            exemption=command.exemption,
            evidence=Sealed.of(derived(asked.county, "exemption", str(member_id), str(asked.command_id)), command.evidence),
            unit=member.unit or "",
            branch=member.branch,
            proposed_by=asked.actor.sub,
        )
    ]


def approve_exemption(command: ApproveExemption, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """The member's unit finds what its branch proposed right: the member need not claim.

    Nobody approves what they proposed, or what was proposed for them.
    """
    proposal = _proposed(member, asked)
    member_id = member_id_of(command, asked.county)
    _not_themselves(member_id, asked)
    if proposal.proposed_by == asked.actor.sub:
        raise Rejected("own_item")
    return [
        MemberExempted(
            member_id=member_id,
            exemption=proposal.exemption,
            reason=command.reason,
            proposed_by=proposal.proposed_by,
            approved_by=asked.actor.sub,
        )
    ]


def refuse_exemption(command: RefuseExemption, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """The member's unit finds what its branch proposed not right."""
    proposal = _proposed(member, asked)
    member_id = member_id_of(command, asked.county)
    return [ExemptionRefused(member_id=member_id, exemption=proposal.exemption, reason=command.reason, refused_by=asked.actor.sub)]


def move(command: MoveMember, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """A unit moves its members between its branches, the office between units; claims stay where they are."""
    _of_own_unit(member, asked)
    _own_unit_only(asked, command.unit)
    if (member.unit, member.branch) == (command.unit, command.branch):
        return []
    return [
        MemberMoved(
            member_id=member_id_of(command, asked.county),
            unit=command.unit,
            branch=command.branch,
            reason=command.reason,
            moved_by=asked.actor.sub,
        )
    ]


def _in_being(organisation: Organisation, asked: Asked) -> None:
    asked.actor.require("office")
    if organisation.registered is None:
        raise Rejected("not_found")
    if organisation.valid_to is not None:
        raise Rejected("organisation_dissolved", day=organisation.valid_to.isoformat())


def _own_unit_only(asked: Asked, unit: str | None) -> None:
    if not asked.actor.has("office") and asked.actor.unit != unit:
        raise Rejected("not_your_unit")


def _of_own_unit(member: Member, asked: Asked) -> None:
    asked.actor.require("office", "unit")
    if not member.registered:
        raise Rejected("not_found")
    _own_unit_only(asked, member.unit)


def member_id_of(command: OfMember, county: str) -> UUID:
    """Return the id of the member a command is about: the one it gives, or the one that follows from the account."""
    if command.member_id is not None and command.account is None:
        return command.member_id
    if command.account is not None and command.member_id is None:
        return derived(county, "member", command.account)
    raise Rejected("member_needed", pointer="/account")


def _not_themselves(member_id: UUID, asked: Asked) -> None:
    if member_id == derived(asked.county, "member", asked.actor.sub):
        raise Rejected("own_item")


def _proposed(member: Member, asked: Asked) -> Proposal:
    asked.actor.require("unit")
    if not member.registered:
        raise Rejected("not_found")
    if asked.actor.unit != member.unit:
        raise Rejected("not_your_unit")
    if member.proposal is None:
        raise Rejected("exemption_not_proposed")
    return member.proposal


ORGANISATION = Decider(contract=PROJECTS, initial=Organisation(), evolve=evolve_organisation, decide=decide_organisation)
MEMBER = Decider(contract=PROJECTS, initial=Member(), evolve=evolve_member, decide=decide_member)
