"""Trees, roots and proofs against the published vectors, against the standard written out plainly, and against tampering."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.frontier import Frontier
from shared.kernel.proof.merkle import EMPTY_ROOT, LONGEST_PROOF, leaf_hash, node_hash, verify_consistency, verify_inclusion
from shared.kernel.proof.proving import Subtree, plan_consistency, plan_inclusion, plan_root, prove_consistency, prove_inclusion
from tests.support import rfc6962

# The eight leaves, roots and proofs that the implementations of Certificate Transparency have tested with since RFC 6962.
BODIES = [
    bytes.fromhex(text) for text in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
ROOTS = [
    bytes.fromhex(text)
    for text in [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
]
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        7,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]
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


def test_the_published_roots_come_out() -> None:
    frontier = Frontier()
    roots = [frontier.root]
    for body in BODIES:
        frontier = frontier.append([leaf_hash(body)])
        roots.append(frontier.root)
    assert roots == ROOTS
    assert ROOTS[0] == EMPTY_ROOT


def test_a_leaf_is_no_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_the_published_inclusion_proofs_are_made_and_hold(index: int, size: int, proof: list[str]) -> None:
    hashes = [leaf_hash(body) for body in BODIES]
    made = plan_inclusion(index, size).proof(lambda subtrees: of(hashes, subtrees))
    assert [one.hex() for one in made] == proof
    verify_inclusion(hashes[index], index, size, made, ROOTS[size])


@pytest.mark.parametrize(("old", "size", "proof"), CONSISTENCY)
def test_the_published_consistency_proofs_are_made_and_hold(old: int, size: int, proof: list[str]) -> None:
    hashes = [leaf_hash(body) for body in BODIES]
    made = plan_consistency(old, size).proof(lambda subtrees: of(hashes, subtrees))
    assert [one.hex() for one in made] == proof
    verify_consistency(old, ROOTS[old], size, ROOTS[size], made)


def test_the_worked_example_of_the_standard_comes_out() -> None:
    a, b, c, d, e, f, g = (leaf_hash(b"d%d" % number) for number in range(7))
    h, i, j = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(h, i), node_hash(j, g)
    seven = [a, b, c, d, e, f, g]

    def included(index: int) -> list[bytes]:
        return plan_inclusion(index, 7).proof(lambda subtrees: of(seven, subtrees))

    def consistent(old: int) -> list[bytes]:
        return plan_consistency(old, 7).proof(lambda subtrees: of(seven, subtrees))

    assert [included(index) for index in (0, 3, 4, 6)] == [[b, i, last], [c, h, last], [f, g, k], [j, k]]
    assert [consistent(old) for old in (3, 4, 6)] == [[c, d, h, last], [last], [j, g, k]]


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
