"""Texts, numbers and bytes as the C2SP formats write them, and in no other way."""

import binascii
import re

from shared.kernel.proof.errors import Code, ProofError

LARGEST = 2**63 - 1
"""The largest size, index or POSIX time (tlog-cosignature; a tree of it needs 63 hashes in a proof)."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def to_base64(data: bytes) -> str:
    """Return standard base 64 with padding (RFC 4648, section 4)."""
    return binascii.b2a_base64(data, newline=False).decode()


def from_base64(text: str, code: Code, **details: object) -> bytes:
    """Return the bytes that this text, and no other, stands for; ProofError(code) when it is not canonical base 64."""
    try:
        data = binascii.a2b_base64(text)
    except ValueError:  # also what is not ASCII
        raise ProofError(code, **details) from None
    if to_base64(data) != text:  # what the decoder passed over, and bits of no byte, which RFC 4648 section 3.5 lets us refuse
        raise ProofError(code, **details)
    return data


def to_number(text: str, code: Code, **details: object) -> int:
    """Return an ASCII decimal without leading zeros, at most 2**63 - 1; ProofError(code) otherwise."""
    if _NUMBER.fullmatch(text) is None or (number := int(text)) > LARGEST:
        raise ProofError(code, **details)
    return number


def to_text(data: bytes, code: Code) -> str:
    """Return UTF-8 without control characters below U+0020 other than newline; ProofError(code) otherwise (signed-note)."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ProofError(code) from None
    if _CONTROL.search(text):
        raise ProofError(code)
    return text


def to_bytes(text: str, code: Code) -> bytes:
    """Return the UTF-8 of a text; ProofError(code) for what `to_text` would not read back."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise ProofError(code) from None
    if _CONTROL.search(text):
        raise ProofError(code)
    return data
