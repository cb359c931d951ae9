"""Cursors and masks: what a stream's id says, to whom, and what of an event anybody sees."""

import base64
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.lanes import LANES, SOURCES, within
from services.portal.stream.cursor import CursorRefused, Cursors
from services.portal.stream.frames import Filters
from services.portal.stream.masking import LEVELS, PUBLIC, Level, level_of, masked
from shared.kernel.actor import Actor
from shared.kernel.sealed import may_hold_sealed

CURSORS = Cursors(b"k" * 32)
VECTORS = st.tuples(*(st.integers(0, (1 << 63) - 1) for _ in LANES))
COUNTY = st.sampled_from(["430523", "610330", "000001", "999999"])


@given(COUNTY, st.sampled_from(LEVELS), VECTORS)
def test_a_cursor_says_what_was_written_into_it(county: str, level: Level, vector: tuple[int, ...]) -> None:
    assert CURSORS.read(county, level, CURSORS.write(county, level, vector)) == vector


@given(COUNTY, COUNTY, st.sampled_from(LEVELS), st.sampled_from(LEVELS), VECTORS)
def test_a_cursor_says_nothing_to_another_county_or_level(
    county: str, other: str, level: Level, theirs: Level, vector: tuple[int, ...]
) -> None:
    cursor = CURSORS.write(county, level, vector)
    if county != other:
        with pytest.raises(CursorRefused, match="cursor_of_another_county"):
            CURSORS.read(other, theirs, cursor)
    elif level != theirs:
        with pytest.raises(CursorRefused, match="cursor_of_other_rights"):
            CURSORS.read(other, theirs, cursor)


@given(VECTORS, st.data())
def test_a_cursor_of_which_a_bit_was_turned_is_forged(vector: tuple[int, ...], data: st.DataObject) -> None:
    cursor = CURSORS.write("430523", "public", vector)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CursorRefused, match="cursor_forged"):
        CURSORS.read("430523", "public", base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="))


@given(st.text(max_size=300))
def test_whatever_is_sent_as_a_cursor_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(CursorRefused, match="cursor_"):
        CURSORS.read("430523", "public", text)


def test_a_cursor_made_with_another_key_is_forged() -> None:
    with pytest.raises(CursorRefused, match="cursor_forged"):
        CURSORS.read("430523", "staff", Cursors(b"x" * 32).write("430523", "staff", (1, 2, 3, 4)))


def test_a_vector_is_within_another_when_no_lane_is_further() -> None:
    assert within((1, 2, 3, 4), (1, 2, 3, 4))
    assert within((0, 0, 0, 0), (1, 2, 3, 4))
    assert not within((2, 0, 0, 0), (1, 9, 9, 9))


def test_the_public_fields_are_fields_there_are_and_none_is_sealed() -> None:
    events = {name: event for contract in SOURCES for name, event in contract.events.items()}
    for name, fields in PUBLIC.items():
        assert set(fields) <= events[name].model_fields.keys(), name
        kept = {field: events[name].model_fields[field].annotation for field in fields}
        assert not any(isinstance(kind, type) and hasattr(kind, "model_fields") and may_hold_sealed(kind) for kind in kept.values()), name
        people = {"actor", "claimant", "submitted_by", "petitioner", "to", "account", "answer", "detail"}
        assert not people & set(fields), name


@pytest.mark.parametrize(
    ("roles", "level"),
    [
        (("auditor",), "auditor"),
        (("office",), "staff"),
        (("unit",), "staff"),
        (("member",), "public"),
        (("citizen",), "public"),
        (("kiosk",), "public"),
    ],
)
def test_a_role_sees_what_is_its_own_to_see(roles: tuple[str, ...], level: Level) -> None:
    assert level_of(Actor("somebody", roles)) == level
    assert level in get_args(Level)


BODY = orjson.dumps(
    {
        "specversion": "1.0",
        "id": "1",
        "type": "NeedSubmitted",
        "source": "/intake/430523",
        "actor": "member-1",
        "commandid": "c",
        "position": "7",
        "data": {
            "need_id": "n",
            "kind": "need",
            "title": "谁家的事",
            "code_digest": "ab",
            "petitioner": {"name": {"person": "p", "ciphertext": "AAAA"}, "more": [{"ciphertext": "B"}]},
        },
    }
)


def test_staff_see_that_there_is_a_name_and_never_what_is_sealed() -> None:
    seen = masked(BODY, "staff")
    assert seen is not None
    data = orjson.loads(seen)["data"]
    assert data == {
        "need_id": "n",
        "kind": "need",
        "title": "谁家的事",
        "petitioner": {"name": {"sealed": True}, "more": [{"sealed": True}]},
    }


def test_everybody_sees_public_fields_and_nobody_s_account() -> None:
    seen = masked(BODY, "public")
    assert seen is not None
    event = orjson.loads(seen)
    assert event["data"] == {"need_id": "n", "kind": "need"}
    assert not {"actor", "commandid"} & event.keys()
    assert masked(BODY.replace(b"NeedSubmitted", b"MemberExempted"), "public") is None
    assert masked(BODY, "auditor") == BODY


def test_a_filter_that_asks_for_nothing_takes_everything() -> None:
    assert Filters().all
    assert not Filters(types=frozenset({"NeedSubmitted"})).all
