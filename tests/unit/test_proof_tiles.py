"""Tiles and entry bundles: paths, bytes, and what a growing tree adds, against trees cut plainly by the definition."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.proving import Subtree, plan_inclusion, prove_consistency, prove_inclusion
from shared.kernel.proof.tiles import Bundle, Tile, decode_bundle, encode_bundle, parse_path
from shared.kernel.proof.tiling import Edge, hashes_from, new_bundles, new_tiles, tiles_with
from tests.support import rfc6962

LEAVES = rfc6962.leaves(1_400)
SIZES = st.one_of(st.integers(0, len(LEAVES)), st.sampled_from([0, 1, 255, 256, 257, 511, 512, 513, 1_023, 1_024, 1_025]))


def cut(size: int) -> dict[Tile, bytes]:
    """Every tile of the tree of this size, by the definition: MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l])."""
    tiles: dict[Tile, bytes] = {}
    level = 0
    while size >> 8 * level:
        span, count = 256**level, size >> 8 * level
        hashes = [rfc6962.root(LEAVES[at * span : (at + 1) * span]) for at in range(count)]
        for start in range(0, count, 256):
            some = hashes[start : start + 256]
            tiles[Tile(level, start // 256, len(some))] = b"".join(some)
        level += 1
    return tiles


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 999, 1), "tile/1/999.p/1"),
        (Tile(0, 1_000), "tile/0/x001/000"),
        (Tile(5, 1_234_067, 255), "tile/5/x001/x234/067.p/255"),
        (Tile(63, 7), "tile/63/007"),
        (Bundle(0, 8), "tile/entries/000.p/8"),
        (Bundle(1_234_067), "tile/entries/x001/x234/067"),
    ],
)
def test_a_path_says_level_index_and_width(tile: Tile | Bundle, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/entries/",
        "tile/0/x000/001",  # written longer than it is
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/x1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",  # digits, but not of ASCII
        "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",  # beyond any tree
        "tile/0/x000/x000/x000/x000/x000/x000/x000/001",
    ],
)
def test_a_path_written_in_another_way_is_refused(path: str) -> None:
    with pytest.raises(ProofError, match="tile_path_malformed"):
        parse_path(path)


@pytest.mark.parametrize(("level", "index", "width"), [(0, 0, 0), (0, 0, 257), (0, -1, 1), (64, 0, 1), (-1, 0, 1), (0, 2**55, 1)])
def test_there_is_no_such_tile(level: int, index: int, width: int) -> None:
    with pytest.raises(ProofError, match="tile_path_malformed"):
        Tile(level, index, width)


@given(st.integers(0, 63), st.integers(0, (2**63 - 1) // 256), st.integers(1, 256))
def test_every_path_leads_back(level: int, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path) == Tile(level, index, width)
    assert parse_path(Bundle(index, width).path) == Bundle(index, width)


@given(st.from_regex(re.compile(r"tile/[0-9a-z]{0,8}/[x0-9/]{0,12}(\.p/[0-9]{0,4})?"), fullmatch=True))
def test_a_path_is_refused_or_written_just_so(path: str) -> None:
    try:
        found = parse_path(path)
    except ProofError:
        return
    assert found.path == path


def test_a_tile_is_within_a_tree_that_has_all_its_hashes() -> None:
    assert Tile(0, 273, 112).within(70_000)
    assert not Tile(0, 273, 113).within(70_000)
    assert Tile(0, 273, 5).within(70_000)
    assert Tile(1, 1, 17).within(70_000)
    assert not Tile(1, 1, 18).within(70_000)
    assert not Tile(3, 0, 1).within(70_000)
    assert Bundle(0).within(256)
    assert not Bundle(0).within(255)


def test_the_tree_of_the_specification_has_its_tiles() -> None:
    tiles = new_tiles(0, 70_000)
    assert [len([tile for tile in tiles if tile.level == level and tile.width == 256]) for level in range(4)] == [273, 1, 0, 0]
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert new_tiles(0, 256) == [Tile(0, 0), Tile(1, 0, 1)]
    assert len(new_bundles(0, 70_000)) == 274


@given(SIZES, SIZES)
def test_a_growing_tree_adds_the_tiles_it_did_not_have(one: int, other: int) -> None:
    old, size = sorted((one, other))
    before, after = cut(old), cut(size)
    edge, first = Edge().append(LEAVES[:old])
    grown, second = Edge.load(edge.dump()).append(LEAVES[old:size])
    assert dict(first) == before
    assert dict(second) == {tile: data for tile, data in after.items() if tile not in before}
    assert [tile for tile, _ in second] == new_tiles(old, size)
    assert {(bundle.index, bundle.width) for bundle in new_bundles(old, size)} == {
        (tile.index, tile.width) for tile, _ in second if tile.level == 0
    }
    assert grown.root == rfc6962.root(LEAVES[:size])
    assert grown == Edge.of(size, after.__getitem__)


@given(SIZES.filter(bool), st.data())
def test_proofs_read_from_tiles_are_those_of_the_standard(size: int, data: st.DataObject) -> None:
    tiles = cut(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    read = hashes_from(tiles.__getitem__, size)
    assert prove_inclusion(index, size, read) == rfc6962.path(index, LEAVES[:size])
    assert prove_consistency(old, size, read) == rfc6962.proof(old, LEAVES[:size])


def test_a_proof_needs_few_tiles_and_says_which() -> None:
    size = 66_000
    edge, tiles = Edge().append(rfc6962.leaves(size))
    plan = plan_inclusion(1_000, size)
    needed = tiles_with(plan.subtrees, size)
    assert needed == [Tile(0, 3), Tile(1, 0), Tile(1, 1, 1), Tile(0, 257, 208)]
    fetched = {tile: data for tile, data in tiles if tile in needed}
    assert plan.proof(hashes_from(fetched.__getitem__, size)) == plan.proof(hashes_from(dict(tiles).__getitem__, size))
    assert edge.frontier.size == size


def test_a_tile_of_a_wrong_length_is_refused() -> None:
    read = hashes_from(lambda tile: cut(300)[tile][:-1], 300)
    with pytest.raises(ProofError, match="tile_malformed") as caught:
        prove_inclusion(0, 300, read)
    assert caught.value.details == {"path": "tile/0/000"}
    with pytest.raises(ProofError, match="tile_malformed"):
        Edge.of(300, lambda _: b"")


@pytest.mark.parametrize("subtree", [Subtree(0, 300), Subtree(8, 1), Subtree(16, 0), Subtree(9, 0), Subtree(0, -1)])
def test_a_subtree_that_is_not_in_the_tree_is_refused(subtree: Subtree) -> None:
    with pytest.raises(ProofError, match="index_beyond_tree"):
        tiles_with([subtree], 300)


def test_an_edge_that_was_cut_or_padded_is_refused() -> None:
    edge, _ = Edge().append(LEAVES[:700])
    dumped = edge.dump()
    for broken in (b"", dumped[:7], dumped[:-1], dumped[:-32], dumped + b"\x00" * 32, b"\xff" + dumped[1:]):
        with pytest.raises(ProofError, match="frontier_malformed"):
            Edge.load(broken)
    with pytest.raises(ProofError, match="frontier_malformed"):
        Edge(701, edge.rows)
    with pytest.raises(ProofError, match="hash_malformed"):
        edge.append([b"short"])


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    data = encode_bundle(entries)
    assert decode_bundle(data, len(entries)) == entries
    for broken in (data[:-1], data + b"\x00", data + b"\x00\x00"):
        with pytest.raises(ProofError, match="bundle_malformed"):
            decode_bundle(broken, len(entries))
    with pytest.raises(ProofError, match="bundle_malformed"):
        decode_bundle(data, len(entries) + 1)


def test_a_bundle_takes_entries_of_up_to_65535_bytes_and_up_to_256_of_them() -> None:
    assert encode_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert decode_bundle(encode_bundle([b"x" * 65_535]), 1) == [b"x" * 65_535]
    with pytest.raises(ProofError, match="entry_too_long"):
        encode_bundle([b"x" * 65_536])
    for entries in ([], [b""] * 257):
        with pytest.raises(ProofError, match="bundle_malformed"):
            encode_bundle(entries)
