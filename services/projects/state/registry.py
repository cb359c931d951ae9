"""The registry and the county's profile as their rules see them."""

from dataclasses import dataclass, replace
from typing import assert_never

from shared.contracts.projects import CountyProfileAdopted, MemberExempted, MemberRegistered, OrganisationRegistered
from shared.contracts.values import Exemption, OrganisationKind, Profile

MemberEvent = MemberRegistered | MemberExempted


@dataclass(frozen=True, slots=True)
class County:
    """A county's rules in force, if any were adopted."""

    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation on the register."""

    code: str = ""
    name: str = ""
    kind: OrganisationKind | None = None
    parent: str | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A Party member on the register."""

    registered: bool = False
    unit: str | None = None
    branch: str | None = None
    exemption: Exemption | None = None


def evolve_county(_county: County, event: CountyProfileAdopted) -> County:
    """Return the county after a fact."""
    return County(event.profile)


def evolve_organisation(_organisation: Organisation, event: OrganisationRegistered) -> Organisation:
    """Return the organisation after a fact."""
    return Organisation(event.code, event.name, event.kind, event.parent, event.order)


def evolve_member(member: Member, event: MemberEvent) -> Member:
    """Return the member after a fact."""
    match event:
        case MemberRegistered():
            return Member(registered=True, unit=event.unit, branch=event.branch, exemption=event.exemption)
        case MemberExempted():
            return replace(member, exemption=event.exemption)
        case _:
            assert_never(event)
