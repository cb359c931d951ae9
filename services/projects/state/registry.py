"""The registry and the county's profile as their rules see them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from shared.contracts.profile import Profile
from shared.contracts.projects import CountyProfileAdopted, MemberExempted, MemberRegistered, OrganisationRegistered
from shared.contracts.values import Exemption, OrganisationKind

MemberEvent = MemberRegistered | MemberExempted


@dataclass(frozen=True, slots=True)
class County:
    """The rules a county has adopted, oldest first."""

    profiles: tuple[Profile, ...] = ()

    def in_force(self, day: date) -> Profile | None:
        """Return the rules in force on a day: of those that have taken effect the latest, before any has the first to come."""
        effective = [profile for profile in self.profiles if profile.effective_from <= day]
        if effective:
            return max(reversed(effective), key=lambda profile: profile.effective_from)
        return min(self.profiles, key=lambda profile: profile.effective_from, default=None)


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


def evolve_county(county: County, event: CountyProfileAdopted) -> County:
    """Return the county after a fact."""
    return County((*county.profiles, event.profile))


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
