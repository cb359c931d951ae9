"""Merkle trees written from RFC 6962, section 2.1, as slowly and plainly as it stands there: what ours is compared with."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256


def leaves(count: int) -> list[bytes]:
    """Return this many leaf hashes, each of its number in decimal."""
    return [sha256(b"\x00%d" % number).digest() for number in range(count)]


def root(hashes: Sequence[bytes]) -> bytes:
    """Return MTH."""
    if not hashes:
        return sha256(b"").digest()
    return _root(tuple(hashes))


def path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Return PATH."""
    if len(hashes) == 1:
        return []
    k = _split(len(hashes))
    if index < k:
        return [*path(index, hashes[:k]), root(hashes[k:])]
    return [*path(index - k, hashes[k:]), root(hashes[:k])]


def proof(old: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Return PROOF; empty from an empty tree."""
    return _subproof(old, hashes, whole=True) if old else []


def _subproof(old: int, hashes: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old == len(hashes):
        return [] if whole else [root(hashes)]
    k = _split(len(hashes))
    if old <= k:
        return [*_subproof(old, hashes[:k], whole=whole), root(hashes[k:])]
    return [*_subproof(old - k, hashes[k:], whole=False), root(hashes[:k])]


@cache
def _root(hashes: tuple[bytes, ...]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    k = _split(len(hashes))
    return sha256(b"\x01" + _root(hashes[:k]) + _root(hashes[k:])).digest()


def _split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k
