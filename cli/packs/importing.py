"""Importing a pack: whole lanes into empty databases, each in one transaction."""

from collections.abc import Iterable

import asyncpg

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.packs.reading import Held, Pack
from cli.packs.refilling import Refill, Restored
from cli.progress import Told
from shared.kernel.migrations import migrate
from shared.kernel.proof.tiling import Edge
from shared.kernel.proof.trust import Policy
from shared.kernel.tenancy import county_reading, county_transaction
from shared.kernel.transparency.identity import origin_of, witness_name

_HEAD = "SELECT coalesce(max(position), 0) FROM log.heads WHERE county = $1"
_TREE = "SELECT edge FROM proof.trees WHERE county = $1"
_SEEN = "INSERT INTO proof.seen VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_POLICIES = "INSERT INTO read.checkpoints (county, projection, source, position) VALUES ($1, $2, $3, $4)"
_UNMADE = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)


def trusted(where: Deployment, pack: Pack, policy: Policy, told: Told) -> list[Held]:
    """Return a pack's lanes, verified whole by this deployment's own policy; CommandError where it is another's."""
    manifest = pack.manifest
    where.check_county(manifest.county)
    if manifest.deployment != where.name:
        raise CommandError(f"The pack is of deployment {manifest.deployment}, and this one is {where.name}.", Exit.VERIFICATION_FAILED)
    for lane in manifest.lanes:
        where.access(lane.service)
        if lane.origin != origin_of(where.name, lane.service, manifest.county):
            raise CommandError(f"The pack's lane {lane.folder} is of another log, {lane.origin}.", Exit.VERIFICATION_FAILED)
    return pack.verify(policy, told)


def make(where: Deployment) -> None:
    """Bring every service's database to the shape this code knows, those of services whose lane is empty too."""
    for service, access in where.services.items():
        migrate(access.owner_dsn, where.parts(service).package)


async def missing_lanes(where: Deployment, held: Iterable[Held]) -> list[Held]:
    """Return the lanes that are empty here, without those that hold the pack's very tree; CommandError where one holds something else."""
    found = []
    for each in held:
        lane = each.lane
        async with where.pool(lane.service) as pool:
            try:
                async with county_reading(pool, lane.county) as connection:
                    head, edge = await connection.fetchval(_HEAD, lane.county), await connection.fetchval(_TREE, lane.county)
            except _UNMADE:
                head, edge = 0, None
        tree = Edge() if edge is None else Edge.load(edge)
        if (head, tree.size, tree.root.hex()) == (lane.size, lane.size, lane.root):
            continue
        if head or tree.size:
            raise CommandError(
                f"The lane of {lane.service} in {lane.county} holds {head} events already: a pack is imported into empty lanes. For a lane "
                f"whose end is missing there is 'yinuo events recover {lane.service} {lane.county} --from PACK'.",
                Exit.USAGE,
            )
        found.append(each)
    return found


async def fill(where: Deployment, pack: Pack, each: Held, every: Iterable[Held], moved: Told) -> Restored:
    """Put a lane of a pack into its empty database, all of it or nothing, read and hashed once more."""
    lane, parts = each.lane, where.parts(each.lane.service)
    async with where.pool(lane.service) as pool, county_transaction(pool, lane.county) as connection:
        refill = Refill(connection, lane.county, {lane.size: each.accepted.checkpoint.root})
        await refill.begin()
        if refill.head or refill.edge.size:
            raise CommandError(f"The lane of {lane.service} in {lane.county} is being written to: nothing was imported.", Exit.CONFLICT)
        for events in pack.events(lane):
            await refill.add(events)
            moved(refill.head, lane.size)
        await refill.end(each.accepted.checkpoint, pack.note(lane), len(each.accepted.witnesses))
        sizes = {other.lane.service: other.lane.size for other in every}
        known = {policy.name: source.service for policy, source in parts.policies}
        for policy, stands in sorted(lane.policies.items()):
            for source, position in stands.items():
                if known.get(policy) == source:
                    await connection.execute(_POLICIES, lane.county, policy, source, min(position, sizes.get(source, position)))
        for other in every:
            if witness_name(where.name, lane.service) in {witness.key.name for witness in other.accepted.witnesses}:
                seen = other.accepted.checkpoint
                await connection.execute(_SEEN, lane.county, seen.origin, seen.size, seen.root)
    return Restored(lane.service, lane.county, refill.added, refill.commands, refill.head, lane.root)
