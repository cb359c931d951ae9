"""Projects' read models: the profile, the register, known needs, the projects board."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.intake import NeedSubmitted
from shared.contracts.projects import (
    CompletionDeclared,
    CountyProfileAdopted,
    MemberExempted,
    MemberRegistered,
    OrganisationRegistered,
    PledgePublished,
    ProgressReported,
    ProjectApproved,
    ProjectClaimed,
    ProjectProposed,
    ProjectReopened,
    ProjectReturned,
    ProjectSignedOff,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class ProfileRow:
    """A version of the county's own rules."""

    version_code: str
    position: int | None = None
    effective_from: date | None = None
    adopted_at: datetime | None = None
    profile: dict[str, Any] | None = None


COUNTY_PROFILE = Projection("county_profile", row=ProfileRow, key="version_code")


@COUNTY_PROFILE.on(CountyProfileAdopted, keys=lambda event: [(event.profile.version,)])
def _adopted(row: ProfileRow, event: CountyProfileAdopted, meta: Meta) -> None:
    row.position, row.adopted_at = meta.position, meta.recorded_at
    row.effective_from = event.profile.effective_from
    row.profile = event.profile.model_dump(mode="json")


@dataclass(slots=True)
class OrganisationRow:
    """An organisation of the register."""

    code: str
    position: int | None = None
    version: int = 0
    name: str | None = None
    kind: str | None = None
    parent: str | None = None
    official_order: int = 0


ORGANISATIONS = Projection("organisations", row=OrganisationRow, key="code")


@ORGANISATIONS.on(OrganisationRegistered)
def _registered(row: OrganisationRow, event: OrganisationRegistered, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.name, row.kind, row.parent, row.official_order = event.name, event.kind, event.parent, event.order


@dataclass(slots=True)
class MemberRow:
    """A member of the register; the name stays sealed, with what it is bound to."""

    member_id: UUID
    position: int | None = None
    version: int = 0
    unit: str | None = None
    branch: str | None = None
    exemption: str | None = None
    name: dict[str, Any] | None = None
    name_event: UUID | None = None


MEMBERS = Projection("members", row=MemberRow, key="member_id")


@MEMBERS.on(MemberRegistered)
def _member(row: MemberRow, event: MemberRegistered, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.unit, row.branch, row.exemption = event.unit, event.branch, event.exemption
    row.name, row.name_event = event.name.model_dump(mode="json"), UUID(meta.event_id)


@MEMBERS.on(MemberExempted)
def _exempted(row: MemberRow, event: MemberExempted, meta: Meta) -> None:
    row.version, row.exemption = meta.version, event.exemption


@dataclass(slots=True)
class KnownNeedRow:
    """A need that intake has told of."""

    need_id: UUID


KNOWN_NEEDS = Projection("known_needs", row=KnownNeedRow, key="need_id")


@KNOWN_NEEDS.on(NeedSubmitted)
def _known(_row: KnownNeedRow, _event: NeedSubmitted, _meta: Meta) -> None:
    """Knowing of it is all."""


@dataclass(slots=True)
class ProjectRow:
    """A project as lists show it."""

    project_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "proposed"
    title: str | None = None
    level: str | None = None
    unit: str | None = None
    branch: str | None = None
    need_ids: list[str] | None = None
    planned_completion: date | None = None
    review_by: str | None = None
    sign_off_by: str | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    verdicts: list[dict[str, Any]] | None = None
    claimant: str | None = None
    claimed_at: datetime | None = None
    promise: str | None = None
    complete_by: date | None = None
    venue: str | None = None
    percent: int = 0
    progress: str | None = None
    round: int = 0
    completed_at: datetime | None = None
    reopened: int = 0
    signed_off_at: datetime | None = None


PROJECT_BOARD = Projection("project_board", row=ProjectRow, key="project_id")


@PROJECT_BOARD.on(ProjectProposed)
def _proposed(row: ProjectRow, event: ProjectProposed, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.title, row.level, row.unit, row.branch = event.title, event.level, event.unit, event.branch
    row.need_ids = [str(need_id) for need_id in event.need_ids]
    row.planned_completion = event.planned_completion
    row.review_by, row.sign_off_by = event.review_by, event.sign_off_by
    row.proposed_by, row.proposed_at = event.proposed_by, meta.recorded_at


@PROJECT_BOARD.on(ProjectApproved)
def _approved(row: ProjectRow, event: ProjectApproved, meta: Meta) -> None:
    row.version, row.status = meta.version, "approved"
    row.verdicts = [verdict.model_dump(mode="json") for verdict in event.verdicts]


@PROJECT_BOARD.on(ProjectReturned)
def _returned(row: ProjectRow, event: ProjectReturned, meta: Meta) -> None:
    row.version, row.status = meta.version, "returned"
    row.verdicts = [verdict.model_dump(mode="json") for verdict in event.verdicts]


@PROJECT_BOARD.on(ProjectClaimed)
def _claimed(row: ProjectRow, event: ProjectClaimed, meta: Meta) -> None:
    row.version, row.status = meta.version, "claimed"
    row.claimant, row.claimed_at = event.claimant, meta.recorded_at


@PROJECT_BOARD.on(PledgePublished)
def _pledged(row: ProjectRow, event: PledgePublished, meta: Meta) -> None:
    row.version = meta.version
    row.promise, row.complete_by, row.venue = event.promise, event.complete_by, event.venue


@PROJECT_BOARD.on(ProgressReported)
def _progressed(row: ProjectRow, event: ProgressReported, meta: Meta) -> None:
    row.version = meta.version
    row.percent, row.progress = event.percent, event.text


@PROJECT_BOARD.on(CompletionDeclared)
def _completed(row: ProjectRow, event: CompletionDeclared, meta: Meta) -> None:
    row.version, row.status = meta.version, "completed"
    row.round, row.completed_at = event.round, meta.recorded_at


@PROJECT_BOARD.on(ProjectReopened)
def _reopened(row: ProjectRow, _event: ProjectReopened, meta: Meta) -> None:
    row.version, row.status = meta.version, "claimed"
    row.reopened += 1


@PROJECT_BOARD.on(ProjectSignedOff)
def _signed_off(row: ProjectRow, _event: ProjectSignedOff, meta: Meta) -> None:
    row.version, row.status = meta.version, "signed-off"
    row.signed_off_at = meta.recorded_at
