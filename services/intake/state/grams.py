"""Which needs say the same: by the pairs of characters they share, as Chinese writes no spaces between words."""

import unicodedata
from itertools import pairwise

_TITLE_AND_BEGINNING = 300
"""Characters looked at: a title, and how the detail begins."""


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
