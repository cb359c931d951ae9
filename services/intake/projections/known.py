"""What intake knows of others: units to route to, members who claim wishes, the county's rules, how far projects are."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.projects import (
    ClaimGivenBack,
    CompletionDeclared,
    CountyProfileAdopted,
    ExtensionApproved,
    MemberExempted,
    MemberRegistered,
    OrganisationRegistered,
    PledgeAmended,
    PledgePublished,
    ProjectClaimed,
    ProjectProposed,
    ProjectReopened,
    ProjectResumed,
    ProjectSignedOff,
    ProjectWithdrawn,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class UnitRow:
    """An organisation of the county's register, as projects tells it."""

    code: str
    name: str | None = None
    kind: str | None = None


UNITS = Projection("units", row=UnitRow, key="code")


@UNITS.on(OrganisationRegistered)
def _registered(row: UnitRow, event: OrganisationRegistered, _meta: Meta) -> None:
    row.name, row.kind = event.name, event.kind


@dataclass(slots=True)
class MemberRow:
    """A member of the register, without a name."""

    member_id: UUID
    unit: str | None = None
    branch: str | None = None
    exempt: bool = False


MEMBERS = Projection("members", row=MemberRow, key="member_id")


@MEMBERS.on(MemberRegistered)
def _member(row: MemberRow, event: MemberRegistered, _meta: Meta) -> None:
    row.unit, row.branch, row.exempt = event.unit, event.branch, event.exemption is not None


@MEMBERS.on(MemberExempted)
def _exempted(row: MemberRow, event: MemberExempted, _meta: Meta) -> None:
    row.exempt = event.exemption is not None


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
class StepsRow:
    """How far a project is, as its needs' petitioners are told."""

    project_id: UUID
    proposed_at: datetime | None = None
    claimed_at: datetime | None = None
    complete_by: date | None = None
    completed_at: datetime | None = None
    signed_off_at: datetime | None = None
    withdrawn_at: datetime | None = None


PROJECT_STEPS = Projection("project_steps", row=StepsRow, key="project_id")


@PROJECT_STEPS.on(ProjectProposed)
def _proposed(row: StepsRow, _event: ProjectProposed, meta: Meta) -> None:
    row.proposed_at = meta.recorded_at


@PROJECT_STEPS.on(ProjectClaimed)
def _claimed(row: StepsRow, _event: ProjectClaimed, meta: Meta) -> None:
    row.claimed_at = meta.recorded_at


@PROJECT_STEPS.on(ClaimGivenBack)
def _given_back(row: StepsRow, _event: ClaimGivenBack, _meta: Meta) -> None:
    row.claimed_at, row.complete_by = None, None


def _promised(row: StepsRow, event: PledgePublished | PledgeAmended | ExtensionApproved, _meta: Meta) -> None:
    row.complete_by = event.complete_by


PROJECT_STEPS.on(PledgePublished)(_promised)
PROJECT_STEPS.on(PledgeAmended)(_promised)
PROJECT_STEPS.on(ExtensionApproved)(_promised)


@PROJECT_STEPS.on(ProjectResumed)
def _resumed(row: StepsRow, event: ProjectResumed, _meta: Meta) -> None:
    row.complete_by = event.complete_by or row.complete_by


@PROJECT_STEPS.on(CompletionDeclared)
def _completed(row: StepsRow, _event: CompletionDeclared, meta: Meta) -> None:
    row.completed_at = meta.recorded_at


@PROJECT_STEPS.on(ProjectReopened)
def _reopened(row: StepsRow, _event: ProjectReopened, _meta: Meta) -> None:
    row.completed_at, row.signed_off_at = None, None


@PROJECT_STEPS.on(ProjectSignedOff)
def _signed_off(row: StepsRow, _event: ProjectSignedOff, meta: Meta) -> None:
    row.signed_off_at = meta.recorded_at


@PROJECT_STEPS.on(ProjectWithdrawn)
def _withdrawn(row: StepsRow, _event: ProjectWithdrawn, meta: Meta) -> None:
    row.withdrawn_at = meta.recorded_at
