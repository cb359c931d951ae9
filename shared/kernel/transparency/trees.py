"""A lane's tree as the database keeps it: full tiles, the edge, checkpoints; and proofs made from it."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.merkle import HASH_BYTES, hashes_of
from shared.kernel.proof.proving import Plan, plan_consistency, plan_inclusion
from shared.kernel.proof.receipts import Receipt
from shared.kernel.proof.tiles import TILE_WIDTH, Bundle, Tile, encode_bundle
from shared.kernel.proof.tiling import Edge, hashes_from, tiles_with
from shared.kernel.proof.trust import Policy
from shared.kernel.tenancy import county_reading, county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

_TREE = "SELECT edge FROM proof.trees WHERE county = $1"
_LEAVES = """
SELECT string_agg(leaf_hash, '' ORDER BY position) FROM log.events WHERE county = $1 AND position > $2 AND position <= $2 + $3
"""
_TILES = """
SELECT level, number, hashes FROM proof.tiles
WHERE county = $1 AND (level, number) IN (SELECT * FROM unnest($2::smallint[], $3::bigint[]))
"""
_GROW = "SELECT proof.grow($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_LATEST = "SELECT note FROM proof.checkpoints WHERE county = $1 ORDER BY size DESC LIMIT 1"
_COVERING = """
SELECT note FROM proof.checkpoints WHERE county = $1 AND size >= $2 AND witnesses >= $3 ORDER BY size LIMIT 1
"""
_UNPUBLISHED = "SELECT size, request FROM proof.checkpoints WHERE county = $1 AND request IS NOT NULL ORDER BY size LIMIT 50"
_PUBLISHED = "UPDATE proof.checkpoints SET request = NULL WHERE county = $1 AND size = $2"
_PRUNE = """
DELETE FROM proof.checkpoints WHERE county = $1 AND request IS NULL
  AND size < (SELECT size FROM proof.checkpoints WHERE county = $1 ORDER BY size DESC OFFSET 64 LIMIT 1)
"""
_NOTE = "SELECT note FROM proof.checkpoints WHERE county = $1 AND size = $2 FOR UPDATE"
_COSIGNED = "UPDATE proof.checkpoints SET note = $3, witnesses = $4 WHERE county = $1 AND size = $2"
_BODIES = "SELECT body FROM log.events WHERE county = $1 AND position > $2 ORDER BY position LIMIT $3"


@dataclass(frozen=True, slots=True)
class Growth:
    """What a lane's tree was, and what it is with the leaves that came since."""

    before: Edge
    after: Edge
    tiles: Sequence[tuple[Tile, bytes]]
    proof: Sequence[bytes]
    """That the one is the beginning of the other."""


class Trees:
    """The trees of a service's lanes."""

    def __init__(self, pool: "Pool") -> None:
        self.pool = pool
        self.most_leaves = 1 << 16
        """So many a tree grows by at once at most."""

    async def growth(self, county: str) -> Growth | None:
        """Return what the lane's next leaves make of its tree, None when there are none."""
        async with county_reading(self.pool, county) as connection:
            before = await self._edge(connection, county)
            leaves = await connection.fetchval(_LEAVES, county, before.size, self.most_leaves)
            if leaves is None:
                return None
            after, tiles = before.append(hashes_of(leaves))
            proof = await _proof(connection, county, plan_consistency(before.size, after.size), after, tiles)
        return Growth(before, after, tiles, proof)

    async def grow(self, county: str, growth: Growth, note: bytes, signed_at: datetime, request: bytes) -> bool:
        """Keep a growth and the checkpoint signed over it; False when another process has grown the tree meanwhile."""
        full = [(tile, hashes) for tile, hashes in growth.tiles if tile.width == TILE_WIDTH]
        levels, numbers, hashes = [tile.level for tile, _ in full], [tile.index for tile, _ in full], [data for _, data in full]
        edge, sizes = growth.after.dump(), (growth.before.size, growth.after.size)
        return bool(await self.pool.fetchval(_GROW, county, *sizes, edge, levels, numbers, hashes, note, signed_at, request))

    async def unpublished(self, county: str) -> list[tuple[int, bytes]]:
        """Return what the broker does not have yet, in order: the checkpoint's size and what is published of it."""
        async with county_reading(self.pool, county) as connection:
            return [(row["size"], row["request"]) for row in await connection.fetch(_UNPUBLISHED, county)]

    async def published(self, county: str, size: int) -> None:
        """Note that the broker has a checkpoint, and forget those that 64 later ones have made useless."""
        async with county_transaction(self.pool, county) as connection:
            await connection.execute(_PUBLISHED, county, size)
            await connection.execute(_PRUNE, county)

    async def size(self, county: str) -> int:
        """Return how many leaves the tree has."""
        async with county_reading(self.pool, county) as connection:
            return (await self._edge(connection, county)).size

    async def follows(self, county: str, signed: Checkpoint) -> bool:
        """Tell whether a lane holds what was once signed of it: it is as long, and beyond the tree that is kept the root is the same."""
        async with county_reading(self.pool, county) as connection:
            edge = await self._edge(connection, county)
            while edge.size < signed.size:
                leaves = await connection.fetchval(_LEAVES, county, edge.size, min(self.most_leaves, signed.size - edge.size))
                if leaves is None:
                    return False
                edge, _ = edge.append(hashes_of(leaves))
        return edge.size > signed.size or edge.root == signed.root

    async def latest_from(self, county: str, size: int) -> tuple[bytes, list[bytes]] | None:
        """Return the latest checkpoint's note with the proof that the tree of a smaller size is its beginning; None without such a one."""
        async with county_reading(self.pool, county) as connection:
            note = await connection.fetchval(_LATEST, county)
            edge = await self._edge(connection, county)
            if note is None or not 0 <= size < edge.size:
                return None
            return note, await _proof(connection, county, plan_consistency(size, edge.size), edge, ())

    async def latest(self, county: str) -> bytes | None:
        """Return the latest checkpoint with the signatures it has by now."""
        async with county_reading(self.pool, county) as connection:
            note: bytes | None = await connection.fetchval(_LATEST, county)
        return note

    async def tile(self, county: str, tile: Tile) -> bytes | None:
        """Return a tile of any width that the tree has reached, None for others."""
        async with county_reading(self.pool, county) as connection:
            edge = await self._edge(connection, county)
            if not tile.within(edge.size):
                return None
            (found,) = (await _read(connection, county, [tile], edge, {})).values()
        return found

    async def bundle(self, county: str, bundle: Bundle) -> bytes | None:
        """Return an entry bundle, the events' very bytes, of any width that the tree has reached."""
        async with county_reading(self.pool, county) as connection:
            if not bundle.within((await self._edge(connection, county)).size):
                return None
            rows = await connection.fetch(_BODIES, county, bundle.first, bundle.width)
        return encode_bundle([row[0] for row in rows])

    async def receipt(self, county: str, position: int, least_witnesses: int) -> Receipt | None:
        """Return the proof that the lane holds the event at a position, under the first checkpoint that enough witnesses cosigned.

        None as long as there is none.
        """
        async with county_reading(self.pool, county) as connection:
            note = await connection.fetchval(_COVERING, county, position, least_witnesses)
            body = await connection.fetchval(_BODIES, county, position - 1, 1)
            if note is None or body is None:
                return None
            size = int(note.split(b"\n", 2)[1])
            edge = await self._edge(connection, county)
            proof = await _proof(connection, county, plan_inclusion(position - 1, size), edge, (), size=size)
        return Receipt(body, position - 1, tuple(proof), note)

    async def accepted_receipt(self, origin: str, position: int, policy: Policy) -> bytes | None:
        """Return the receipt of an event under the first checkpoint that a policy accepts; None as long as there is none."""
        for least in range(0 if policy.satisfied_by(()) else 1, len(policy.witnesses) + 1):
            receipt = await self.receipt(origin.rpartition("/")[2], position, least)
            if receipt is None:
                return None
            with contextlib.suppress(ProofError):
                policy.accept(receipt.note, origin=origin)
                return receipt.dump()
        return None

    async def note(self, connection: "Connection", county: str, size: int) -> bytes | None:
        """Return a checkpoint's note, locked until the transaction ends."""
        note: bytes | None = await connection.fetchval(_NOTE, county, size)
        return note

    async def cosigned(self, connection: "Connection", county: str, size: int, note: bytes, witnesses: int) -> None:
        """Keep a checkpoint's note with the cosignatures it has now."""
        await connection.execute(_COSIGNED, county, size, note, witnesses)

    @staticmethod
    async def _edge(connection: "Connection", county: str) -> Edge:
        stored = await connection.fetchval(_TREE, county)
        return Edge() if stored is None else Edge.load(stored)


async def _proof(
    connection: "Connection", county: str, plan: Plan, edge: Edge, new: Iterable[tuple[Tile, bytes]], *, size: int | None = None
) -> list[bytes]:
    """Return a proof in the tree of a size (by default the edge's) from tiles just made, tiles kept, and the edge."""
    size = edge.size if size is None else size
    tiles = await _read(connection, county, tiles_with(plan.subtrees, size), edge, dict(new))
    return plan.proof(hashes_from(tiles.__getitem__, size))


async def _read(connection: "Connection", county: str, wanted: Sequence[Tile], edge: Edge, new: dict[Tile, bytes]) -> dict[Tile, bytes]:
    """Return tiles, each as wide as it is wanted, out of full ones or the edge."""
    full = {tile: Tile(tile.level, tile.index) for tile in wanted}
    kept = [tile for tile in full.values() if tile not in new and tile.within(edge.size)]
    if kept:
        rows = await connection.fetch(_TILES, county, [tile.level for tile in kept], [tile.index for tile in kept])
        new = new | {Tile(row["level"], row["number"]): row["hashes"] for row in rows}
    return {
        tile: new[whole][: tile.width * HASH_BYTES] if whole in new else edge.rows[tile.level][: tile.width * HASH_BYTES]
        for tile, whole in full.items()
    }
