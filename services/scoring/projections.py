"""Scoring's read models: verifications, and the county's score sheets."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.projects import CountyProfileAdopted
from shared.contracts.scoring import ProjectScored, ProjectVerified, VerificationOpened, VerificationRefused, VerificationWithdrawn
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class VerificationRow:
    """A project's verification as lists show it."""

    project_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "open"
    round: int = 0
    title: str | None = None
    level: str | None = None
    unit: str | None = None
    branch: str | None = None
    claimant: str | None = None
    tier: str | None = None
    sheet: dict[str, Any] | None = None
    points: dict[str, int] | None = None
    total: int | None = None
    remark: str | None = None
    reason: str | None = None
    refused: int = 0
    opened_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None


VERIFICATION_BOARD = Projection("verification_board", row=VerificationRow, key="project_id")


@VERIFICATION_BOARD.on(VerificationOpened)
def _opened(row: VerificationRow, event: VerificationOpened, meta: Meta) -> None:
    row.position = row.position or meta.position
    row.version, row.status, row.round = meta.version, "open", event.round
    row.title, row.level, row.unit, row.branch = event.title, event.level, event.unit, event.branch
    row.claimant, row.tier = event.claimant, event.tier
    row.sheet = event.sheet.model_dump(mode="json")
    row.points, row.total, row.remark, row.reason, row.decided_at, row.decided_by = None, None, None, None, None, None
    row.opened_at = meta.recorded_at


@VERIFICATION_BOARD.on(ProjectScored)
def _scored(row: VerificationRow, event: ProjectScored, meta: Meta) -> None:
    row.version, row.status = meta.version, "scored"
    row.points = {str(item): points for item, points in event.points.items()}
    row.total, row.remark = event.total, event.remark


@VERIFICATION_BOARD.on(ProjectVerified)
def _verified(row: VerificationRow, event: ProjectVerified, meta: Meta) -> None:
    row.version, row.status = meta.version, "verified"
    row.decided_at, row.decided_by = meta.recorded_at, event.signed_off_by


@VERIFICATION_BOARD.on(VerificationRefused)
def _refused(row: VerificationRow, event: VerificationRefused, meta: Meta) -> None:
    row.version, row.status, row.reason = meta.version, "refused", event.reason
    row.refused += 1
    row.decided_at, row.decided_by = meta.recorded_at, event.refused_by


@VERIFICATION_BOARD.on(VerificationWithdrawn)
def _withdrawn(row: VerificationRow, event: VerificationWithdrawn, meta: Meta) -> None:
    row.position = row.position or meta.position
    row.version, row.status, row.round = meta.version, "withdrawn", event.round


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
