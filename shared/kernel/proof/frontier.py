"""The right edge of a growing tree: what is needed to append to it and to know its root (a compact range from 0)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from shared.kernel.proof.encoding import LARGEST
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.merkle import EMPTY_ROOT, HASH_BYTES, joined, parents

_SIZE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Frontier:
    """The complete subtrees a tree consists of, the largest first: one for each 1 among the bits of its size."""

    size: int = 0
    subtrees: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        fits = 0 <= self.size <= LARGEST and len(self.subtrees) == self.size.bit_count()
        if not fits or any(len(subtree) != HASH_BYTES for subtree in self.subtrees):
            raise ProofError("frontier_malformed", size=self.size)

    @property
    def root(self) -> bytes:
        """The root of the tree (RFC 6962, section 2.1)."""
        return joined(self.subtrees) if self.size else EMPTY_ROOT

    def append(self, leaves: Iterable[bytes]) -> "Frontier":
        """Return the frontier after these leaf hashes, in order; ProofError `hash_malformed` for one that is not 32 bytes."""
        hashes = list(leaves)
        if any(len(one) != HASH_BYTES for one in hashes):
            raise ProofError("hash_malformed")
        size = self.size + len(hashes)
        before = list(self.subtrees)  # the smallest is the last, and the one that the lowest level meets
        after: list[bytes] = []
        level = 0
        while hashes:
            if self.size >> level & 1:
                hashes.insert(0, before.pop())
            if len(hashes) & 1:
                after.append(hashes[-1])
            hashes = parents(hashes)
            level += 1
        return Frontier(size, (*before, *reversed(after)))

    def dump(self) -> bytes:
        """Return 8 bytes of size, big-endian, and the subtrees' hashes, the largest subtree first."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.subtrees)

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Return what was dumped; ProofError `frontier_malformed` for anything else."""
        size, hashes = int.from_bytes(data[:_SIZE_BYTES], "big"), data[_SIZE_BYTES:]
        if len(data) < _SIZE_BYTES:
            raise ProofError("frontier_malformed", size=size)
        return cls(size, tuple(hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)))
