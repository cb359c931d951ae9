"""Photos of a need, told by given, when, then; and what is kept of them."""

from uuid import UUID

import pytest

from services.intake.commands import AttachPhoto, ErasePetitioner, RemovePhoto, RemovePhotoByCode
from services.intake.decider import NEED
from services.intake.decider.photos import MOST_PHOTOS
from services.intake.photos.sealing import opened_picture, sealed_picture
from services.intake.projections import PHOTOS
from shared.contracts.intake import PetitionerErased, PhotoAttached, PhotoRemoved
from shared.kernel.projection import Fact
from shared.kernel.sealed import Sealed, persons_to_seal
from shared.kernel.testing import given
from tests.support.a_need import (
    ANSWERED,
    ANYONE,
    DECLINED,
    FIRST_CODE,
    JOINED,
    MERGED,
    NEED_ID,
    OFFICE,
    PERSON,
    SECOND_CODE,
    SUBMITTED,
    UNIT,
)
from tests.support.envelopes import meta
from tests.support.events import folded

PHOTO_ID = UUID("0199c1a8-6666-8000-8000-000000000001")


def number(count: int) -> UUID:
    return UUID(int=PHOTO_ID.int + count)


def attach(photo_id: UUID = PHOTO_ID, code: str = FIRST_CODE) -> AttachPhoto:
    kept = {"mark": "m", "digest": "d" * 64, "media_type": "image/jpeg", "size": 9, "key": "a2V5"}
    return AttachPhoto.model_validate({"need_id": NEED_ID, "code": code, "photo_id": photo_id, **kept})


def attached(photo_id: UUID = PHOTO_ID, petitioner: int = 1) -> PhotoAttached:
    key = Sealed(person=photo_id, ciphertext="c2VhbGVk")
    return PhotoAttached(
        need_id=NEED_ID, photo_id=photo_id, petitioner=petitioner, digest="d" * 64, media_type="image/jpeg", size=9, key=key
    )


def removed(photo_id: UUID = PHOTO_ID, reason: str | None = "有他人身份证", by: str = "xjb-1") -> PhotoRemoved:
    return PhotoRemoved(need_id=NEED_ID, photo_id=photo_id, person=photo_id, reason=reason, removed_by=by)


REMOVE = RemovePhoto(need_id=NEED_ID, photo_id=PHOTO_ID, reason="有他人身份证")
TAKE_BACK = RemovePhotoByCode(need_id=NEED_ID, photo_id=PHOTO_ID, code=FIRST_CODE)


def test_whoever_holds_a_code_shows_a_photo_under_a_key_of_its_own() -> None:
    outcome = given(NEED, SUBMITTED, JOINED).when(attach(code=SECOND_CODE), ANYONE)
    assert persons_to_seal(outcome.then_one(PhotoAttached, petitioner=2, photo_id=PHOTO_ID)) == {PHOTO_ID}


def test_nobody_without_a_code_shows_anything() -> None:
    given(NEED, SUBMITTED).when(attach(code=SECOND_CODE), ANYONE).rejected("code_not_known")
    given(NEED).when(attach(), ANYONE).rejected("not_found")


def test_a_closed_need_takes_no_photos_a_merged_one_does() -> None:
    given(NEED, SUBMITTED, ANSWERED).when(attach(), ANYONE).rejected("need_already_closed")
    given(NEED, SUBMITTED, DECLINED).when(attach(), ANYONE).rejected("need_already_closed")
    assert given(NEED, SUBMITTED, MERGED).when(attach(), ANYONE).events


def test_the_same_photo_is_shown_once_and_a_removed_one_stays_away() -> None:
    given(NEED, SUBMITTED, attached()).when(attach(), ANYONE).rejected("photo_already_attached")
    given(NEED, SUBMITTED, attached(), removed()).when(attach(), ANYONE).rejected("photo_removed")


def test_a_petitioner_shows_only_so_many_at_a_time() -> None:
    full = [attached(number(count)) for count in range(1, MOST_PHOTOS + 1)]
    given(NEED, SUBMITTED, *full).when(attach(), ANYONE).rejected("too_many_photos")
    assert given(NEED, SUBMITTED, *full, removed(number(1))).when(attach(), ANYONE).events
    assert given(NEED, SUBMITTED, JOINED, *full).when(attach(code=SECOND_CODE), ANYONE).events


def test_the_office_removes_a_photo_with_a_reason() -> None:
    given(NEED, SUBMITTED, attached()).when(REMOVE, OFFICE).then(removed())
    given(NEED, SUBMITTED, attached(), removed()).when(REMOVE, OFFICE).then()
    given(NEED, SUBMITTED).when(REMOVE, OFFICE).rejected("photo_not_known")
    given(NEED, SUBMITTED, attached()).when(REMOVE, UNIT).rejected("role_not_allowed")


def test_only_its_petitioner_takes_a_photo_back_also_when_the_need_is_closed() -> None:
    story = given(NEED, SUBMITTED, JOINED, attached(), ANSWERED)
    story.when(TAKE_BACK, ANYONE).then(removed(reason=None, by=ANYONE.sub))
    other = TAKE_BACK.model_copy(update={"code": SECOND_CODE})
    given(NEED, SUBMITTED, JOINED, attached()).when(other, ANYONE).rejected("photo_not_known")


@pytest.mark.parametrize("named", [True, False])
def test_who_is_erased_is_erased_with_every_photo_they_showed(named: bool) -> None:  # noqa: FBT001
    first = SUBMITTED if named else SUBMITTED.model_copy(update={"petitioner": None})
    erase = ErasePetitioner(need_id=NEED_ID, petitioner=1, reason="有他人身份证")
    gone = PetitionerErased(need_id=NEED_ID, petitioner=1, person=PERSON, reason="有他人身份证", erased_by="xjb-1")
    story = (first, JOINED, attached(), attached(number(1), 2), attached(number(2)), removed(number(2)))
    given(NEED, *story).when(erase, OFFICE).then(removed(), *([gone] if named else []))


def test_the_list_knows_what_was_removed() -> None:
    told = [attached(), removed()]
    rows = folded([PHOTOS], [Fact(event, meta(event, "intake", position=7 + after)) for after, event in enumerate(told)])
    (row,) = rows["photos"].values()
    assert (row.position, row.number, row.removed_at is not None) == (7, 1, True)


def test_what_is_kept_opens_with_its_key_in_its_county_alone() -> None:
    content = bytes(range(256)) * 9
    sealed, key = sealed_picture(content, "430523")
    assert content[:32] not in sealed
    assert opened_picture(sealed, "430523", key) == content
    again, other = sealed_picture(content, "430523")
    assert (again == sealed, other == key) == (False, False)
    for wrong in ((sealed, "370983", key), (sealed, "430523", other), (sealed[:-1], "430523", key)):
        with pytest.raises(ConnectionError):
            opened_picture(*wrong)
