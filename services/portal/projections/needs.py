"""Cards of needs: what a list, a picture or a feed says of a need and its way to an answer that was rated."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.intake import (
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
class NeedCard:
    """A need, a micro-wish or an opinion, without anybody's name."""

    need_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "submitted"
    kind: str | None = None
    channel: str | None = None
    title: str | None = None
    detail: str | None = None
    town: str | None = None
    submitted_at: datetime | None = None
    owner_by: date | None = None
    voices: int = 0
    accepted_at: datetime | None = None
    handling_unit: str | None = None
    responsible_leader: str | None = None
    routed_at: datetime | None = None
    unowned_at: datetime | None = None
    outcome: str | None = None
    answer: str | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    project_id: UUID | None = None
    merged_into: UUID | None = None
    rated: int = 0
    good: int = 0
    last_rating: str | None = None
    wish: str | None = None
    wish_unit: str | None = None
    wish_claimant: str | None = None
    wish_at: datetime | None = None
    changed_at: datetime | None = None


NEED_CARDS = Projection("need_cards", row=NeedCard, key="need_id")


def _seen(row: NeedCard, meta: Meta) -> None:
    row.version = meta.version
    _changed(row, meta)


def _changed(row: NeedCard, meta: Meta) -> None:
    """Remember the latest of all lanes: their clocks differ, and so does the order they are read in."""
    if row.changed_at is None or row.changed_at < meta.recorded_at:
        row.changed_at = meta.recorded_at


@NEED_CARDS.on(NeedSubmitted)
def _submitted(row: NeedCard, event: NeedSubmitted, meta: Meta) -> None:
    _seen(row, meta)
    row.position, row.submitted_at = meta.position, meta.recorded_at
    row.kind, row.channel, row.title, row.detail, row.town = event.kind, event.channel, event.title, event.detail, event.town
    row.owner_by = event.owner_by
    row.voices += 1


@NEED_CARDS.on(NeedJoined)
def _joined(row: NeedCard, _event: NeedJoined, meta: Meta) -> None:
    _seen(row, meta)
    row.voices += 1


@NEED_CARDS.on(NeedAccepted)
def _accepted(row: NeedCard, _event: NeedAccepted, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.accepted_at = "accepted", meta.recorded_at


@NEED_CARDS.on(NeedRouted)
def _routed(row: NeedCard, event: NeedRouted, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.routed_at = "routed", meta.recorded_at
    row.handling_unit, row.responsible_leader = event.handling_unit, event.responsible_leader


@NEED_CARDS.on(NeedUnowned)
def _unowned(row: NeedCard, _event: NeedUnowned, meta: Meta) -> None:
    _seen(row, meta)
    row.unowned_at = meta.recorded_at


@NEED_CARDS.on(NeedMerged)
def _merged(row: NeedCard, event: NeedMerged, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.merged_into = "merged", event.into


@NEED_CARDS.on(NeedUnmerged)
def _unmerged(row: NeedCard, event: NeedUnmerged, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.merged_into = event.status, None


@NEED_CARDS.on(NeedDeclined)
def _declined(row: NeedCard, event: NeedDeclined, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.outcome, row.answer, row.closed_at = "declined", event.outcome, event.reason, meta.recorded_at
    row.merged_into = None


@NEED_CARDS.on(NeedAnswered)
def _answered(row: NeedCard, event: NeedAnswered, meta: Meta) -> None:
    _seen(row, meta)
    row.status, row.outcome, row.answer, row.closed_at = "answered", event.outcome, event.text, meta.recorded_at
    row.merged_into = None


@NEED_CARDS.on(NeedRated)
def _rated(row: NeedCard, event: NeedRated, meta: Meta) -> None:
    _seen(row, meta)
    row.rated += 1
    row.good += event.good
    row.last_rating = event.rating


@NEED_CARDS.on(NeedReopened)
def _reopened(row: NeedCard, event: NeedReopened, meta: Meta) -> None:
    _seen(row, meta)
    if event.through is None:
        row.status = "accepted" if row.handling_unit is None else "routed"
        row.outcome = row.answer = row.closed_at = None
        row.reopened += 1


@NEED_CARDS.on(WishPublished)
def _published(row: NeedCard, _event: WishPublished, meta: Meta) -> None:
    _seen(row, meta)
    row.wish, row.wish_at = "published", meta.recorded_at


@NEED_CARDS.on(WishClaimed)
def _wish_claimed(row: NeedCard, event: WishClaimed, meta: Meta) -> None:
    _seen(row, meta)
    row.wish, row.wish_unit, row.wish_claimant, row.wish_at = "claimed", event.unit, event.claimant, meta.recorded_at


@NEED_CARDS.on(WishGivenBack)
def _wish_given_back(row: NeedCard, _event: WishGivenBack, meta: Meta) -> None:
    _seen(row, meta)
    row.wish, row.wish_at, row.wish_unit, row.wish_claimant = "published", meta.recorded_at, None, None


@NEED_CARDS.on(WishFulfilled)
def _fulfilled(row: NeedCard, _event: WishFulfilled, meta: Meta) -> None:
    _seen(row, meta)
    row.wish, row.wish_at = "fulfilled", meta.recorded_at


@NEED_CARDS.on(WishThanked)
def _thanked(row: NeedCard, _event: WishThanked, meta: Meta) -> None:
    _seen(row, meta)
    row.wish = "thanked"


@NEED_CARDS.on(ProjectProposed, keys=lambda event: [(need_id,) for need_id in event.need_ids])
def _taken_up(row: NeedCard, event: ProjectProposed, meta: Meta) -> None:
    row.project_id = event.project_id
    _changed(row, meta)
