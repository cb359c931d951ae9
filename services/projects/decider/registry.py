"""The rules of the county's profile and of the register."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import assert_never

from services.projects.commands import AdoptProfile, ExemptMember, RegisterMember, RegisterOrganisation
from services.projects.state.registry import County, Member, MemberEvent, Organisation, evolve_county, evolve_member, evolve_organisation
from shared.contracts.profile import LADDER_STEPS, Profile
from shared.contracts.projects import PROJECTS, CountyProfileAdopted, MemberExempted, MemberRegistered, OrganisationRegistered
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.sealed import Sealed

_WHOLE = 100


def adopt(command: AdoptProfile, county: County, asked: Asked) -> Sequence[CountyProfileAdopted]:
    """The office adopts rules whose levels and items are each named once and whose weights make a hundred."""
    asked.actor.require("office")
    for level in _twice(level.code for level in command.levels):
        raise Rejected("level_twice", pointer="/levels", level=level)
    for given in command.levels:
        for tier in {given.review_by, given.sign_off_by} & set(given.claimed_by):
            raise Rejected("level_signs_its_own", pointer="/levels", level=given.code, tier=tier)
    items = command.score_sheet.items
    for item in _twice(item.item for item in items):
        raise Rejected("item_twice", pointer="/score_sheet/items", item=item)
    total = sum(item.weight for item in items)
    if total != _WHOLE:
        raise Rejected("weights_not_hundred", pointer="/score_sheet/items", sum=total)
    _check_rules(command)
    profile = Profile.model_validate(command.model_dump())
    if profile in county.profiles:
        return []
    if any(known.version == profile.version for known in county.profiles):
        raise Rejected("profile_version_used", pointer="/version", version=profile.version)
    return [CountyProfileAdopted(profile=profile)]


def _check_rules(profile: Profile) -> None:
    """Refuse rules that name a thing twice or contradict themselves."""
    named: dict[str, Sequence[str]] = {
        "/supervision/ladders": [ladder.subject for ladder in profile.supervision.ladders],
        "/supervision/cadence": [cadence.activity for cadence in profile.supervision.cadence],
        "/entry/demonstration": [quota.whose for quota in profile.entry.demonstration],
        "/annual/items": [item.measure for item in profile.annual.items] if profile.annual else [],
    }
    for pointer, names in named.items():
        for name in _twice(names):
            raise Rejected("rule_twice", pointer=pointer, rule=name)
    for ladder in profile.supervision.ladders:
        steps = [LADDER_STEPS.index(rung.step) for rung in ladder.rungs]
        days = [rung.after.days for rung in ladder.rungs]
        if steps != sorted(set(steps)) or days != sorted(days):
            raise Rejected("rungs_out_of_order", pointer="/supervision/ladders", ladder=ladder.subject)
    for quota in profile.entry.demonstration:
        if quota.least > quota.most:
            raise Rejected("quota_impossible", pointer="/entry/demonstration", whose=quota.whose)
    if profile.annual is not None and (total := sum(item.weight for item in profile.annual.items)) != _WHOLE:
        raise Rejected("weights_not_hundred", pointer="/annual/items", sum=total)


def register_organisation(command: RegisterOrganisation, organisation: Organisation, asked: Asked) -> Sequence[OrganisationRegistered]:
    """The office registers an organisation once; the same again changes nothing."""
    asked.actor.require("office")
    event = OrganisationRegistered(code=command.code, name=command.name, kind=command.kind, parent=command.parent, order=command.order)
    if organisation.kind is None:
        return [event]
    if organisation == evolve_organisation(organisation, event):
        return []
    raise Rejected("organisation_already_registered", pointer="/code", organisation=command.code)


def decide_member(command: RegisterMember | ExemptMember, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """Return the facts a command makes of a member."""
    match command:
        case RegisterMember():
            return register_member(command, member, asked)
        case ExemptMember():
            return exempt(command, member, asked)
        case _:
            assert_never(command)


def register_member(command: RegisterMember, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """The office registers anyone, a unit its own members; the name is sealed."""
    asked.actor.require("office", "unit")
    _own_unit_only(asked, command.unit)
    if member.registered:
        if (member.unit, member.branch, member.exemption) == (command.unit, command.branch, command.exemption):
            return []
        raise Rejected("member_already_registered", pointer="/account")
    member_id = derived(asked.county, "member", command.account)
    name = Sealed.of(member_id, command.name)
    return [MemberRegistered(member_id=member_id, name=name, unit=command.unit, branch=command.branch, exemption=command.exemption)]


def exempt(command: ExemptMember, member: Member, asked: Asked) -> Sequence[MemberEvent]:
    """The member's own unit (or the office) exempts, with a reason, or ends an exemption."""
    asked.actor.require("office", "unit")
    if not member.registered:
        raise Rejected("not_found")
    _own_unit_only(asked, member.unit)
    if member.exemption == command.exemption:
        return []
    member_id = derived(asked.county, "member", command.account)
    return [MemberExempted(member_id=member_id, exemption=command.exemption, reason=command.reason)]


def _own_unit_only(asked: Asked, unit: str | None) -> None:
    if not asked.actor.has("office") and asked.actor.unit != unit:
        raise Rejected("not_your_unit")


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


COUNTY = Decider(contract=PROJECTS, initial=County(), evolve=evolve_county, decide=adopt)
ORGANISATION = Decider(contract=PROJECTS, initial=Organisation(), evolve=evolve_organisation, decide=register_organisation)
MEMBER = Decider(contract=PROJECTS, initial=Member(), evolve=evolve_member, decide=decide_member)
