"""What may be asked of the registry: the county's rules, organisations, members, leaders, demonstration quotas, announced figures."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.profile import Profile
from shared.contracts.values import Exemption, OrganisationKind
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Name, Remark, Title, UnitCode


class AdoptProfile(Profile, Command):
    """Set the county's own rules from a date on; the same rules again change nothing."""


Order = Annotated[int, Field(ge=0, lt=1_000_000)]
"""A place in the official order (排序号); the same place twice is told apart by who was registered first."""


class RegisterOrganisation(Command):
    """Put an organisation on the register, at its place in the official order."""

    code: UnitCode
    name: Title
    kind: OrganisationKind
    parent: UnitCode | None = None
    order: Order = 0
    valid_from: date | None = None


class RenameOrganisation(Command):
    """Give an organisation another name from a day on; its code stays."""

    code: UnitCode
    name: Title
    valid_from: date


class ReorderOrganisation(Command):
    """Give an organisation another place in the official order."""

    code: UnitCode
    order: Order


class DissolveOrganisation(Command):
    """Say after which day an organisation is no more."""

    code: UnitCode
    valid_to: date
    reason: Remark


class RegisterMember(Command):
    """Put a Party member (by the account they sign in with) on the register of a unit and branch."""

    account: Account
    name: Name
    unit: UnitCode
    branch: UnitCode | None = None
    exemption: Exemption | None = None


class OfMember(Command):
    """Something asked of a member, named by account or by the id lists show: by one of them."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["account"]}, {"required": ["member_id"]}]})

    account: Account | None = None
    member_id: UUID | None = None


class ExemptMember(OfMember):
    """Exempt a member from claiming, or (exemption null) end that."""

    exemption: Exemption | None
    reason: Remark


class ProposeExemption(OfMember):
    """Put a member forward for exemption, with what shows it; the member's unit decides."""

    exemption: Exemption
    evidence: Remark


class ApproveExemption(OfMember):
    """Find a proposed exemption right."""

    reason: Remark


class RefuseExemption(OfMember):
    """Find a proposed exemption not right: the member must claim."""

    reason: Remark


class MoveMember(OfMember):
    """Put a member on the register of another unit or branch."""

    unit: UnitCode
    branch: UnitCode | None = None
    reason: Remark


class RegisterLeader(Command):
    """Put a county leader, or a leader of a unit, on the register, at their place in the official order."""

    account: Account
    name: Name
    post: Title
    unit: UnitCode | None = None
    order: Order = 0


class Place(BaseModel):
    """What the register says of a leader's contact point."""

    model_config = ConfigDict(frozen=True)

    kind: OrganisationKind
    parent: str | None


class TieContactPoint(Command):
    """Tie a leader to a unit or branch (联点) from a day on."""

    account: Account
    organisation: UnitCode
    tied_from: date
    place: Annotated[Place | None, FromPlatform] = None


class ReleaseContactPoint(Command):
    """Say after which day a leader is tied to a unit or branch no longer."""

    account: Account
    organisation: UnitCode
    until: date
    reason: Remark


class AnnounceFigure(Command):
    """Record a figure that was announced for lists of the register as of a day, so that the register can be held against it."""

    announcement_id: Annotated[UUID, FromPlatform]
    label: Title
    levels: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=50)]
    figure: Annotated[int, Field(ge=0, lt=1_000_000_000)]
    announced_on: date
    source: Remark
    profile: Annotated[Profile | None, FromPlatform] = None


Whose = Literal["committee", "leader"]


class Shown(BaseModel):
    """What the projects list says of a project that is to be shown to others."""

    model_config = ConfigDict(frozen=True)

    unit: str
    claimant: str
    role: str


class ProposeDemonstration(Command):
    """Put a claimed project forward as a demonstration project of a committee (by its unit's code) or a leader (by account)."""

    whose: Whose
    holder: Account
    project_id: UUID
    reason: Remark
    project: Annotated[Shown | None, FromPlatform] = None


class DesignateDemonstration(Command):
    """Make a proposed project a demonstration project, within the holder's quota."""

    whose: Whose
    holder: Account
    project_id: UUID
    profile: Annotated[Profile | None, FromPlatform] = None


class EndDemonstration(Command):
    """Say why a project is no demonstration project any more, or will not be one."""

    whose: Whose
    holder: Account
    project_id: UUID
    reason: Remark
