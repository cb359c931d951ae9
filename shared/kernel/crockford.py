"""Crockford's base 32: no I, L, O or U, so that nothing read aloud or off paper is taken for another."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": ""})


def encoded(number: int, letters: int) -> str:
    """Return the last five bits for each letter of a number, the greatest first."""
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(letters)))


def as_meant(text: str) -> str:
    """Return what somebody typed as it was printed: in capitals, without what groups it, lookalikes as what they look like."""
    return text.upper().translate(_READ_AS)
