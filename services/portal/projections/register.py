"""The register as the portal needs it: the county's rules, organisations by their names, who must claim and has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.projects import (
    ClaimGivenBack,
    ClaimTransferred,
    CountyProfileAdopted,
    MemberExempted,
    MemberMoved,
    MemberRegistered,
    OrganisationDissolved,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationReordered,
    ProjectClaimed,
    ProjectMerged,
    ProjectWithdrawn,
    SpotCheckFailed,
    TeamJoined,
    TeamLeft,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Key, Projection


@dataclass(slots=True)
class ProfileRow:
    """A version of the county's own rules."""

    version_code: str
    position: int | None = None
    effective_from: date | None = None
    profile: dict[str, Any] | None = None


COUNTY_PROFILE = Projection("county_profile", row=ProfileRow, key="version_code")


@COUNTY_PROFILE.on(CountyProfileAdopted, keys=lambda event: [(event.profile.version,)])
def _adopted(row: ProfileRow, event: CountyProfileAdopted, meta: Meta) -> None:
    row.position, row.effective_from = meta.position, event.profile.effective_from
    row.profile = event.profile.model_dump(mode="json")


@dataclass(slots=True)
class Unit:
    """An organisation by its code."""

    code: str
    name: str | None = None
    kind: str | None = None
    parent: str | None = None
    official_order: int = 0
    dissolved: bool = False


UNITS = Projection("units", row=Unit, key="code")


@UNITS.on(OrganisationRegistered)
def _registered(row: Unit, event: OrganisationRegistered, _meta: Meta) -> None:
    row.name, row.kind, row.parent, row.official_order = event.name, event.kind, event.parent, event.order


@UNITS.on(OrganisationRenamed)
def _renamed(row: Unit, event: OrganisationRenamed, _meta: Meta) -> None:
    row.name = event.name


@UNITS.on(OrganisationReordered)
def _reordered(row: Unit, event: OrganisationReordered, _meta: Meta) -> None:
    row.official_order = event.order


@UNITS.on(OrganisationDissolved)
def _dissolved(row: Unit, _event: OrganisationDissolved, _meta: Meta) -> None:
    row.dissolved = True


@dataclass(slots=True)
class MemberCard:
    """A member by number alone: where they belong, whether they need not claim, how many claims they hold."""

    member_id: UUID
    unit: str | None = None
    branch: str | None = None
    exemption: str | None = None
    claims: int = 0


MEMBER_CARDS = Projection("member_cards", row=MemberCard, key="member_id")
Freeing = ClaimGivenBack | ProjectWithdrawn | ProjectMerged | SpotCheckFailed


def _freed(event: Freeing) -> Iterable[Key]:
    return [(member_id,) for member_id in event.freed]


@MEMBER_CARDS.on(MemberRegistered)
def _member(row: MemberCard, event: MemberRegistered, _meta: Meta) -> None:
    row.unit, row.branch, row.exemption = event.unit, event.branch, event.exemption


@MEMBER_CARDS.on(MemberExempted)
def _exempted(row: MemberCard, event: MemberExempted, _meta: Meta) -> None:
    row.exemption = event.exemption


@MEMBER_CARDS.on(MemberMoved)
def _moved(row: MemberCard, event: MemberMoved, _meta: Meta) -> None:
    row.unit, row.branch = event.unit, event.branch


@MEMBER_CARDS.on(ProjectClaimed, keys=lambda event: [(event.member_id,)] if event.member_id is not None else [])
def _claimed(row: MemberCard, _event: ProjectClaimed, _meta: Meta) -> None:
    row.claims += 1


@MEMBER_CARDS.on(TeamJoined)
def _joined(row: MemberCard, _event: TeamJoined, _meta: Meta) -> None:
    row.claims += 1


@MEMBER_CARDS.on(TeamLeft)
def _left(row: MemberCard, _event: TeamLeft, _meta: Meta) -> None:
    row.claims -= 1


@MEMBER_CARDS.on(ClaimTransferred, keys=lambda event: [(member_id,) for member_id in {event.member_id, *event.freed} if member_id])
def _transferred(row: MemberCard, event: ClaimTransferred, _meta: Meta) -> None:
    row.claims += (row.member_id == event.member_id) - (row.member_id in event.freed)


def _free(row: MemberCard, _event: Freeing, _meta: Meta) -> None:
    row.claims -= 1


MEMBER_CARDS.on(ClaimGivenBack, keys=_freed)(_free)
MEMBER_CARDS.on(ProjectWithdrawn, keys=_freed)(_free)
MEMBER_CARDS.on(ProjectMerged, keys=_freed)(_free)
MEMBER_CARDS.on(SpotCheckFailed, keys=_freed)(_free)
