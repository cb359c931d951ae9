"""Events of the registry: the county's rules, organisations, members, leaders and their contact points."""

from datetime import date
from typing import Literal
from uuid import UUID

from shared.contracts.profile import Profile
from shared.contracts.values import Exemption, OrganisationKind
from shared.kernel.events import Event
from shared.kernel.sealed import Sealed


class CountyProfileAdopted(Event):
    """A county's own rules, from a date on."""

    profile: Profile


class OrganisationRegistered(Event):
    """A county office, town, department or branch is on the register, at its place in the official order."""

    code: str
    name: str
    kind: OrganisationKind
    parent: str | None
    order: int
    valid_from: date | None = None
    """From when it bears this name; null: always, as far as the register goes back."""


class MemberRegistered(Event):
    """A Party member is on the register of a unit and branch."""

    member_id: UUID
    name: Sealed
    unit: str
    branch: str | None
    exemption: Exemption | None


class MemberExempted(Event):
    """A member need not claim, or (None) must again."""

    member_id: UUID
    exemption: Exemption | None
    reason: str
    proposed_by: str | None = None
    approved_by: str | None = None


class OrganisationRenamed(Event):
    """An organisation bears another name from a day on; its code stays, and what it was called before is kept."""

    code: str
    name: str
    valid_from: date


class OrganisationReordered(Event):
    """An organisation has another place in the official order (排序号)."""

    code: str
    order: int


class OrganisationDissolved(Event):
    """An organisation is no more after a day; what it did keeps its code."""

    code: str
    valid_to: date
    reason: str


class ExemptionProposed(Event):
    """A branch finds that a member need not claim; what shows it is sealed, under a key apart from the name's."""

    member_id: UUID
    exemption: Exemption
    evidence: Sealed
    unit: str
    branch: str | None
    proposed_by: str


class ExemptionRefused(Event):
    """The unit did not find a proposed exemption right: the member must claim."""

    member_id: UUID
    exemption: Exemption
    reason: str
    refused_by: str


class MemberMoved(Event):
    """A member belongs to another unit or branch from now on; claims stay where they are."""

    member_id: UUID
    unit: str
    branch: str | None
    reason: str
    moved_by: str


class LeaderRegistered(Event):
    """A county leader, or a unit's leader (then with the unit), is on the register, at their place in the official order."""

    leader_id: UUID
    account: str
    name: Sealed
    post: str
    unit: str | None
    order: int


class ContactPointTied(Event):
    """A leader is tied to a unit or branch (联点) from a day on: to go there and guide."""

    leader_id: UUID
    account: str
    organisation: str
    tied_from: date
    tied_by: str


class ContactPointReleased(Event):
    """A leader is tied to a unit or branch no longer after a day."""

    leader_id: UUID
    account: str
    organisation: str
    until: date
    reason: str
    released_by: str


class FigureAnnounced(Event):
    """A figure was announced for lists of the register (台账) as of a day; the register says what it makes of it."""

    announcement_id: UUID
    label: str
    levels: tuple[str, ...]
    figure: int
    announced_on: date
    source: str
    announced_by: str


class DemonstrationProposed(Event):
    """A project was put forward to be shown to others (示范项目), on a committee's or a leader's quota."""

    holder_id: UUID
    whose: Literal["committee", "leader"]
    holder: str
    project_id: UUID
    reason: str
    proposed_by: str


class DemonstrationDesignated(Event):
    """A project is a demonstration project; least and most are the quota of the rules in force."""

    holder_id: UUID
    whose: Literal["committee", "leader"]
    holder: str
    project_id: UUID
    least: int | None
    most: int | None
    profile_version: str
    designated_by: str


class DemonstrationEnded(Event):
    """A project is no demonstration project any more, or will not be one."""

    holder_id: UUID
    whose: Literal["committee", "leader"]
    holder: str
    project_id: UUID
    reason: str
    ended_by: str
