"""Trees, roots and proofs against the vectors published with the standard and its implementations."""

from collections.abc import Sequence

import pytest

from shared.kernel.proof.frontier import Frontier
from shared.kernel.proof.merkle import EMPTY_ROOT, leaf_hash, node_hash, verify_consistency, verify_inclusion
from shared.kernel.proof.proving import Subtree, plan_consistency, plan_inclusion
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


def of(leaves: Sequence[bytes], subtrees: Sequence[Subtree]) -> list[bytes]:
    """The hashes of complete subtrees, by the plain implementation."""
    return [rfc6962.root(leaves[one.index << one.level : (one.index + 1) << one.level]) for one in subtrees]


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
