"""Texts as people type them and as pages show them: nothing unseen is kept, and no text turns the rest of its line around."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from services.portal.pages.typed import on_one_line, shown, typed

OPENED, CLOSED = "\u202a\u202b\u202d\u202e", "\u202c"
ISOLATED, RELEASED = "\u2066\u2067\u2068", "\u2069"


@pytest.mark.parametrize("text", ["𠮷𡈽家的路灯", "e\u0301tat", "👨‍👩‍👧 坏了", "هذا نص", "两行\n字", "a\tb", "१२३"])
def test_rare_characters_stay_as_they_are(text: str) -> None:
    assert typed(text) == text


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("\x00路\x07灯\x1b", "路灯"),
        ("一\u2028二\x0b三\x85四", "一 二 三 四"),
        ("\r\n一\r\n二 ", "一\n二"),
        ("\u200b\u200d \ufeff", ""),
        ("\u202e", ""),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, taken: str) -> None:
    assert typed(text) == taken


@pytest.mark.parametrize("text", ["路灯坏了", "plain", "", "👍"])
def test_most_texts_are_shown_as_they_are(text: str) -> None:
    assert shown(text) == text


def test_other_values_and_markup_are_let_alone() -> None:
    assert shown(5) == 5
    assert shown(None) is None
    assert shown(Markup("\u202e")) == Markup("\u202e")


def level(text: str) -> list[str]:
    """Return what is still open at a text's end, as the bidirectional algorithm (UAX 9) counts it."""
    stack: list[str] = []
    for letter in text:
        if letter in OPENED + ISOLATED:
            stack.append(letter)
        elif letter == CLOSED and stack and stack[-1] in OPENED:
            stack.pop()
        elif letter == RELEASED and any(each in ISOLATED for each in stack):
            while stack.pop() not in ISOLATED:
                pass
    return stack


@given(st.text(alphabet=[*OPENED, *ISOLATED, CLOSED, RELEASED, "一", "a", "ب", "1", " "], max_size=30))
def test_a_text_that_turns_directions_ends_with_itself(text: str) -> None:
    found = str(shown(text))
    assert level(found) == []
    if found != text:
        assert (found[0], found[-1]) == ("\u2068", "\u2069")
        depths = [len(level(found[:end])) for end in range(1, len(found))]
        assert min(depths) >= 1, "nothing in it ends what stands around it"
    letters = [letter for letter in text if unicodedata.category(letter) != "Cf"]
    assert [letter for letter in found if unicodedata.category(letter) != "Cf"] == letters


@pytest.mark.parametrize("text", ["שלום", "\u202eabc", "ئۇيغۇر"])
def test_what_a_form_was_shown_with_comes_back_as_it_was(text: str) -> None:
    once = typed(str(shown(text)))
    assert typed(str(shown(once))) == once
    assert once.rstrip("\u202c") == text


def test_a_title_is_on_one_line() -> None:
    assert on_one_line("一\n 二\t三") == "一 二 三"
