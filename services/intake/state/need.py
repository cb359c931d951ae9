"""The little intake's rules must remember of a need."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import assert_never
from uuid import UUID

from services.intake.commands import Closing
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
    PhotoAttached,
    PhotoRemoved,
    WishClaimed,
    WishFulfilled,
    WishGivenBack,
    WishPublished,
    WishThanked,
)

NeedEvent = (
    NeedSubmitted
    | NeedJoined
    | NeedAccepted
    | MoreAsked
    | MoreGiven
    | MoreMissed
    | NeedRouted
    | NeedUnowned
    | NeedMerged
    | NeedUnmerged
    | NeedDeclined
    | NeedAnswered
    | NeedRated
    | NeedReopened
    | WishPublished
    | WishClaimed
    | WishGivenBack
    | WishFulfilled
    | WishThanked
    | PhotoAttached
    | PhotoRemoved
    | PetitionerRevealed
    | PetitionerErased
)


class Status(Enum):
    """Where a need is."""

    ABSENT = "absent"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ROUTED = "routed"
    MERGED = "merged"
    DECLINED = "declined"
    ANSWERED = "answered"


CLOSED = (Status.DECLINED, Status.ANSWERED)


@dataclass(frozen=True, slots=True)
class Petition:
    """One petitioner's voice within a need, with a receipt of its own."""

    number: int
    by: str
    on_behalf: bool
    code_digest: str | None
    person: UUID | None
    shared: bool
    erased: bool = False
    thanked: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo somebody showed, and whether it may still be seen."""

    photo_id: UUID
    petitioner: int
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """A published micro-wish: who has claimed it, and whether it came true."""

    claimant: str | None = None
    member_id: UUID | None = None
    fulfilled: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A need as its rules see it."""

    status: Status = Status.ABSENT
    kind: str | None = None
    title: str = ""
    town: str = ""
    handling_unit: str | None = None
    responsible_leader: str | None = None
    assisting_units: tuple[str, ...] = ()
    petitions: tuple[Petition, ...] = ()
    owner_by: date | None = None
    unowned: bool = False
    more_by: date | None = None
    """The day what was asked for should be given by, until it is given."""
    more_missed: bool = False
    merged_into: UUID | None = None
    closing: Closing | None = None
    """The latest one, also while the need is open again."""
    ratings: tuple[tuple[UUID, int, str, str, str | None], ...] = ()
    """Need that was closed, closing, petitioner, rating, text."""
    wish: Wish | None = None
    photos: tuple[Photo, ...] = ()


def evolve(need: Need, event: NeedEvent) -> Need:  # noqa: C901, PLR0911, PLR0912 - one way out per fact
    """Return the need after a fact."""
    match event:
        case NeedSubmitted() | NeedJoined():
            return _spoken(need, event)
        case NeedAccepted():
            return replace(need, status=Status.ACCEPTED)
        case MoreAsked() | MoreGiven() | MoreMissed():
            return _asked_back(need, event)
        case NeedRouted():
            return replace(
                need,
                status=Status.ROUTED,
                handling_unit=event.handling_unit,
                responsible_leader=event.responsible_leader,
                assisting_units=event.assisting_units,
            )
        case NeedUnowned():
            return replace(need, unowned=True)
        case NeedMerged():
            return replace(need, status=Status.MERGED, merged_into=event.into)
        case NeedUnmerged():
            return replace(need, status=Status(event.status), merged_into=None)
        case NeedDeclined() | NeedAnswered():
            return _closed(need, event)
        case NeedRated():
            mark = (event.closed_with or event.need_id, event.closing, event.petitioner, event.rating, event.text)
            return replace(need, ratings=(*need.ratings, mark))
        case NeedReopened():
            return need if event.through is not None else _reopened(need)
        case WishPublished() | WishClaimed() | WishGivenBack() | WishFulfilled() | WishThanked():
            return _wished(need, event)
        case PhotoAttached():
            return replace(need, photos=(*need.photos, Photo(event.photo_id, event.petitioner)))
        case PhotoRemoved():
            gone = (replace(photo, removed=photo.removed or photo.photo_id == event.photo_id) for photo in need.photos)
            return replace(need, photos=tuple(gone))
        case PetitionerRevealed():
            return need
        case PetitionerErased():
            return _with(need, event.petitioner, erased=True)
        case _:
            assert_never(event)


def _spoken(need: Need, event: NeedSubmitted | NeedJoined) -> Need:
    petition = Petition(
        number=1 if isinstance(event, NeedSubmitted) else event.number,
        by=event.submitted_by if isinstance(event, NeedSubmitted) else event.joined_by,
        on_behalf=event.on_behalf,
        code_digest=event.code_digest,
        person=None if event.petitioner is None else event.petitioner.person,
        shared=event.petitioner is not None and event.petitioner.share_with_unit,
    )
    spoken = replace(need, petitions=(*need.petitions, petition))
    if isinstance(event, NeedJoined):
        return spoken
    return replace(spoken, status=Status.SUBMITTED, kind=event.kind, title=event.title, town=event.town, owner_by=event.owner_by)


def _asked_back(need: Need, event: MoreAsked | MoreGiven | MoreMissed) -> Need:
    match event:
        case MoreAsked():
            return replace(need, more_by=event.answer_by, more_missed=False)
        case MoreGiven():
            return replace(need, more_by=None, more_missed=False)
        case MoreMissed():
            return replace(need, more_missed=True)


def _closed(need: Need, event: NeedDeclined | NeedAnswered) -> Need:
    closing = Closing(
        need_id=event.need_id,
        number=1 if need.closing is None else need.closing.number + 1,
        handling_unit=need.handling_unit,
        project_id=event.project_id if isinstance(event, NeedAnswered) else None,
        reopen_until=event.reopen_until,
        basically_is_good=event.basically_is_good,
        standing=True,
    )
    status = Status.ANSWERED if isinstance(event, NeedAnswered) else Status.DECLINED
    return replace(need, status=status, merged_into=None, closing=closing)


def _reopened(need: Need) -> Need:
    closing = None if need.closing is None else need.closing.model_copy(update={"standing": False})
    wish = None if need.wish is None else replace(need.wish, fulfilled=False)
    return replace(need, status=Status.ACCEPTED if need.handling_unit is None else Status.ROUTED, closing=closing, wish=wish)


def _wished(need: Need, event: WishPublished | WishClaimed | WishGivenBack | WishFulfilled | WishThanked) -> Need:
    wish = need.wish or Wish()
    match event:
        case WishPublished():
            return replace(need, wish=wish)
        case WishClaimed():
            return replace(need, wish=replace(wish, claimant=event.claimant, member_id=event.member_id))
        case WishGivenBack():
            return replace(need, wish=Wish())
        case WishFulfilled():
            return replace(need, wish=replace(wish, fulfilled=True))
        case WishThanked():
            return _with(need, event.petitioner, thanked=True)


def _with(need: Need, number: int, *, erased: bool | None = None, thanked: bool | None = None) -> Need:
    changed = tuple(
        replace(petition, erased=petition.erased or bool(erased), thanked=petition.thanked or bool(thanked))
        if petition.number == number
        else petition
        for petition in need.petitions
    )
    return replace(need, petitions=changed)
