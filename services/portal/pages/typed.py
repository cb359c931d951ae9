"""Texts as people type and paste them, and as pages show them: rare characters stay, what nobody sees does no harm."""

import re
import unicodedata

from markupsafe import Markup

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""Control characters: services refuse them, and whoever pasted them does not see what they should delete."""
_BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""Line breaks of word processors and of PDF files."""
_OTHER_DIRECTION = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters that are written from right to left, and the marks that change a direction."""
_OPENED, _CLOSED, _ISOLATED, _RELEASED = "\u202a\u202b\u202d\u202e", "\u202c", "\u2066\u2067\u2068", "\u2069"
_ALONE, _TOGETHER = "\u2068", "\u2069"


def typed(text: str) -> str:
    """Return a field as it is taken in: without space around it, empty where there is nothing to see in it."""
    clean = _UNSEEN.sub("", _BREAKS.sub(" ", text.replace("\r\n", "\n"))).strip()
    if clean.startswith(_ALONE) and clean.endswith(_TOGETHER):  # as `shown` gave it to the form
        clean = clean[1:-1]
    return clean if any(unicodedata.category(letter)[0] in "LNPS" for letter in clean) else ""


def on_one_line(text: str) -> str:
    """Return a text without line breaks."""
    return " ".join(text.split())


def shown(value: object) -> object:
    """Return what a template shows: a text whose direction may be another stands for itself, as in `<bdi>`, and ends what it began."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isascii() or _OTHER_DIRECTION.search(value) is None:
        return value
    return f"{_ALONE}{_ended(value)}{_TOGETHER}"


def _ended(text: str) -> str:
    """Return a text with what closes the embeddings and isolates it opens, and without what would close those around it."""
    open_marks: list[str] = []
    kept: list[str] = []
    for letter in text:
        if letter in _OPENED:
            open_marks.append(_CLOSED)
        elif letter in _ISOLATED:
            open_marks.append(_RELEASED)
        elif letter in (_CLOSED, _RELEASED):
            if letter not in open_marks:
                continue
            while (closed := open_marks.pop()) != letter:
                kept.append(closed)
        kept.append(letter)
    return "".join([*kept, *reversed(open_marks)])
