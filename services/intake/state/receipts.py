"""Receipts: the number a petitioner reads out over the phone, and the query code that only they hold."""

import hashlib
from datetime import datetime
from itertools import pairwise

from shared.kernel.crockford import ALPHABET, as_meant, encoded
from shared.kernel.workdays import business_day

_CODE_LETTERS = 26
_CODE_BYTES = 16
_GROUPS = (0, 6, 11, 16, 21, 26)
_LEAST_DIGITS = 6


def receipt_number(position: int, recorded_at: datetime) -> str:
    """Return a receipt's number, `2021-000123-5`: year in Asia/Shanghai, running number, check digit (ISO 7064, MOD 11,10).

    The running number is the position at which the petition stands in its county's log: it rises, is never given twice, and follows
    from the log alone, so that no counter is kept; it has gaps, as other facts have positions too, and goes on over the new year.
    """
    year, running = f"{business_day(recorded_at).year:04d}", f"{position:0{_LEAST_DIGITS}d}"
    return f"{year}-{running}-{_check_digit(year + running)}"


def position_of(number: str) -> int | None:
    """Return the position a receipt's number stands for; None when a digit was misheard or two were swapped."""
    year, _, rest = number.partition("-")
    running, _, check = rest.partition("-")
    return int(running) if _check_digit(year + running) == int(check) else None


def code_text(secret: bytes) -> str:
    """Return a query code as it is printed: 128 bits in base 32, in five groups."""
    letters = encoded(int.from_bytes(secret[:_CODE_BYTES]), _CODE_LETTERS)
    return "-".join(letters[start:end] for start, end in pairwise(_GROUPS))


def digest_of_code(text: str) -> str | None:
    """Return the SHA-256 (hexadecimal) of a query code as somebody typed it; None when it is no code at all."""
    letters = as_meant(text)
    if len(letters) != _CODE_LETTERS or any(letter not in ALPHABET for letter in letters):
        return None
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    return digest_of_secret(number.to_bytes(_CODE_BYTES)) if number >> 8 * _CODE_BYTES == 0 else None


def digest_of_secret(secret: bytes) -> str:
    """Return the SHA-256 (hexadecimal) of a query code's 128 bits."""
    return hashlib.sha256(secret[:_CODE_BYTES]).hexdigest()


def _check_digit(digits: str) -> int:
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (11 - product) % 10
