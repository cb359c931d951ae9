"""Receipts: a number that can be read out, a code that cannot be guessed."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.state.grams import WORDS, grams, shared, signature
from services.intake.state.receipts import code_text, digest_of_code, digest_of_secret, position_of, receipt_number
from shared.kernel.sealing import Sealer

NEW_YEAR = datetime(2021, 12, 31, 16, tzinfo=UTC)
THING = UUID(int=7)


def test_a_receipt_s_number_is_the_year_in_shanghai_the_position_and_a_check_digit() -> None:
    assert receipt_number(123, datetime(2021, 12, 31, 15, 59, tzinfo=UTC)) == "2021-000123-5"
    assert receipt_number(123, NEW_YEAR).startswith("2022-000123-")
    assert receipt_number(12_345_678, NEW_YEAR).startswith("2022-12345678-")


@given(st.integers(1, 10**9), st.data())
def test_a_digit_misheard_is_found(position: int, data: st.DataObject) -> None:
    number = receipt_number(position, NEW_YEAR)
    assert position_of(number) == position
    at = data.draw(st.sampled_from([index for index, letter in enumerate(number) if letter != "-"]))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[at]]))
    assert position_of(number[:at] + other + number[at + 1 :]) is None


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_read_back_however_it_was_written_down(secret: bytes) -> None:
    code = code_text(secret)
    assert [len(group) for group in code.split("-")] == [6, 5, 5, 5, 5]
    for written in (code, code.lower(), code.replace("-", " "), code.replace("1", "l").replace("0", "o"), code.replace("1", "I")):
        assert digest_of_code(written) == digest_of_secret(secret)


@pytest.mark.parametrize("text", ["", "7" * 25, "U" * 26, "Z" * 26, "8" + "0" * 25, "村" * 26, "٣" * 26, "0" * 27])
def test_what_is_no_code_has_no_digest(text: str) -> None:
    assert digest_of_code(text) is None


def test_only_the_service_derives_a_code_and_always_the_same() -> None:
    sealer = Sealer(b"k" * 32)
    secret = sealer.secret("430523", "query-code", THING)
    assert secret == Sealer(b"k" * 32).secret("430523", "query-code", THING)
    others = {
        sealer.secret("610330", "query-code", THING),
        sealer.secret("430523", "other", THING),
        sealer.secret("430523", "query-code", UUID(int=8)),
        Sealer(b"x" * 32).secret("430523", "query-code", THING),
    }
    assert len(others) == 4
    assert secret not in others


def test_chinese_is_told_apart_by_pairs_of_characters_whatever_stands_between() -> None:
    assert grams("路灯坏了，路灯") == {"路灯", "灯坏", "坏了"}
    assert grams("A1 b") == {"a1"}
    assert grams("Ａ１", "a1") == {"a1"}
    assert grams("灯") == grams("") == grams("。。") == grams("路_灯") == set()


@given(*[st.text(st.sampled_from("路灯坏了村口学校水管桥面abc，。𠮷"), max_size=40)] * 2)
def test_texts_share_the_bits_of_what_they_share(one: str, other: str) -> None:
    pairs = grams(one) & grams(other)
    common = [a & b for a, b in zip(signature(grams(one)), signature(grams(other)), strict=True)]
    assert all(a & b == a for a, b in zip(signature(pairs), common, strict=True))
    assert shared(grams(one), other) == len(pairs)
    assert all(-(1 << 63) <= word < 1 << 63 for word in common)


def test_every_bit_of_a_signature_can_be_set() -> None:
    whole = [0] * WORDS
    for number in range(20_000):
        whole = [a | b for a, b in zip(whole, signature([chr(0x4E00 + number) + "路"]), strict=True)]
    assert whole == [-1] * WORDS


def test_a_character_beyond_the_bmp_is_one_character() -> None:
    assert grams("𠮷𡈽村") == {"𠮷𡈽", "𡈽村"}
