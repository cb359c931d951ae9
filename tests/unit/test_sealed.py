"""Personal data is sealed, bound to its place, and never written in the clear."""

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from pydantic_core import PydanticSerializationError

from shared.contracts.intake import NeedSubmitted, Petitioner
from shared.kernel.events import dump, load
from shared.kernel.ids import uuid7
from shared.kernel.sealed import Sealed, persons_to_seal
from shared.kernel.sealing import Context, Sealer, seal, unseal

PERSON = UUID("0199c1a8-0000-7000-8000-00000000000a")
CONTEXT = Context("430523", "need-1", UUID("0199c1a8-0000-7000-8000-00000000000b"))
SEALER = Sealer(b"k" * 32)


def submitted() -> NeedSubmitted:
    petitioner = Petitioner(person=PERSON, name=Sealed.of(PERSON, "陈秀英𠮷"), phone=Sealed.of(PERSON, "13800138000"))
    return NeedSubmitted(
        need_id=uuid7(), kind="need", channel="hotline", title="灯", detail="坏", town="430523100", petitioner=petitioner, submitted_by="c"
    )


def stored() -> tuple[Petitioner, bytes]:
    key, _ = SEALER.new_key("430523", PERSON)
    sealed = seal(submitted(), CONTEXT, {PERSON: key})
    read = NeedSubmitted.model_validate(load(dump(sealed)))
    assert read.petitioner is not None
    return read.petitioner, key


def test_an_unsealed_field_cannot_be_written() -> None:
    with pytest.raises(PydanticSerializationError):
        dump(submitted())


def test_a_sealed_event_holds_no_plain_text_and_opens_with_the_key() -> None:
    key, _ = SEALER.new_key("430523", PERSON)
    data = dump(seal(submitted(), CONTEXT, {PERSON: key}))
    assert "陈秀英".encode() not in data
    assert b"13800138000" not in data
    petitioner, key = stored()
    assert unseal(petitioner.name, "petitioner.name", CONTEXT, key) == "陈秀英𠮷"
    assert petitioner.phone is not None
    assert unseal(petitioner.phone, "petitioner.phone", CONTEXT, key) == "13800138000"


@pytest.mark.parametrize(
    "context",
    [
        Context("610330", CONTEXT.stream, CONTEXT.event_id),
        Context(CONTEXT.county, "need-2", CONTEXT.event_id),
        Context(CONTEXT.county, CONTEXT.stream, UUID(int=7)),
    ],
)
def test_a_ciphertext_moved_elsewhere_does_not_open(context: Context) -> None:
    petitioner, key = stored()
    assert unseal(petitioner.name, "petitioner.name", context, key) is None
    assert unseal(petitioner.name, "petitioner.phone", CONTEXT, key) is None


def test_a_destroyed_key_leaves_a_tombstone() -> None:
    petitioner, _ = stored()
    assert unseal(petitioner.name, "petitioner.name", CONTEXT, None) is None


def test_a_wrapped_key_is_its_person_s_in_its_county() -> None:
    key, wrapped = SEALER.new_key("430523", PERSON)
    assert SEALER.unwrap("430523", wrapped) == key
    with pytest.raises(InvalidTag):
        SEALER.unwrap("610330", wrapped)
    with pytest.raises(InvalidTag):
        Sealer(b"x" * 32).unwrap("430523", wrapped)


def test_what_is_to_be_sealed_never_shows_in_a_traceback() -> None:
    event = submitted()
    assert persons_to_seal(event) == {PERSON}
    assert "陈秀英" not in repr(event)
    assert "13800138000" not in str(event)
