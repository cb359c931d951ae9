"""The registry and the county's profile as their rules see them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from shared.contracts.profile import Profile
from shared.contracts.projects import (
    ContactPointReleased,
    ContactPointTied,
    CountyProfileAdopted,
    DemonstrationDesignated,
    DemonstrationEnded,
    DemonstrationProposed,
    ExemptionProposed,
    ExemptionRefused,
    FigureAnnounced,
    LeaderRegistered,
    MemberExempted,
    MemberMoved,
    MemberRegistered,
    OrganisationDissolved,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationReordered,
)
from shared.contracts.values import Exemption

OrganisationEvent = OrganisationRegistered | OrganisationRenamed | OrganisationReordered | OrganisationDissolved
MemberEvent = MemberRegistered | MemberExempted | ExemptionProposed | ExemptionRefused | MemberMoved
LeaderEvent = LeaderRegistered | ContactPointTied | ContactPointReleased
DemonstrationEvent = DemonstrationProposed | DemonstrationDesignated | DemonstrationEnded


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
    """An organisation on the register: as it was registered, what it is called now and since when, and whether it still is."""

    registered: OrganisationRegistered | None = None
    name: str = ""
    name_from: date | None = None
    order: int = 0
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An exemption that a branch put forward."""

    exemption: Exemption
    proposed_by: str


@dataclass(frozen=True, slots=True)
class Member:
    """A Party member on the register."""

    registered: bool = False
    unit: str | None = None
    branch: str | None = None
    exemption: Exemption | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader on the register, the contact points they are tied to, each with its first day, and the last days of earlier ties."""

    registered: bool = False
    unit: str | None = None
    post: str = ""
    order: int = 0
    ties: tuple[tuple[str, date], ...] = ()
    ended: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Demonstrations:
    """What stands on a committee's or leader's quota."""

    proposed: frozenset[UUID] = frozenset()
    designated: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Announcement:
    """Whether a figure was announced."""

    made: bool = False


def evolve_county(county: County, event: CountyProfileAdopted) -> County:
    """Return the county after a fact."""
    return County((*county.profiles, event.profile))


def evolve_organisation(organisation: Organisation, event: OrganisationEvent) -> Organisation:
    """Return the organisation after a fact."""
    match event:
        case OrganisationRegistered():
            return Organisation(event, event.name, event.valid_from, event.order)
        case OrganisationRenamed():
            return replace(organisation, name=event.name, name_from=event.valid_from)
        case OrganisationReordered():
            return replace(organisation, order=event.order)
        case OrganisationDissolved():
            return replace(organisation, valid_to=event.valid_to)
        case _:
            assert_never(event)


def evolve_member(member: Member, event: MemberEvent) -> Member:
    """Return the member after a fact."""
    match event:
        case MemberRegistered():
            return Member(registered=True, unit=event.unit, branch=event.branch, exemption=event.exemption)
        case MemberExempted():
            return replace(member, exemption=event.exemption, proposal=None)
        case ExemptionProposed():
            return replace(member, proposal=Proposal(event.exemption, event.proposed_by))
        case ExemptionRefused():
            return replace(member, proposal=None)
        case MemberMoved():
            return replace(member, unit=event.unit, branch=event.branch, proposal=None)
        case _:
            assert_never(event)


def evolve_leader(leader: Leader, event: LeaderEvent) -> Leader:
    """Return the leader after a fact."""
    match event:
        case LeaderRegistered():
            return Leader(registered=True, unit=event.unit, post=event.post, order=event.order)
        case ContactPointTied():
            return replace(leader, ties=(*leader.ties, (event.organisation, event.tied_from)))
        case ContactPointReleased():
            ties, ended = (tuple(at for at in known if at[0] != event.organisation) for known in (leader.ties, leader.ended))
            return replace(leader, ties=ties, ended=(*ended, (event.organisation, event.until)))
        case _:
            assert_never(event)


def evolve_demonstrations(held: Demonstrations, event: DemonstrationEvent) -> Demonstrations:
    """Return a quota after a fact."""
    one = frozenset((event.project_id,))
    match event:
        case DemonstrationProposed():
            return Demonstrations(held.proposed | one, held.designated)
        case DemonstrationDesignated():
            return Demonstrations(held.proposed - one, held.designated | one)
        case DemonstrationEnded():
            return Demonstrations(held.proposed - one, held.designated - one)
        case _:
            assert_never(event)


def evolve_announcement(_announcement: Announcement, _event: FigureAnnounced) -> Announcement:
    """Return the announcement after a fact."""
    return Announcement(made=True)
