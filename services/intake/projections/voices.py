"""Petitioners' voices and ratings, micro-wishes, collection calls."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.intake import (
    CallClosed,
    CallPublished,
    NeedJoined,
    NeedRated,
    NeedReopened,
    NeedSubmitted,
    PetitionerErased,
    PetitionerRevealed,
    PhotoAttached,
    PhotoRemoved,
    WishClaimed,
    WishFulfilled,
    WishGivenBack,
    WishPublished,
    WishThanked,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class PetitionRow:
    """A petitioner's voice in a need: what its receipt says, never who it is."""

    need_id: UUID
    number: int
    position: int | None = None
    petition_id: UUID | None = None
    channel: str | None = None
    named: bool = False
    on_behalf: bool = False
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    code_digest: str | None = None
    revealed: int = 0
    erased_at: datetime | None = None


@dataclass(slots=True)
class PhotoRow:
    """A photo of a need, by whom it was shown; removed, it is seen by nobody."""

    photo_id: UUID
    position: int | None = None
    need_id: UUID | None = None
    number: int | None = None
    digest: str | None = None
    media_type: str | None = None
    size: int | None = None
    key: str | None = None
    """Ciphertext, bound to the event it came in."""
    key_event: UUID | None = None
    attached_at: datetime | None = None
    removed_at: datetime | None = None


PHOTOS = Projection("photos", row=PhotoRow, key="photo_id")
PETITIONS = Projection("petitions", row=PetitionRow, key=("need_id", "number"))


@PETITIONS.on(NeedSubmitted, keys=lambda event: [(event.need_id, 1)])
def _submitted(row: PetitionRow, event: NeedSubmitted, meta: Meta) -> None:
    row.petition_id, row.submitted_by = event.need_id, event.submitted_by
    _spoken(row, event, meta)


@PETITIONS.on(NeedJoined)
def _joined(row: PetitionRow, event: NeedJoined, meta: Meta) -> None:
    row.petition_id, row.submitted_by = event.petition_id, event.joined_by
    _spoken(row, event, meta)


def _spoken(row: PetitionRow, event: NeedSubmitted | NeedJoined, meta: Meta) -> None:
    row.position, row.submitted_at = meta.position, meta.recorded_at
    row.channel, row.on_behalf, row.code_digest = event.channel, event.on_behalf, event.code_digest
    row.named = event.petitioner is not None


@PETITIONS.on(PetitionerRevealed, keys=lambda event: [(event.need_id, event.petitioner)])
def _revealed(row: PetitionRow, _event: PetitionerRevealed, _meta: Meta) -> None:
    row.revealed += 1


@PETITIONS.on(PetitionerErased, keys=lambda event: [(event.need_id, event.petitioner)])
def _erased(row: PetitionRow, _event: PetitionerErased, meta: Meta) -> None:
    row.erased_at = meta.recorded_at


@dataclass(slots=True)
class RatingRow:
    """How one petitioner rated one closing; the closing is of the need it was closed with."""

    need_id: UUID
    closed_with: UUID
    closing: int
    petitioner: str
    position: int | None = None
    rating: str | None = None
    good: bool = False
    handling_unit: str | None = None
    project_id: UUID | None = None
    text: str | None = None
    rated_at: datetime | None = None


RATINGS = Projection("ratings", row=RatingRow, key=("need_id", "closed_with", "closing", "petitioner"), either=("closed_with",))


@RATINGS.on(NeedRated, keys=lambda event: [(event.need_id, event.closed_with or event.need_id, event.closing, event.petitioner)])
def _rated(row: RatingRow, event: NeedRated, meta: Meta) -> None:
    row.position, row.rated_at = meta.position, meta.recorded_at
    row.rating, row.good, row.text = event.rating, event.good, event.text
    row.handling_unit, row.project_id = event.handling_unit, event.project_id


@dataclass(slots=True)
class WishRow:
    """A published micro-wish, from free to fulfilled."""

    need_id: UUID
    position: int | None = None
    status: str = "free"
    title: str | None = None
    town: str | None = None
    claimant: str | None = None
    member_id: UUID | None = None
    unit: str | None = None
    branch: str | None = None
    published_at: datetime | None = None
    claimed_at: datetime | None = None
    fulfilled_at: datetime | None = None
    fulfilment: str | None = None
    given_back: int = 0
    thanks: int = 0
    thanked: str | None = None


WISHES = Projection("wishes", row=WishRow, key="need_id")


@WISHES.on(WishPublished)
def _published(row: WishRow, event: WishPublished, meta: Meta) -> None:
    row.position, row.published_at = meta.position, meta.recorded_at
    row.title, row.town = event.title, event.town


@WISHES.on(WishClaimed)
def _claimed(row: WishRow, event: WishClaimed, meta: Meta) -> None:
    row.status, row.claimed_at = "claimed", meta.recorded_at
    row.claimant, row.member_id, row.unit, row.branch = event.claimant, event.member_id, event.unit, event.branch


@WISHES.on(WishGivenBack)
def _given_back(row: WishRow, _event: WishGivenBack, _meta: Meta) -> None:
    row.status, row.claimed_at = "free", None
    row.claimant, row.member_id, row.unit, row.branch = None, None, None, None
    row.given_back += 1


@WISHES.on(WishFulfilled)
def _fulfilled(row: WishRow, event: WishFulfilled, meta: Meta) -> None:
    row.status, row.fulfilled_at, row.fulfilment = "fulfilled", meta.recorded_at, event.text


@WISHES.on(WishThanked)
def _thanked(row: WishRow, event: WishThanked, _meta: Meta) -> None:
    row.thanks += 1
    row.thanked = event.text


@WISHES.on(NeedReopened)
def _reopened(row: WishRow, event: NeedReopened, _meta: Meta) -> None:
    if event.through is None and row.status == "fulfilled":
        row.status, row.fulfilled_at, row.fulfilment = "claimed", None, None


@dataclass(slots=True)
class CallRow:
    """A collection call."""

    call_id: UUID
    position: int | None = None
    version: int = 0
    title: str | None = None
    text: str | None = None
    channels: list[str] | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    closed_on: date | None = None
    published_at: datetime | None = None


CALLS = Projection("calls", row=CallRow, key="call_id")


@CALLS.on(CallPublished)
def _called(row: CallRow, event: CallPublished, meta: Meta) -> None:
    row.position, row.version, row.published_at = meta.position, meta.version, meta.recorded_at
    row.title, row.text, row.channels = event.title, event.text, list(event.channels)
    row.opens_on, row.closes_on = event.opens_on, event.closes_on


@CALLS.on(CallClosed)
def _closed(row: CallRow, event: CallClosed, meta: Meta) -> None:
    row.version, row.closed_on = meta.version, event.closed_on


@PHOTOS.on(PhotoAttached)
def _shown(row: PhotoRow, event: PhotoAttached, meta: Meta) -> None:
    row.position, row.need_id, row.number = meta.position, event.need_id, event.petitioner
    row.digest, row.media_type, row.size, row.attached_at = event.digest, event.media_type, event.size, meta.recorded_at
    row.key, row.key_event = event.key.ciphertext, UUID(meta.event_id)


@PHOTOS.on(PhotoRemoved)
def _removed(row: PhotoRow, _event: PhotoRemoved, meta: Meta) -> None:
    row.removed_at = meta.recorded_at
