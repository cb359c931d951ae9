"""Which needs say the same: by the pairs of characters they share, as Chinese writes no spaces between words."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

_TITLE_AND_BEGINNING = 300
"""Characters looked at: a title, and how the detail begins."""
WORDS = 16
_WORD_BITS = 64
BITS = WORDS * _WORD_BITS
"""Bits of a signature."""
_SPREAD = 0x9E3779B1
"""An odd number near 2 ** 32 over the golden ratio: the last bits alone of neighbouring ideographs' checksums take half of all values."""


def grams(*texts: str) -> list[str]:
    """Return the distinct pairs of successive letters, digits or ideographs of some texts, sorted.

    Width and case are evened out (NFKC, case folding); whatever else stands between characters separates them. A character beyond
    the BMP is one character.
    """
    found: set[str] = set()
    for text in texts:
        even = unicodedata.normalize("NFKC", text[:_TITLE_AND_BEGINNING]).casefold()
        found.update(first + second for first, second in pairwise(even) if first.isalnum() and second.isalnum())
    return sorted(found)


def signature(pairs: Sequence[str]) -> list[int]:
    """Return `BITS` bits, of which each pair sets one, as `WORDS` signed integers of 64 bits, the lowest first.

    Texts that share pairs share their bits; a few bits are shared by chance, too.
    """
    whole = 0
    for pair in pairs:
        whole |= 1 << (crc32(pair.encode()) * _SPREAD >> 22) % BITS
    words = (whole >> place * _WORD_BITS & (1 << _WORD_BITS) - 1 for place in range(WORDS))
    return [word - (1 << _WORD_BITS) if word >> _WORD_BITS - 1 else word for word in words]


def shared(pairs: Sequence[str], *texts: str) -> int:
    """Return how many of these pairs some texts hold."""
    return len(set(pairs).intersection(grams(*texts)))
