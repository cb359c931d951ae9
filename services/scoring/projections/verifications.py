"""Verifications, each of their rounds, and the county's score sheets."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.projects import CountyProfileAdopted
from shared.contracts.scoring import (
    MaterialsChecked,
    ProjectScored,
    ProjectVerified,
    SignOffConfirmed,
    VerificationOpened,
    VerificationRefused,
    VerificationRevoked,
    VerificationWithdrawn,
)
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
    row.version, row.status = meta.version, "open" if event.awaiting else "scored"
    row.points = {str(item): points for item, points in event.points.items()}
    row.total, row.remark = _counting(event), event.remark


def _counting(event: ProjectScored) -> int | None:
    """Return the total that counts after a score, None while another scorer is needed; alone, a score counts as it is."""
    return event.agreed if event.awaiting or event.agreed is not None else event.total


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


@VERIFICATION_BOARD.on(VerificationRevoked)
def _revoked(row: VerificationRow, event: VerificationRevoked, meta: Meta) -> None:
    row.version, row.status, row.reason = meta.version, "revoked", event.reason


@VERIFICATION_BOARD.on(MaterialsChecked)
def _checked(row: VerificationRow, _event: MaterialsChecked, meta: Meta) -> None:
    row.version = meta.version


@VERIFICATION_BOARD.on(SignOffConfirmed)
def _confirmed(row: VerificationRow, _event: SignOffConfirmed, meta: Meta) -> None:
    row.version = meta.version


@dataclass(slots=True)
class RoundRow:
    """One round of a verification: the rules it was under, the checklist, every scorer's last points, how it ended."""

    project_id: UUID
    round: int
    closing: dict[str, Any] | None = None
    profile_version: str | None = None
    claimed_as: str | None = None
    seen: dict[str, Any] | None = None
    scores: list[dict[str, Any]] | None = None
    total: int | None = None
    awaiting: bool = False
    outcome: str = "open"
    reason: str | None = None
    redo: str | None = None
    redo_by: date | None = None
    provisional: bool = False
    confirmed: int = 0


VERIFICATION_ROUNDS = Projection("verification_rounds", row=RoundRow, key=("project_id", "round"))


@VERIFICATION_ROUNDS.on(VerificationOpened)
def _round_opened(row: RoundRow, event: VerificationOpened, _meta: Meta) -> None:
    row.closing, row.profile_version, row.claimed_as = event.closing.model_dump(mode="json"), event.profile_version, event.claimed_as


@VERIFICATION_ROUNDS.on(MaterialsChecked)
def _round_checked(row: RoundRow, event: MaterialsChecked, meta: Meta) -> None:
    found = {"by": event.checked_by, "at": meta.recorded_at.isoformat()}
    row.seen = {**(row.seen or {}), **{item.material: {"remark": item.remark, **found} for item in event.seen}}


@VERIFICATION_ROUNDS.on(ProjectScored)
def _round_scored(row: RoundRow, event: ProjectScored, _meta: Meta) -> None:
    score = {"scored_by": event.scored_by, "points": event.points, "total": event.total, "remark": event.remark}
    row.scores = [*(other for other in row.scores or [] if other["scored_by"] != event.scored_by), score]
    row.total, row.awaiting = _counting(event), event.awaiting


@VERIFICATION_ROUNDS.on(ProjectVerified)
def _round_verified(row: RoundRow, event: ProjectVerified, _meta: Meta) -> None:
    row.outcome, row.total = "verified", event.total


@VERIFICATION_ROUNDS.on(VerificationRefused)
def _round_refused(row: RoundRow, event: VerificationRefused, _meta: Meta) -> None:
    row.outcome, row.reason = "refused", event.reason
    row.redo, row.redo_by, row.provisional = event.redo, event.redo_by, event.provisional


@VERIFICATION_ROUNDS.on(VerificationWithdrawn)
def _round_withdrawn(row: RoundRow, _event: VerificationWithdrawn, _meta: Meta) -> None:
    row.outcome = "withdrawn"


@VERIFICATION_ROUNDS.on(VerificationRevoked)
def _round_revoked(row: RoundRow, event: VerificationRevoked, _meta: Meta) -> None:
    row.outcome, row.reason = "revoked", event.reason


@VERIFICATION_ROUNDS.on(SignOffConfirmed)
def _round_confirmed(row: RoundRow, _event: SignOffConfirmed, _meta: Meta) -> None:
    row.confirmed += 1


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
