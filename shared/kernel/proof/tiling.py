"""Cutting a growing tree into tiles, and reading subtrees' hashes back out of them (c2sp.org/tlog-tiles)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from shared.kernel.proof.encoding import LARGEST
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.frontier import Frontier
from shared.kernel.proof.merkle import HASH_BYTES, hashes_of, parents, subtree_root
from shared.kernel.proof.proving import HashReader, Subtree
from shared.kernel.proof.tiles import TILE_HEIGHT, TILE_WIDTH, Bundle, Tile

_SIZE_BYTES = 8

TileReader = Callable[[Tile], bytes]
"""Answers a tile's bytes: 32 for each hash of its width."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The unfinished tiles at the right edge of a tree, by level: the hashes that no full tile holds yet.

    `rows[level]` holds `(size >> 8 * level) % 256` hashes of 32 bytes; the last row is the topmost with any hash at all.
    """

    size: int = 0
    rows: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= LARGEST or [len(row) for row in self.rows] != _row_lengths(self.size):
            raise ProofError("frontier_malformed", size=self.size)

    def append(self, leaves: Iterable[bytes]) -> tuple["Edge", list[tuple[Tile, bytes]]]:
        """Return the edge after these leaf hashes, in order, and every tile that is new or wider, level by level, with its bytes.

        ProofError `hash_malformed` for a leaf hash that is not 32 bytes.
        """
        new = list(leaves)
        if any(len(one) != HASH_BYTES for one in new):
            raise ProofError("hash_malformed")
        size, rows = self.size + len(new), list(self.rows)
        tiles: list[tuple[Tile, bytes]] = []
        for level in range(_levels(size)):
            if not new:
                break
            first = self.size >> (TILE_HEIGHT * (level + 1))
            if level == len(rows):
                rows.append(b"")
            row = hashes_of(rows[level]) + new
            full = len(row) // TILE_WIDTH
            starts = range(0, full * TILE_WIDTH, TILE_WIDTH)
            tiles += [(Tile(level, index), b"".join(row[start : start + TILE_WIDTH])) for index, start in enumerate(starts, start=first)]
            rest = row[full * TILE_WIDTH :]
            rows[level] = b"".join(rest)
            if rest:
                tiles.append((Tile(level, first + full, len(rest)), rows[level]))
            new = row[: full * TILE_WIDTH]
            for _ in range(TILE_HEIGHT):
                new = parents(new)
        return Edge(size, tuple(rows)), tiles

    @property
    def frontier(self) -> Frontier:
        """The complete subtrees of the tree, from which its root follows."""
        subtrees: list[bytes] = []
        for row in reversed(self.rows):
            hashes = hashes_of(row)
            while hashes:
                width = 1 << (len(hashes).bit_length() - 1)
                subtrees.append(subtree_root(hashes[:width]))
                hashes = hashes[width:]
        return Frontier(self.size, tuple(subtrees))

    @property
    def tiles(self) -> list[tuple[Tile, bytes]]:
        """The unfinished tiles themselves, level by level, with their bytes."""
        rows = zip(_unfinished(self.size), self.rows, strict=True)
        return [(tile, row) for tile, row in rows if tile is not None]

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return self.frontier.root

    def dump(self) -> bytes:
        """Return 8 bytes of size, big-endian, and the rows, the leaves' first."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.rows)

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Return what was dumped; ProofError `frontier_malformed` for anything else."""
        size, hashes = int.from_bytes(data[:_SIZE_BYTES], "big"), data[_SIZE_BYTES:]
        lengths = _row_lengths(size) if size <= LARGEST else []
        if len(data) < _SIZE_BYTES or sum(lengths) != len(hashes):
            raise ProofError("frontier_malformed", size=size)
        rows = []
        for length in lengths:
            rows.append(hashes[:length])
            hashes = hashes[length:]
        return cls(size, tuple(rows))

    @classmethod
    def of(cls, size: int, read: TileReader) -> Self:
        """Return the edge of a tree of this size from its partial tiles; ProofError `tile_malformed` for one of a wrong length."""
        rows = [read_tile(tile, read) if tile else b"" for tile in _unfinished(size)]
        return cls(size, tuple(rows))


def new_tiles(old_size: int, size: int) -> list[Tile]:
    """Return the tiles of a tree that it did not have, or had narrower, at the old size, level by level."""
    tiles: list[Tile] = []
    for level in range(_levels(size)):
        before, after = old_size >> (TILE_HEIGHT * level), size >> (TILE_HEIGHT * level)
        if before < after:
            tiles += [Tile(level, index, width) for index, width in _cut(before, after)]
    return tiles


def new_bundles(old_size: int, size: int) -> list[Bundle]:
    """Return the entry bundles of a tree that it did not have, or had narrower, at the old size."""
    return [Bundle(index, width) for index, width in _cut(old_size, size)]


def tiles_with(subtrees: Iterable[Subtree], size: int) -> list[Tile]:
    """Return the tiles, each once, that hold these complete subtrees of a tree of this size; ProofError `index_beyond_tree`."""
    return list(dict.fromkeys(_place(subtree, size)[0] for subtree in subtrees))


def hashes_from(read: TileReader, size: int) -> HashReader:
    """Return the reader of subtrees' hashes out of the tiles of a tree of this size.

    The reader raises ProofError `index_beyond_tree` for a subtree that is not in the tree, `tile_malformed` for a tile of a
    wrong length. It trusts the tiles: a proof made from them is for its verifier to judge.
    """

    def answer(subtrees: Sequence[Subtree]) -> list[bytes]:
        tiles = {tile: hashes_of(read_tile(tile, read)) for tile in tiles_with(subtrees, size)}
        places = [_place(subtree, size) for subtree in subtrees]
        return [subtree_root(tiles[tile][start:end]) for tile, start, end in places]

    return answer


def read_tile(tile: Tile, read: TileReader) -> bytes:
    """Return a tile's bytes; ProofError `tile_malformed` when they are not as long as it is wide."""
    data = read(tile)
    if len(data) != tile.width * HASH_BYTES:
        raise ProofError("tile_malformed", path=tile.path)
    return data


def _place(subtree: Subtree, size: int) -> tuple[Tile, int, int]:
    """Return the tile with the hashes right below a subtree's root or at it, and where in it they begin and end."""
    tile_level, height = divmod(subtree.level, TILE_HEIGHT)
    first, hashes = subtree.index << height, size >> (TILE_HEIGHT * tile_level)
    if first < 0 or first + (1 << height) > hashes:
        raise ProofError("index_beyond_tree", index=subtree.index << subtree.level, size=size)
    index, start = divmod(first, TILE_WIDTH)
    return Tile(tile_level, index, min(TILE_WIDTH, hashes - index * TILE_WIDTH)), start, start + (1 << height)


def _cut(before: int, after: int) -> list[tuple[int, int]]:
    """Return index and width of each tile that covers what is new between two numbers of hashes on one level."""
    tiles = range(before // TILE_WIDTH, -(-after // TILE_WIDTH)) if before < after else ()
    return [(index, min(TILE_WIDTH, after - index * TILE_WIDTH)) for index in tiles]


def _unfinished(size: int) -> list[Tile | None]:
    """Return the partial tile of each level, None where the last one is full."""
    rows = [divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH) for level in range(_levels(size))]
    return [Tile(level, index, width) if width else None for level, (index, width) in enumerate(rows)]


def _row_lengths(size: int) -> list[int]:
    return [(size >> (TILE_HEIGHT * level)) % TILE_WIDTH * HASH_BYTES for level in range(_levels(size))]


def _levels(size: int) -> int:
    return -(-size.bit_length() // TILE_HEIGHT)
