"""The Merkle tree of RFC 6962 and RFC 9162 over SHA-256: its hashes, and what inclusion and consistency proofs prove."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from shared.kernel.proof.encoding import LARGEST
from shared.kernel.proof.errors import Code, ProofError

HASH_BYTES = 32
LONGEST_PROOF = 63
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(body: bytes) -> bytes:
    """Return SHA-256(0x00 || body), the hash of a leaf (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right), the hash of an inner node (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def hashes_of(row: bytes) -> list[bytes]:
    """Return hashes that stand one after another, each by itself."""
    return [row[start : start + HASH_BYTES] for start in range(0, len(row), HASH_BYTES)]


def parents(hashes: Iterable[bytes]) -> list[bytes]:
    """Return the hashes one level up, one for each two; a last one without a neighbour is left out."""
    one_by_one = iter(hashes)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(one_by_one, one_by_one, strict=False)]


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root of a complete subtree above 1, 2, 4, 8 … hashes."""
    while len(hashes) > 1:
        hashes = parents(hashes)
    return hashes[0]


def joined(subtrees: Sequence[bytes]) -> bytes:
    """Return the root over neighbouring complete subtrees, each smaller than the one to its left; of none, that of an empty tree."""
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return if the leaf hash stands at the index (from 0) of the tree with this size and root.

    ProofError `index_beyond_tree`, `size_malformed`, `hash_malformed` or `inclusion_proof_wrong` (RFC 9162, section 2.1.3.2).
    """
    _check_size(size)
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofError("index_beyond_tree", index=index, size=size)
    climb = _Climb(index, size - 1, "inclusion_proof_wrong")
    computed = leaf
    for sibling in proof:
        computed = node_hash(sibling, computed) if climb.from_the_left() else node_hash(computed, sibling)
    climb.at_the_top()
    if computed != root:
        raise ProofError("inclusion_proof_wrong")


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the tree with the old size and root is the beginning of the other.

    The proof is empty from an empty tree and between trees of one size. ProofError `size_malformed`, `hash_malformed` or
    `consistency_proof_wrong` (RFC 9162, section 2.1.4.2).
    """
    _check_size(old_size)
    _check_size(size)
    _check_hashes(old_root, root, *proof)
    if old_size in {0, size}:
        expected = EMPTY_ROOT if old_size == 0 else root
        if proof or old_root != expected or (size == 0 and root != EMPTY_ROOT):
            raise ProofError("consistency_proof_wrong")
        return
    if old_size > size or not proof:
        raise ProofError("consistency_proof_wrong")
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    aligned = _trailing_ones(old_size - 1)
    climb = _Climb((old_size - 1) >> aligned, (size - 1) >> aligned, "consistency_proof_wrong")
    old_computed = computed = path[0]
    for sibling in path[1:]:
        if climb.from_the_left():
            old_computed, computed = node_hash(sibling, old_computed), node_hash(sibling, computed)
        else:
            computed = node_hash(computed, sibling)
    climb.at_the_top()
    if (old_computed, computed) != (old_root, root):
        raise ProofError("consistency_proof_wrong")


class _Climb:
    """The way from a node to the root, as both verifying algorithms of RFC 9162 go it: `fn` and `sn` there."""

    def __init__(self, node: int, last: int, code: Code) -> None:
        self._node = node
        self._last = last
        self._code: Code = code

    def from_the_left(self) -> bool:
        """Go one step; whether the sibling that is met stands to the left."""
        if self._last == 0:
            raise ProofError(self._code)  # more hashes than levels
        left = bool(self._node & 1) or self._node == self._last
        if left:
            steps = _trailing_zeros(self._node)
            self._node >>= steps
            self._last >>= steps
        self._node >>= 1
        self._last >>= 1
        return left

    def at_the_top(self) -> None:
        """Refuse a way that ends below the root."""
        if self._last != 0:
            raise ProofError(self._code)


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1 if number else 0


def _trailing_ones(number: int) -> int:
    return _trailing_zeros(number + 1)


def _check_size(size: int) -> None:
    if not 0 <= size <= LARGEST:
        raise ProofError("size_malformed", size=size)


def _check_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError("hash_malformed")
