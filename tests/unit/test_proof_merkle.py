"""Trees, roots and proofs against the standard written out plainly, and against tampering."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.frontier import Frontier
from shared.kernel.proof.merkle import EMPTY_ROOT, LONGEST_PROOF, verify_consistency, verify_inclusion
from shared.kernel.proof.proving import Subtree, plan_consistency, plan_inclusion, plan_root, prove_consistency, prove_inclusion
from tests.support import rfc6962

LEAVES = rfc6962.leaves(300)
SIZES = st.integers(1, len(LEAVES))


def of(leaves: Sequence[bytes], subtrees: Sequence[Subtree]) -> list[bytes]:
    """The hashes of complete subtrees, by the plain implementation."""
    return [rfc6962.root(leaves[one.index << one.level : (one.index + 1) << one.level]) for one in subtrees]


def read(subtrees: Sequence[Subtree]) -> list[bytes]:
    return of(LEAVES, subtrees)


@st.composite
def inclusions(draw: st.DrawFn) -> tuple[int, int, list[bytes]]:
    size = draw(SIZES)
    index = draw(st.integers(0, size - 1))
    return index, size, prove_inclusion(index, size, read)


@st.composite
def consistencies(draw: st.DrawFn) -> tuple[int, int, list[bytes]]:
    size = draw(st.integers(2, len(LEAVES)))
    old = draw(st.integers(1, size - 1))
    return old, size, prove_consistency(old, size, read)


def flipped(data: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(data))


def holds(index: int, size: int, proof: Sequence[bytes], *, leaf: bytes, root: bytes) -> bool:
    try:
        verify_inclusion(leaf, index, size, proof, root)
    except ProofError:
        return False
    return True


def follows(old: int, size: int, proof: Sequence[bytes], *, old_root: bytes, root: bytes) -> bool:
    try:
        verify_consistency(old, old_root, size, root, proof)
    except ProofError:
        return False
    return True


def sides_of_siblings(index: int, size: int) -> list[bool] | None:
    """From the leaf up, on which side its siblings stand: trees where that is the same cannot be told apart by a proof."""
    if index >= size:
        return None
    sides: list[bool] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        sides.append(index < middle)
        start, end = (start, middle) if index < middle else (middle, end)
    return sides[::-1]


def test_every_proof_of_small_trees_is_that_of_the_standard_and_holds() -> None:
    for size in range(1, 70):
        hashes, root = LEAVES[:size], rfc6962.root(LEAVES[:size])
        for index in range(size):
            made = prove_inclusion(index, size, read)
            assert made == rfc6962.path(index, hashes)
            verify_inclusion(LEAVES[index], index, size, made, root)
        for old in range(size + 1):
            made = prove_consistency(old, size, read)
            assert made == rfc6962.proof(old, hashes)
            verify_consistency(old, rfc6962.root(LEAVES[:old]), size, root, made)


@given(inclusions())
def test_an_inclusion_proof_is_that_of_the_standard_and_holds(made: tuple[int, int, list[bytes]]) -> None:
    index, size, proof = made
    assert proof == rfc6962.path(index, LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, proof, rfc6962.root(LEAVES[:size]))


@given(consistencies())
def test_a_consistency_proof_is_that_of_the_standard_and_holds(made: tuple[int, int, list[bytes]]) -> None:
    old, size, proof = made
    assert proof == rfc6962.proof(old, LEAVES[:size])
    verify_consistency(old, rfc6962.root(LEAVES[:old]), size, rfc6962.root(LEAVES[:size]), proof)


@given(inclusions(), st.data())
def test_an_inclusion_proof_that_was_touched_does_not_hold(made: tuple[int, int, list[bytes]], data: st.DataObject) -> None:
    index, size, proof = made
    leaf, root, bit = LEAVES[index], rfc6962.root(LEAVES[:size]), data.draw(st.integers(0, 255))
    assert not holds(index, size, proof, leaf=flipped(leaf, bit), root=root)
    assert not holds(index, size, proof, leaf=leaf, root=flipped(root, bit))
    other = data.draw(SIZES.filter(lambda number: number - 1 != index))
    assert not holds(other - 1, size, proof, leaf=leaf, root=root)
    assert not holds(index, size, [*proof, root], leaf=leaf, root=root)
    assert not holds(index, size, [leaf, *proof], leaf=leaf, root=root)
    for at, one in enumerate(proof):
        assert not holds(index, size, [*proof[:at], flipped(one, bit), *proof[at + 1 :]], leaf=leaf, root=root)
        assert not holds(index, size, [*proof[:at], *proof[at + 1 :]], leaf=leaf, root=root)
        assert not holds(index, size, [*proof[:at], one[:-1], *proof[at + 1 :]], leaf=leaf, root=root)
    for at in range(len(proof) - 1):
        swapped = [*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :]]
        assert not holds(index, size, swapped, leaf=leaf, root=root)


@given(inclusions(), st.data())
def test_an_inclusion_proof_for_another_size_does_not_hold(made: tuple[int, int, list[bytes]], data: st.DataObject) -> None:
    index, size, proof = made
    other = data.draw(st.integers(0, 2**63 - 1).filter(lambda number: sides_of_siblings(index, number) != sides_of_siblings(index, size)))
    assert not holds(index, other, proof, leaf=LEAVES[index], root=rfc6962.root(LEAVES[:size]))


@given(consistencies(), st.data())
def test_a_consistency_proof_that_was_touched_does_not_hold(made: tuple[int, int, list[bytes]], data: st.DataObject) -> None:
    old, size, proof = made
    roots = {"old_root": rfc6962.root(LEAVES[:old]), "root": rfc6962.root(LEAVES[:size])}
    bit = data.draw(st.integers(0, 255))
    assert not follows(old, size, proof, old_root=flipped(roots["old_root"], bit), root=roots["root"])
    assert not follows(old, size, proof, old_root=roots["old_root"], root=flipped(roots["root"], bit))
    assert not follows(old, size, proof, old_root=roots["root"], root=roots["old_root"])
    assert not follows(size, old, proof, **roots)
    assert not follows(old, size, [], **roots)
    assert not follows(old, size, [*proof, roots["root"]], **roots)
    assert not follows(old, size, [roots["old_root"], *proof], **roots)
    for at, one in enumerate(proof):
        assert not follows(old, size, [*proof[:at], flipped(one, bit), *proof[at + 1 :]], **roots)
        assert not follows(old, size, [*proof[:at], *proof[at + 1 :]], **roots)
        assert not follows(old, size, [*proof[:at], one + b"\x00", *proof[at + 1 :]], **roots)


@given(consistencies(), SIZES)
def test_a_tree_that_rewrote_a_leaf_has_no_consistency_proof(made: tuple[int, int, list[bytes]], changed: int) -> None:
    old, size, _ = made
    rewritten = [*LEAVES]
    rewritten[changed % old] = sha256(b"rewritten").digest()
    proof = plan_consistency(old, size).proof(lambda subtrees: of(rewritten, subtrees))
    assert not follows(old, size, proof, old_root=rfc6962.root(LEAVES[:old]), root=rfc6962.root(rewritten[:size]))


def test_a_proof_of_another_length_than_the_sizes_ask_for_does_not_hold() -> None:
    two, four, eight = LEAVES[:2], LEAVES[:4], LEAVES[:8]
    # Each root fits what its proof leads to, and only the size does not: as a log would have it that lies about its size.
    assert not holds(0, 1, [two[0]], leaf=two[1], root=rfc6962.root(two))
    assert not holds(0, 4, [two[1]], leaf=two[0], root=rfc6962.root(two))
    assert not follows(2, 8, rfc6962.proof(2, four), old_root=rfc6962.root(two), root=rfc6962.root(four))
    assert not follows(2, 4, rfc6962.proof(2, eight), old_root=rfc6962.root(two), root=rfc6962.root(eight))


def test_a_larger_tree_is_not_the_beginning_of_a_smaller() -> None:
    root, proof = rfc6962.root(LEAVES[:7]), [rfc6962.root(LEAVES[4:7]), rfc6962.root(LEAVES[:4])]
    assert not follows(6, 5, proof, old_root=root, root=root)  # though the hashes add up


def test_what_is_no_hash_is_called_so() -> None:
    root, short = rfc6962.root(LEAVES[:2]), LEAVES[1][:-1]
    for leaf, proof, of_tree in ((short, [LEAVES[1]], root), (LEAVES[0], [short], root), (LEAVES[0], [LEAVES[1]], root[1:])):
        with pytest.raises(ProofError, match="hash_malformed"):
            verify_inclusion(leaf, 0, 2, proof, of_tree)
    for old, proof, new in ((short, [LEAVES[1]], root), (LEAVES[0], [short], root), (LEAVES[0], [LEAVES[1]], root[1:])):
        with pytest.raises(ProofError, match="hash_malformed"):
            verify_consistency(1, old, 2, new, proof)


def test_from_nothing_everything_follows_and_of_one_size_only_the_same() -> None:
    root, other = rfc6962.root(LEAVES[:5]), rfc6962.root(LEAVES[:6])
    assert follows(0, 5, [], old_root=EMPTY_ROOT, root=root)
    assert follows(0, 0, [], old_root=EMPTY_ROOT, root=EMPTY_ROOT)
    assert follows(5, 5, [], old_root=root, root=root)
    assert not follows(0, 5, [other], old_root=EMPTY_ROOT, root=root)
    assert not follows(0, 5, [], old_root=root, root=root)
    assert not follows(0, 0, [], old_root=EMPTY_ROOT, root=root)
    assert not follows(5, 5, [], old_root=other, root=root)
    assert not follows(5, 5, [root], old_root=root, root=root)


@pytest.mark.parametrize(
    ("index", "size", "code"),
    [(5, 5, "index_beyond_tree"), (-1, 5, "index_beyond_tree"), (0, 0, "index_beyond_tree"), (0, 2**63, "size_malformed")],
)
def test_no_proof_is_made_of_what_is_not_there(index: int, size: int, code: str) -> None:
    with pytest.raises(ProofError, match=code):
        plan_inclusion(index, size)
    with pytest.raises(ProofError, match=code):
        verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


def test_no_proof_leads_to_a_smaller_tree() -> None:
    with pytest.raises(ProofError, match="size_malformed"):
        plan_consistency(6, 5)


def test_the_largest_tree_has_inclusion_proofs_of_63_hashes() -> None:
    largest = 2**63 - 1
    assert max(len(plan_inclusion(index, largest).steps) for index in (0, 1, largest // 2, largest - 1)) == LONGEST_PROOF


@given(SIZES.flatmap(lambda size: st.tuples(st.just(size), st.lists(st.integers(1, 40), max_size=12))))
def test_a_tree_has_one_root_however_it_grew(grown: tuple[int, list[int]]) -> None:
    size, steps = grown
    frontier, at = Frontier(), 0
    for step in [*steps, size]:
        frontier = Frontier.load(frontier.append(LEAVES[at : min(at + step, size)]).dump())
        at = min(at + step, size)
    assert (frontier.size, frontier.root) == (size, rfc6962.root(LEAVES[:size]))
    assert frontier.root == plan_root(size).proof(read)[0]


def test_a_frontier_that_was_cut_or_padded_is_refused() -> None:
    dumped = Frontier().append(LEAVES[:7]).dump()
    for broken in (b"", dumped[:7], dumped[:-1], dumped[:-32], dumped + b"\x00" * 32, b"\xff" + dumped[1:]):
        with pytest.raises(ProofError, match="frontier_malformed"):
            Frontier.load(broken)
    with pytest.raises(ProofError, match="hash_malformed"):
        Frontier().append([LEAVES[0], LEAVES[1][:-1]])
