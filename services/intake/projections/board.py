"""The needs board: every need as lists show it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.intake import (
    MoreAsked,
    MoreGiven,
    MoreMissed,
    NeedAccepted,
    NeedAnswered,
    NeedDeclined,
    NeedJoined,
    NeedMerged,
    NeedRated,
    NeedReopened,
    NeedRouted,
    NeedSubmitted,
    NeedUnmerged,
    NeedUnowned,
    PetitionerErased,
    PetitionerRevealed,
    WishClaimed,
    WishFulfilled,
    WishGivenBack,
    WishPublished,
    WishThanked,
)
from shared.contracts.projects import ProjectProposed
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class NeedRow:
    """A need as lists show it; personal data stays in the log, sealed."""

    need_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "submitted"
    kind: str | None = None
    channel: str | None = None
    title: str | None = None
    detail: str | None = None
    town: str | None = None
    named: bool = False
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    handling_unit: str | None = None
    responsible_leader: str | None = None
    routed_at: datetime | None = None
    outcome: str | None = None
    answer: str | None = None
    closed_at: datetime | None = None
    project_id: UUID | None = None
    on_behalf: bool = False
    call_id: UUID | None = None
    petitions: int = 0
    accepted_at: datetime | None = None
    assisting_units: list[str] | None = None
    routing_reason: str | None = None
    owner_by: date | None = None
    unowned_at: datetime | None = None
    more_asked: str | None = None
    more_asked_at: datetime | None = None
    more_by: date | None = None
    more_missed: bool = False
    more: list[dict[str, Any]] | None = None
    merged_into: UUID | None = None
    merged_at: datetime | None = None
    in_hand: bool = False
    closing: int = 0
    reopen_until: date | None = None
    reopened: int = 0


NEED_BOARD = Projection("need_board", row=NeedRow, key="need_id")


@NEED_BOARD.on(NeedSubmitted)
def _submitted(row: NeedRow, event: NeedSubmitted, meta: Meta) -> None:
    row.position = meta.position
    row.version = meta.version
    row.kind, row.channel, row.town = event.kind, event.channel, event.town
    row.title, row.detail = event.title, event.detail
    row.named = event.petitioner is not None
    row.submitted_by, row.submitted_at = event.submitted_by, meta.recorded_at
    row.on_behalf, row.call_id, row.owner_by = event.on_behalf, event.call_id, event.owner_by
    row.petitions += 1


@NEED_BOARD.on(NeedJoined)
def _joined(row: NeedRow, _event: NeedJoined, meta: Meta) -> None:
    row.version = meta.version
    row.petitions += 1


@NEED_BOARD.on(NeedAccepted)
def _accepted(row: NeedRow, _event: NeedAccepted, meta: Meta) -> None:
    row.version, row.status, row.accepted_at = meta.version, "accepted", meta.recorded_at


@NEED_BOARD.on(MoreAsked)
def _more_asked(row: NeedRow, event: MoreAsked, meta: Meta) -> None:
    row.version = meta.version
    row.more_asked, row.more_by, row.more_asked_at = event.question, event.answer_by, meta.recorded_at
    row.more_missed = False


@NEED_BOARD.on(MoreGiven)
def _more_given(row: NeedRow, event: MoreGiven, meta: Meta) -> None:
    row.version = meta.version
    given = {"petitioner": event.petitioner, "text": event.text, "given_at": meta.recorded_at.isoformat()}
    row.more = [*(row.more or []), given]
    row.more_by, row.more_missed = None, False


@NEED_BOARD.on(MoreMissed)
def _more_missed(row: NeedRow, _event: MoreMissed, meta: Meta) -> None:
    row.version, row.more_missed = meta.version, True


@NEED_BOARD.on(NeedRouted)
def _routed(row: NeedRow, event: NeedRouted, meta: Meta) -> None:
    row.version = meta.version
    row.status = "routed"
    row.handling_unit, row.responsible_leader = event.handling_unit, event.responsible_leader
    row.assisting_units, row.routing_reason = list(event.assisting_units), event.reason
    row.routed_at = meta.recorded_at


@NEED_BOARD.on(NeedUnowned)
def _unowned(row: NeedRow, _event: NeedUnowned, meta: Meta) -> None:
    row.version, row.unowned_at = meta.version, meta.recorded_at


@NEED_BOARD.on(NeedMerged)
def _merged(row: NeedRow, event: NeedMerged, meta: Meta) -> None:
    row.version, row.status = meta.version, "merged"
    row.merged_into, row.merged_at = event.into, meta.recorded_at


@NEED_BOARD.on(NeedUnmerged)
def _unmerged(row: NeedRow, event: NeedUnmerged, meta: Meta) -> None:
    row.version, row.status = meta.version, event.status
    row.merged_into, row.merged_at = None, None


@NEED_BOARD.on(NeedDeclined)
def _declined(row: NeedRow, event: NeedDeclined, meta: Meta) -> None:
    row.status, row.outcome, row.answer = "declined", event.outcome, event.reason
    _close(row, event.reopen_until, meta)


@NEED_BOARD.on(NeedAnswered)
def _answered(row: NeedRow, event: NeedAnswered, meta: Meta) -> None:
    row.status, row.outcome, row.answer = "answered", event.outcome, event.text
    _close(row, event.reopen_until, meta)


def _close(row: NeedRow, reopen_until: date | None, meta: Meta) -> None:
    row.version, row.closed_at = meta.version, meta.recorded_at
    row.closing, row.reopen_until = row.closing + 1, reopen_until
    row.merged_into, row.merged_at = None, None


@NEED_BOARD.on(NeedReopened)
def _reopened(row: NeedRow, event: NeedReopened, meta: Meta) -> None:
    row.version = meta.version
    if event.through is None:
        row.status = "accepted" if row.handling_unit is None else "routed"
        row.outcome, row.answer, row.closed_at = None, None, None
        row.reopened += 1


@NEED_BOARD.on(WishClaimed)
def _in_hand(row: NeedRow, _event: WishClaimed, meta: Meta) -> None:
    row.version, row.in_hand = meta.version, True


@NEED_BOARD.on(WishGivenBack)
def _out_of_hand(row: NeedRow, _event: WishGivenBack, meta: Meta) -> None:
    row.version, row.in_hand = meta.version, False


def _moved_on(row: NeedRow, _event: object, meta: Meta) -> None:
    row.version = meta.version


NEED_BOARD.on(NeedRated)(_moved_on)
NEED_BOARD.on(WishPublished)(_moved_on)
NEED_BOARD.on(WishFulfilled)(_moved_on)
NEED_BOARD.on(WishThanked)(_moved_on)
NEED_BOARD.on(PetitionerRevealed)(_moved_on)
NEED_BOARD.on(PetitionerErased)(_moved_on)


@NEED_BOARD.on(ProjectProposed, keys=lambda event: [(need_id,) for need_id in event.need_ids])
def _proposed(row: NeedRow, event: ProjectProposed, _meta: Meta) -> None:
    row.project_id = event.project_id
