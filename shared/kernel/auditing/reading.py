"""Lanes and what is kept of them, read from a service's database in one snapshot."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shared.kernel.auditing.claims import Claim, signed_claim
from shared.kernel.auditing.faults import Fault
from shared.kernel.auditing.lane import BATCH, Audit, Audited, Kept
from shared.kernel.collecting import uncollected
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.tiles import Tile
from shared.kernel.proof.tiling import Edge
from shared.kernel.proof.trust import Policy
from shared.kernel.tenancy import county_reading

if TYPE_CHECKING:
    import asyncpg

    from shared.kernel.tenancy import Connection, Pool

    _Read = tuple[list[asyncpg.Record], dict[Tile, bytes]]

_ROWS = """
SELECT position, stream, version, event_id::text, type, recorded_at, body, leaf_hash FROM log.events
WHERE county = $1 AND position > $2 ORDER BY position LIMIT $3
"""
_HEAD = "SELECT position FROM log.heads WHERE county = $1"
_EDGE = "SELECT edge FROM proof.trees WHERE county = $1"
_CHECKPOINTS = "SELECT size, note FROM proof.checkpoints WHERE county = $1 ORDER BY size"
_TILES = """
SELECT level, number, hashes FROM proof.tiles
WHERE county = $1 AND (level, number) IN (SELECT * FROM unnest($2::smallint[], $3::bigint[]))
"""
_SEEN = "SELECT size, root FROM proof.seen WHERE county = $1 AND origin = $2"
Told = Callable[[int, int], None]


async def audit(pool: "Pool", origin: str, policy: Policy, *, claims: Sequence[Claim] = (), told: Told = lambda *_: None) -> Audited:
    """Recompute the lane of an origin and hold it against its checkpoints, its tree, and claims that were read before: in one snapshot."""
    with uncollected():
        return await _audited(pool, origin, policy, claims, told)


async def _audited(pool: "Pool", origin: str, policy: Policy, claims: Sequence[Claim], told: Told) -> Audited:
    _, service, county = origin.rsplit("/", 2)
    async with county_reading(pool, county) as connection:
        own, faults = await _own_claims(connection, origin, policy)
        kept = await _kept(connection, county, faults)
        running = Audit(service, county, kept, [*claims, *own])
        coming: asyncio.Task[_Read] | None = asyncio.create_task(_next(connection, county, running, 0))
        try:
            while coming is not None:
                rows, tiles = await coming
                after = running.size + len(rows)
                coming = asyncio.create_task(_next(connection, county, running, after)) if len(rows) == BATCH else None
                await asyncio.sleep(0)  # so that the database reads on while this batch is recomputed
                if not running.take(rows, tiles):
                    break
                told(running.size, max(running.size, kept.head))
        except BaseException:
            if coming is not None:
                coming.cancel()
            raise
        finally:
            if coming is not None:  # a statement that is cut short would fail the transaction
                await asyncio.gather(coming, return_exceptions=True)
    found = running.finish()
    return Audited(found.size, found.root, found.held, [*found.faults, *faults])


async def seen_by(pool: "Pool", witness: str, origin: str) -> list[Claim]:
    """Return what a service has cosigned of another's lane last, as its database remembers it."""
    county = origin.rpartition("/")[2]
    async with county_reading(pool, county) as connection:
        rows = await connection.fetch(_SEEN, county, origin)
    return [Claim(f"what {witness} saw", row["size"], row["root"]) for row in rows]


async def _next(connection: "Connection", county: str, running: Audit, after: int) -> "_Read":
    wanted = running.wanted(after)
    tiles: dict[Tile, bytes] = {}
    if wanted:
        found = await connection.fetch(_TILES, county, [tile.level for tile in wanted], [tile.index for tile in wanted])
        tiles = {Tile(row["level"], row["number"]): row["hashes"] for row in found}
    return await connection.fetch(_ROWS, county, after, BATCH), tiles


async def _own_claims(connection: "Connection", origin: str, policy: Policy) -> tuple[list[Claim], list[Fault]]:
    claims: list[Claim] = []
    faults: list[Fault] = []
    for row in await connection.fetch(_CHECKPOINTS, origin.rpartition("/")[2]):
        source = f"checkpoint {row['size']} in the database"
        try:
            claim = signed_claim(row["note"], policy, origin, source)
        except ProofError as fault:
            faults.append(Fault("claim_unusable", None, {"source": source, "error": fault}))
            continue
        claims.append(claim)
        if claim.size != row["size"]:
            faults.append(Fault("claim_unusable", None, {"source": source, "error": ProofError("checkpoint_malformed")}))
    return claims, faults


async def _kept(connection: "Connection", county: str, faults: list[Fault]) -> Kept:
    head = await connection.fetchval(_HEAD, county)
    stored = await connection.fetchval(_EDGE, county)
    try:
        edge = Edge() if stored is None else Edge.load(stored)
    except ProofError:
        faults.append(Fault("tree_unreadable"))
        edge = Edge()
    return Kept(head or 0, edge)
