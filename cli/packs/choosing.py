"""Choosing what a pack holds of each lane: a checkpoint that is believed, positions, and where policies stood."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.packs.layout import Lane
from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.trust import Policy
from shared.kernel.tenancy import county_reading
from shared.kernel.transparency.identity import origin_of

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

_NOTES = "SELECT note FROM proof.checkpoints WHERE county = $1 ORDER BY size DESC"
_HEAD = "SELECT coalesce(max(position), 0) FROM log.heads WHERE county = $1"
_POLICIES = "SELECT projection, source, position FROM read.checkpoints WHERE county = $1 AND projection = ANY($2) ORDER BY 1, 2"
_RECORDED = "SELECT recorded_at FROM log.events WHERE county = $1 AND position = $2"
_SIGNED_SECONDS, _LOOK_SECONDS = 30.0, 0.25

Bound = int | datetime | None
"""A position, an instant, or none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be packed: services' lanes of a county, whom to believe, and which part also as ndjson (bounds included)."""

    services: Sequence[str]
    county: str
    policy: Policy
    first: Bound = None
    last: Bound = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A lane's checkpoint that the policy accepts."""

    checkpoint: Checkpoint
    note: bytes


async def lane_of(where: Deployment, service: str, pool: "Pool", wanted: Wanted) -> tuple[Lane, Signed] | None:
    """Return what there is to pack of a lane, None where it is empty.

    Where policies stand is read first: by the end of the checkpoint, which is waited for, all they did until then is in the lane.
    """
    county, origin = wanted.county, origin_of(where.name, service, wanted.county)
    names = sorted({policy.name for policy, _ in where.parts(service).policies})
    async with county_reading(pool, county) as connection:
        head = await connection.fetchval(_HEAD, county)
        policies: dict[str, dict[str, int]] = {}
        for row in await connection.fetch(_POLICIES, county, names):
            policies.setdefault(row["projection"], {})[row["source"]] = row["position"]
    if not head:
        return None
    signed = await _signed(pool, county, origin, head, wanted.policy)
    size = signed.checkpoint.size
    async with county_reading(pool, county) as connection:
        first, last = await _positions(connection, county, size, wanted)
    count = max(0, last - first + 1)
    cut = {"count": count, "first": first if count else 0, "last": last if count else 0}
    root = signed.checkpoint.root.hex()
    return Lane(service=service, county=county, origin=origin, size=size, root=root, policies=policies, **cut), signed


async def _signed(pool: "Pool", county: str, origin: str, least: int, policy: Policy) -> Signed:
    """Return the lane's largest checkpoint that the policy accepts, once there is one of this size or more."""
    deadline = time.monotonic() + _SIGNED_SECONDS
    while True:
        async with county_reading(pool, county) as connection:
            notes = [row[0] for row in await connection.fetch(_NOTES, county)]
        for note in notes:
            try:
                checkpoint = policy.accept(note, origin=origin).checkpoint
            except ProofError:
                continue
            if checkpoint.size >= least:
                return Signed(checkpoint, note)
            break
        if time.monotonic() > deadline:
            raise CommandError(
                f"The lane {origin} has no checkpoint of position {least} that the policy accepts: services must run to sign and to "
                "witness it, and the policy must be theirs.",
                Exit.DEPENDENCY_DOWN,
            )
        await asyncio.sleep(_LOOK_SECONDS)


async def _positions(connection: "Connection", county: str, size: int, wanted: Wanted) -> tuple[int, int]:
    """Return the first and last position that were asked for; the last stands before the first where there are none."""
    first = await _first_since(connection, county, size, wanted.first) if isinstance(wanted.first, datetime) else wanted.first or 1
    if isinstance(wanted.last, datetime):
        return first, await _last_until(connection, county, size, wanted.last)
    return first, min(size, wanted.last or size)


async def _first_since(connection: "Connection", county: str, size: int, moment: datetime) -> int:
    """Return the first position recorded then or later: times never go back within a lane, so it is found by halving."""
    low, high = 1, size + 1
    while low < high:
        middle = (low + high) // 2
        if await connection.fetchval(_RECORDED, county, middle) < moment:
            low = middle + 1
        else:
            high = middle
    return low


async def _last_until(connection: "Connection", county: str, size: int, moment: datetime) -> int:
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if await connection.fetchval(_RECORDED, county, middle) <= moment:
            low = middle
        else:
            high = middle - 1
    return low
