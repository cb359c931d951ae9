"""Making proofs (RFC 6962, sections 2.1.1 and 2.1.2) from the hashes of complete subtrees, however many leaves there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.kernel.proof.encoding import LARGEST
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.merkle import joined


@dataclass(frozen=True, slots=True)
class Subtree:
    """A complete subtree: the leaves from index << level up to, not including, (index + 1) << level."""

    level: int
    index: int


HashReader = Callable[[Sequence[Subtree]], Sequence[bytes]]
"""Answers the hashes of complete subtrees, in the order asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A proof before its hashes are known: each of them is joined from neighbouring complete subtrees.

    Whoever reads asynchronously looks at `subtrees` first, fetches, and then hands over what was fetched.
    """

    steps: tuple[tuple[Subtree, ...], ...]

    @property
    def subtrees(self) -> list[Subtree]:
        """Every subtree whose hash is needed, in the order of `steps`."""
        return [subtree for step in self.steps for subtree in step]

    def proof(self, read: HashReader) -> list[bytes]:
        """Return the proof's hashes, from the leaf's side up."""
        hashes = iter(read(self.subtrees))
        return [joined([next(hashes) for _ in step]) for step in self.steps]


def plan_root(size: int) -> Plan:
    """Return the plan whose one hash is the root of the tree of this size."""
    _check(0, size, size)
    return Plan((tuple(_complete(0, size)),))


def plan_inclusion(index: int, size: int) -> Plan:
    """Return the plan of the proof that the leaf at this index (from 0) is in the tree; ProofError `index_beyond_tree`."""
    _check(0, size, size)
    if not 0 <= index < size:
        raise ProofError("index_beyond_tree", index=index, size=size)
    steps: list[tuple[Subtree, ...]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            steps.append(tuple(_complete(middle, end)))
            end = middle
        else:
            steps.append(tuple(_complete(start, middle)))
            start = middle
    return Plan(tuple(reversed(steps)))


def plan_consistency(old_size: int, size: int) -> Plan:
    """Return the plan of the proof that the tree of the old size is the beginning of the other.

    It is empty from an empty tree, and between trees of one size. ProofError `size_malformed` when the old one is larger.
    """
    _check(0, old_size, size)
    steps: list[tuple[Subtree, ...]] = []
    start, end = 0, size
    while 0 < old_size < end:
        middle = start + _largest_power_below(end - start)
        if old_size <= middle:
            steps.append(tuple(_complete(middle, end)))
            end = middle
        else:
            steps.append(tuple(_complete(start, middle)))
            start = middle
    if start:  # otherwise the verifier knows this hash: it is the old root
        steps.append(tuple(_complete(start, end)))
    return Plan(tuple(reversed(steps)))


def prove_inclusion(index: int, size: int, read: HashReader) -> list[bytes]:
    """Return the proof that the leaf at this index is in the tree of this size; ProofError `index_beyond_tree`."""
    return plan_inclusion(index, size).proof(read)


def prove_consistency(old_size: int, size: int, read: HashReader) -> list[bytes]:
    """Return the proof that the tree of the old size is the beginning of the other; ProofError `size_malformed`."""
    return plan_consistency(old_size, size).proof(read)


def _complete(start: int, end: int) -> Iterator[Subtree]:
    """Yield the complete subtrees of a range that the tree keeps together, left to right, each smaller than the one before."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield Subtree(level, start >> level)
        start += 1 << level


def _largest_power_below(number: int) -> int:
    return 1 << ((number - 1).bit_length() - 1)


def _check(least: int, size: int, most: int) -> None:
    if not least <= size <= most <= LARGEST:
        raise ProofError("size_malformed", size=size)
