"""What other services told that scoring counts: projects, ratings, letters, units, photos."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.intake import NeedRated
from shared.contracts.projects import (
    ClaimGivenBack,
    CompletionDeclared,
    EvidenceAttached,
    ExtensionApproved,
    OrganisationRegistered,
    PledgeAmended,
    PledgePublished,
    ProjectClaimed,
    ProjectResumed,
    ProjectSignedOff,
    ProjectSuspended,
    ProjectWithdrawn,
)
from shared.contracts.scoring import ProjectVerified, SignOffConfirmed, VerificationRefused, VerificationRevoked
from shared.contracts.supervision import NoticeIssued, NoticeOverdue, NoticeResponded
from shared.kernel.derived import derived
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection
from shared.kernel.workdays import business_day


@dataclass(slots=True)
class ProjectRecordRow:
    """A project's year: who took it on, what was promised, declared and decided, each with the day and the position in its lane.

    Lists hold `[round, day, position]` for declarations, `[round, verdict, day, position]` for verdicts, and
    `{was, now, on, position}` for each moved day.
    """

    project_id: UUID
    unit: str | None = None
    branch: str | None = None
    level: str | None = None
    claimant: str | None = None
    claimed_as: str | None = None
    claimed_on: date | None = None
    claimed_at: int | None = None
    promised_by: date | None = None
    promised_at: int | None = None
    suspended: bool = False
    gone: bool = False
    declarations: list[list[Any]] | None = None
    moved: list[dict[str, Any]] | None = None
    signed_off: int | None = None
    signed_off_on: date | None = None
    signed_off_at: int | None = None
    verdicts: list[list[Any]] | None = None


PROJECT_RECORDS = Projection("project_records", row=ProjectRecordRow, key="project_id")


@PROJECT_RECORDS.on(ProjectClaimed)
def _claimed(row: ProjectRecordRow, event: ProjectClaimed, meta: Meta) -> None:
    row.unit, row.branch, row.level = event.unit, event.branch, event.level
    row.claimant, row.claimed_as = event.claimant, event.role
    row.claimed_on, row.claimed_at = business_day(meta.recorded_at), meta.position


@PROJECT_RECORDS.on(ClaimGivenBack)
def _given_back(row: ProjectRecordRow, _event: ClaimGivenBack, _meta: Meta) -> None:
    row.claimant, row.claimed_as, row.claimed_on, row.claimed_at = None, None, None, None
    row.promised_by, row.promised_at = None, None


@PROJECT_RECORDS.on(ProjectWithdrawn)
def _gone(row: ProjectRecordRow, _event: ProjectWithdrawn, _meta: Meta) -> None:
    row.gone = True


@PROJECT_RECORDS.on(PledgePublished)
def _promised(row: ProjectRecordRow, event: PledgePublished, meta: Meta) -> None:
    row.promised_by, row.promised_at = event.complete_by, meta.position


def _move(row: ProjectRecordRow, complete_by: date, meta: Meta) -> None:
    if row.promised_by is not None and complete_by > row.promised_by:
        days = {"was": row.promised_by.isoformat(), "now": complete_by.isoformat()}
        row.moved = [*(row.moved or []), {**days, "on": business_day(meta.recorded_at).isoformat(), "position": meta.position}]
    row.promised_by, row.promised_at = complete_by, meta.position


@PROJECT_RECORDS.on(PledgeAmended)
def _amended(row: ProjectRecordRow, event: PledgeAmended, meta: Meta) -> None:
    _move(row, event.complete_by, meta)


@PROJECT_RECORDS.on(ExtensionApproved)
def _extended(row: ProjectRecordRow, event: ExtensionApproved, meta: Meta) -> None:
    _move(row, event.complete_by, meta)


@PROJECT_RECORDS.on(ProjectSuspended)
def _suspended(row: ProjectRecordRow, _event: ProjectSuspended, _meta: Meta) -> None:
    row.suspended = True


@PROJECT_RECORDS.on(ProjectResumed)
def _resumed(row: ProjectRecordRow, event: ProjectResumed, meta: Meta) -> None:
    row.suspended = False
    if event.complete_by is not None:
        row.promised_by, row.promised_at = event.complete_by, meta.position


@PROJECT_RECORDS.on(CompletionDeclared)
def _declared(row: ProjectRecordRow, event: CompletionDeclared, meta: Meta) -> None:
    row.declarations = [*(row.declarations or []), [event.round, business_day(meta.recorded_at).isoformat(), meta.position]]


@PROJECT_RECORDS.on(ProjectSignedOff)
def _signed_off(row: ProjectRecordRow, event: ProjectSignedOff, meta: Meta) -> None:
    row.signed_off, row.signed_off_on, row.signed_off_at = event.round, business_day(meta.recorded_at), meta.position


def _verdict(row: ProjectRecordRow, found: str, number: int, meta: Meta) -> None:
    row.verdicts = [*(row.verdicts or []), [number, found, business_day(meta.recorded_at).isoformat(), meta.position]]


@PROJECT_RECORDS.on(ProjectVerified)
def _verified(row: ProjectRecordRow, event: ProjectVerified, meta: Meta) -> None:
    _verdict(row, "verified", event.round, meta)


@PROJECT_RECORDS.on(VerificationRefused)
def _refused(row: ProjectRecordRow, event: VerificationRefused, meta: Meta) -> None:
    _verdict(row, "refused", event.round, meta)


@PROJECT_RECORDS.on(VerificationRevoked)
def _revoked(row: ProjectRecordRow, event: VerificationRevoked, meta: Meta) -> None:
    _verdict(row, "revoked", event.round, meta)


@PROJECT_RECORDS.on(SignOffConfirmed)
def _confirmed(row: ProjectRecordRow, event: SignOffConfirmed, meta: Meta) -> None:
    _verdict(row, "confirmed", event.round, meta)


@dataclass(slots=True)
class RatingRow:
    """A rating; `rater` stands for the account that entered it, and for nothing outside this county."""

    need_id: UUID
    closing: int
    petitioner: str
    unit: str | None = None
    project_id: UUID | None = None
    good: bool = False
    rating: str | None = None
    rated_on: date | None = None
    position: int | None = None
    rater: UUID | None = None


RATINGS = Projection("ratings", row=RatingRow, key=("need_id", "closing", "petitioner"))


@RATINGS.on(NeedRated)
def _rated(row: RatingRow, event: NeedRated, meta: Meta) -> None:
    row.unit, row.project_id, row.good = event.handling_unit, event.project_id, event.good
    row.rating = event.rating
    row.rated_on, row.position = business_day(meta.recorded_at), meta.position
    row.rater = derived(meta.county, "rater", meta.actor)


@dataclass(slots=True)
class LetterRow:
    """A notice that asks one unit for a reply."""

    notice_id: UUID
    unit: str
    kind: str | None = None
    issued_on: date | None = None
    issued_at: int | None = None
    reply_by: date | None = None
    replied_on: date | None = None
    replied_at: int | None = None
    overdue_at: int | None = None


LETTERS = Projection("letters", row=LetterRow, key=("notice_id", "unit"))


@LETTERS.on(NoticeIssued, keys=lambda event: [(event.notice_id, unit) for unit in event.addressees])
def _issued(row: LetterRow, event: NoticeIssued, meta: Meta) -> None:
    row.kind, row.issued_on, row.issued_at, row.reply_by = event.kind, event.issued_on, meta.position, event.reply_by


@LETTERS.on(NoticeResponded)
def _replied(row: LetterRow, _event: NoticeResponded, meta: Meta) -> None:
    if row.replied_on is None:
        row.replied_on, row.replied_at = business_day(meta.recorded_at), meta.position


@LETTERS.on(NoticeOverdue, keys=lambda event: [(event.notice_id, unit) for unit in event.units])
def _overdue(row: LetterRow, _event: NoticeOverdue, meta: Meta) -> None:
    row.overdue_at = row.overdue_at or meta.position


@dataclass(slots=True)
class UnitRow:
    """An organisation of the register, at its place in the official order."""

    code: str
    name: str | None = None
    kind: str | None = None
    parent: str | None = None
    official_order: int = 0


UNITS = Projection("units", row=UnitRow, key="code")


@UNITS.on(OrganisationRegistered)
def _registered(row: UnitRow, event: OrganisationRegistered, _meta: Meta) -> None:
    row.name, row.kind, row.parent, row.official_order = event.name, event.kind, event.parent, event.order


@dataclass(slots=True)
class PhotoRow:
    """A file shown as evidence, and everywhere it was shown: `[project, evidence, unit, position]`."""

    digest: str
    uses: list[list[Any]] | None = None


PHOTO_USES = Projection("photo_uses", row=PhotoRow, key="digest")


@PHOTO_USES.on(EvidenceAttached)
def _shown(row: PhotoRow, event: EvidenceAttached, meta: Meta) -> None:
    row.uses = [*(row.uses or []), [str(event.project_id), str(event.evidence_id), event.unit, meta.position]]
