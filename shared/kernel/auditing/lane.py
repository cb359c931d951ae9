"""A lane recomputed: its leaves, its tree, its tiles, and whether every claim about it still holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.kernel.auditing.claims import Claim
from shared.kernel.auditing.faults import Fault
from shared.kernel.auditing.rows import Reader, Row
from shared.kernel.proof.merkle import HASH_BYTES
from shared.kernel.proof.tiles import TILE_WIDTH, Tile
from shared.kernel.proof.tiling import Edge, new_tiles

if TYPE_CHECKING:
    from asyncpg import Record

BATCH = 16 * TILE_WIDTH
"""Rows taken at a time: whole tiles."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database keeps of a lane besides its rows: where it says the lane ends, and its tree's edge."""

    head: int
    edge: Edge


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found: positions recomputed and the root over them, how many claims hold, and everything that is wrong."""

    size: int
    root: bytes
    held: Sequence[Claim]
    faults: Sequence[Fault]

    @property
    def witnessed(self) -> Claim | None:
        """The largest claim that holds and that a quorum has cosigned."""
        return max((claim for claim in self.held if claim.accepted), key=lambda claim: claim.size, default=None)


class Audit:
    """Takes a lane's rows batch by batch, and the tiles kept of them; memory grows with the streams, not with the rows."""

    def __init__(self, service: str, county: str, kept: Kept, claims: Sequence[Claim]) -> None:
        self._reader = Reader(service, county)
        self._kept = kept
        self._claims = claims
        self._cuts = sorted({claim.size for claim in claims} | {kept.edge.size}, reverse=True)
        self._edge = Edge()
        self._roots: dict[int, bytes] = {0: self._edge.root}
        self._bad: Fault | None = None
        self._faults: list[Fault] = []

    @property
    def size(self) -> int:
        """Positions recomputed so far."""
        return self._edge.size

    def wanted(self, after: int) -> list[Tile]:
        """Return the full tiles that the batch after a position brings, to be read from where they are kept."""
        until = min(after + BATCH, self._kept.edge.size)
        return [tile for tile in new_tiles(after, until) if tile.width == TILE_WIDTH] if until > after else []

    def take(self, rows: "Sequence[Row | Record]", tiles: Mapping[Tile, bytes]) -> bool:
        """Take the next `BATCH` rows, fewer at the end, and the `wanted` tiles kept of them; False once a position is bad."""
        leaves: list[bytes] = []
        self._bad = self._reader.read(rows, leaves)
        agreed = self._agreed(leaves, tiles)
        if agreed < len(leaves):
            self._bad = Fault("tree_differs", self.size + agreed + 1)
            del leaves[agreed:]
        self._grow(leaves, tiles)
        return self._bad is None

    def finish(self) -> Audited:
        """Return what was found, once all rows were taken or one was bad."""
        if self._bad is None:
            self._check_length()
        held = [claim for claim in self._claims if self._roots.get(claim.size) == claim.root]
        for claim in sorted(self._claims, key=lambda claim: claim.size):
            if claim.size in self._roots and self._roots[claim.size] != claim.root:
                good = max((other.size for other in held if other.size < claim.size), default=0)
                details = {"source": claim.source, "size": claim.size, "after": good}
                self._faults.append(Fault("root_differs", None, details))
        faults = self._faults if self._bad is None else [self._bad, *self._faults]
        return Audited(self.size, self._edge.root, held, faults)

    def _check_length(self) -> None:
        """A lane is as long as it ever was, and as its head says."""
        longest = max(self._claims, key=lambda claim: claim.size, default=None)
        if longest is not None and longest.size > self.size:
            self._bad = Fault("lane_short", self.size + 1, {"size": longest.size, "source": longest.source})
        elif self._kept.edge.size > self.size:
            self._bad = Fault("lane_short", self.size + 1, {"size": self._kept.edge.size, "source": "the tree kept in the database"})
        elif self._kept.head > self.size:
            self._bad = Fault("lane_short", self.size + 1, {"size": self._kept.head, "source": "the lane's head"})
        elif self._kept.head < self.size:
            self._faults.append(Fault("head_differs", None, {"head": self._kept.head, "size": self.size}))

    def _agreed(self, leaves: Sequence[bytes], tiles: Mapping[Tile, bytes]) -> int:
        """Return how many of the leaves, from the first, are those that the tree was made of; beyond its edge nothing is known."""
        for start in range(0, len(leaves), TILE_WIDTH):
            kept = self._kept_leaves((self.size + start) // TILE_WIDTH, tiles)
            own = b"".join(leaves[start : start + TILE_WIDTH])
            length = min(len(own), len(kept))
            if own[:length] != kept[:length]:
                return start + next(at for at in range(length) if own[at] != kept[at]) // HASH_BYTES
        return len(leaves)

    def _kept_leaves(self, index: int, tiles: Mapping[Tile, bytes]) -> bytes:
        edge = self._kept.edge
        if (index + 1) * TILE_WIDTH <= edge.size:
            return tiles.get(Tile(0, index), b"")  # one that is missing is told by `_compare`
        return edge.rows[0] if edge.rows and index == edge.size // TILE_WIDTH else b""

    def _grow(self, leaves: Sequence[bytes], tiles: Mapping[Tile, bytes]) -> None:
        """Append, stopping at every size that something was said of."""
        start, end = self.size, self.size + len(leaves)
        while self.size < end:
            while self._cuts and self._cuts[-1] <= self.size:
                self._cuts.pop()
            until = min(end, self._cuts[-1]) if self._cuts else end
            self._edge, made = self._edge.append(leaves[self.size - start : until - start])
            self._compare(made, tiles)
            if self._cuts and until == self._cuts[-1]:
                self._roots[until] = self._edge.root
            if until == self._kept.edge.size and self._edge != self._kept.edge:
                self._faults.append(Fault("edge_differs", None, {"size": until}))

    def _compare(self, made: Iterable[tuple[Tile, bytes]], tiles: Mapping[Tile, bytes]) -> None:
        for tile, hashes in made:
            if tile.width < TILE_WIDTH or not tile.within(self._kept.edge.size):
                continue
            if tile not in tiles:
                self._faults.append(Fault("tile_missing", None, {"path": tile.path}))
            elif tiles[tile] != hashes:
                self._faults.append(Fault("tile_differs", None, {"path": tile.path}))
