"""Photos of a need: shown by its petitioners, taken back by them, removed by the office."""

from collections.abc import Sequence

from services.intake.commands import AttachPhoto, ErasePetitioner, RemovePhoto, RemovePhotoByCode
from services.intake.decider.guards import must_exist, petition_by_code
from services.intake.state.need import CLOSED, Need, NeedEvent, Photo
from shared.contracts.intake import PhotoAttached, PhotoRemoved
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked
from shared.kernel.sealed import Sealed

MOST_PHOTOS = 6
"""Photos a petitioner may have in a need at a time."""


def attach(command: AttachPhoto, need: Need, _asked: Asked) -> Sequence[NeedEvent]:
    """Whoever holds a query code may show a few photos while the need is open, each once; what was removed stays away."""
    petition = petition_by_code(need, command.code)
    if need.status in CLOSED:
        raise Rejected("need_already_closed")
    assert command.photo_id is not None  # noqa: S101 - the handler derived it
    known = next((photo for photo in need.photos if photo.photo_id == command.photo_id), None)
    if known is not None:
        raise Rejected("photo_removed" if known.removed else "photo_already_attached")
    if sum(photo.petitioner == petition.number and not photo.removed for photo in need.photos) >= MOST_PHOTOS:
        raise Rejected("too_many_photos", most=MOST_PHOTOS)
    return [
        PhotoAttached(
            need_id=command.need_id,
            photo_id=command.photo_id,
            petitioner=petition.number,
            digest=command.digest,
            media_type=command.media_type,
            size=command.size,
            key=Sealed.of(command.photo_id, command.key),
        )
    ]


def remove(command: RemovePhoto, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office removes a photo and says why; again, it changes nothing."""
    asked.actor.require("office")
    must_exist(need)
    return _removed(_known(command, need), command, asked, command.reason)


def remove_by_code(command: RemovePhotoByCode, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Whoever holds a query code may take back the photos shown with it, also when the need is closed."""
    petition = petition_by_code(need, command.code)
    photo = _known(command, need)
    if photo.petitioner != petition.number:
        raise Rejected("photo_not_known")
    return _removed(photo, command, asked, None)


def remove_with_petitioner(command: ErasePetitioner, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Whoever erases a petitioner removes every photo they showed."""
    shown = [photo for photo in need.photos if photo.petitioner == command.petitioner and not photo.removed]
    return [_fact(photo, command, asked, command.reason) for photo in shown]


def _known(command: RemovePhoto | RemovePhotoByCode, need: Need) -> Photo:
    photo = next((photo for photo in need.photos if photo.photo_id == command.photo_id), None)
    if photo is None:
        raise Rejected("photo_not_known")
    return photo


def _removed(photo: Photo, command: RemovePhoto | RemovePhotoByCode, asked: Asked, reason: str | None) -> Sequence[NeedEvent]:
    return [] if photo.removed else [_fact(photo, command, asked, reason)]


def _fact(photo: Photo, command: RemovePhoto | RemovePhotoByCode | ErasePetitioner, asked: Asked, reason: str | None) -> PhotoRemoved:
    return PhotoRemoved(need_id=command.need_id, photo_id=photo.photo_id, person=photo.photo_id, reason=reason, removed_by=asked.actor.sub)
