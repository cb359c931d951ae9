"""Look-backs: what was drawn, and what each revisit found."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.scoring import LookBackDrawn, SignOffConfirmed, VerificationRevoked
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class LookBackRow:
    """A draw with all that is needed to draw it again, and how far the revisits are."""

    look_back_id: UUID
    position: int | None = None
    version: int = 0
    since: date | None = None
    until: date | None = None
    unit: str | None = None
    level: str | None = None
    seed: str | None = None
    percent: int | None = None
    profile_version: str | None = None
    seen_to: int | None = None
    candidates: int | None = None
    digest: str | None = None
    drawn: int = 0
    confirmed: int = 0
    revoked: int = 0
    drawn_by: str | None = None
    drawn_at: datetime | None = None


LOOK_BACKS = Projection("look_backs", row=LookBackRow, key="look_back_id")


@LOOK_BACKS.on(LookBackDrawn)
def _drawn(row: LookBackRow, event: LookBackDrawn, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.since, row.until, row.unit, row.level = event.since, event.until, event.unit, event.level
    row.seed, row.percent, row.profile_version, row.seen_to = event.seed, event.percent, event.profile_version, event.seen_to
    row.candidates, row.digest, row.drawn = event.candidates, event.digest, len(event.drawn)
    row.drawn_by, row.drawn_at = event.drawn_by, meta.recorded_at


@LOOK_BACKS.on(SignOffConfirmed)
def _confirmed(row: LookBackRow, _event: SignOffConfirmed, _meta: Meta) -> None:
    row.confirmed += 1


@LOOK_BACKS.on(VerificationRevoked, keys=lambda event: [(event.look_back_id,)] if event.look_back_id else [])
def _revoked(row: LookBackRow, _event: VerificationRevoked, _meta: Meta) -> None:
    row.revoked += 1


@dataclass(slots=True)
class LookBackItemRow:
    """One project of a draw; `place` counts from 1 in the order of the draw."""

    look_back_id: UUID
    project_id: UUID
    place: int | None = None
    status: str = "waiting"
    remark: str | None = None
    visited_by: str | None = None
    visited_at: datetime | None = None


LOOK_BACK_ITEMS = Projection("look_back_items", row=LookBackItemRow, key=("look_back_id", "project_id"))


@LOOK_BACK_ITEMS.on(LookBackDrawn, keys=lambda event: [(event.look_back_id, project_id) for project_id in event.drawn])
def _to_visit(row: LookBackItemRow, event: LookBackDrawn, _meta: Meta) -> None:
    row.place = event.drawn.index(row.project_id) + 1


@LOOK_BACK_ITEMS.on(SignOffConfirmed)
def _holds(row: LookBackItemRow, event: SignOffConfirmed, meta: Meta) -> None:
    row.status, row.remark = "confirmed", event.remark
    row.visited_by, row.visited_at = event.confirmed_by, meta.recorded_at


@LOOK_BACK_ITEMS.on(VerificationRevoked, keys=lambda event: [(event.look_back_id, event.project_id)] if event.look_back_id else [])
def _does_not_hold(row: LookBackItemRow, event: VerificationRevoked, meta: Meta) -> None:
    row.status, row.remark = "revoked", event.reason
    row.visited_by, row.visited_at = event.revoked_by, meta.recorded_at
