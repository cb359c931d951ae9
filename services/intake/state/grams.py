"""Which needs say the same: by the pairs of characters they share, as Chinese writes no spaces between words."""

import re
import unicodedata
from collections.abc import Collection
from operator import add

_TITLE_AND_BEGINNING = 300
"""Characters looked at: a title, and how the detail begins."""
_RUN = re.compile(r"[^\W_]+")
"""Letters, digits and ideographs in succession."""
WORDS = 16
_WORD_BITS = 64
BITS = WORDS * _WORD_BITS
"""Bits of a signature."""
_SPREAD_FIRST, _SPREAD_SECOND = 0x9E3779B1, 0x85EBCA6B
"""Odd numbers whose multiples are far from each other: neighbouring ideographs are to set bits all over a signature."""
_CODE_BITS, _BIT_BITS = 32, 10


def grams(*texts: str) -> set[str]:
    """Return the pairs of successive letters, digits or ideographs of some texts.

    Width and case are evened out (NFKC, case folding); whatever else stands between characters separates them. A character beyond
    the BMP is one character.
    """
    found: set[str] = set()
    for text in texts:
        for run in _RUN.findall(unicodedata.normalize("NFKC", text[:_TITLE_AND_BEGINNING]).casefold()):
            found.update(map(add, run, run[1:]))
    return found


def signature(pairs: Collection[str]) -> list[int]:
    """Return `BITS` bits, of which each pair sets one, as `WORDS` signed integers of 64 bits, the lowest first.

    Texts that share pairs share their bits; a few bits are shared by chance, too.
    """
    whole = 0
    for pair in pairs:
        code = (ord(pair[0]) * _SPREAD_FIRST + ord(pair[1]) * _SPREAD_SECOND) % (1 << _CODE_BITS)
        whole |= 1 << (code >> _CODE_BITS - _BIT_BITS)
    words = (whole >> place * _WORD_BITS & (1 << _WORD_BITS) - 1 for place in range(WORDS))
    return [word - (1 << _WORD_BITS) if word >> _WORD_BITS - 1 else word for word in words]


def shared(pairs: Collection[str], *texts: str) -> int:
    """Return how many of these pairs some texts hold."""
    return len(grams(*texts).intersection(pairs))
