"""Events set aside, as the services' databases keep them: found, applied again, requested of a service, discarded."""

import asyncio
import getpass
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cli.deployment import Deployment

if TYPE_CHECKING:
    from shared.kernel.parking import Redriven

_KEPT = """
SELECT projection, source, position, stream, body, error, code_version, parked_at FROM read.parked
WHERE ($1::text IS NULL OR projection = $1) AND ($2::text IS NULL OR source = $2) AND ($3::bigint IS NULL OR position = $3)
ORDER BY projection, source, position
"""
_DISCARDED = """
SELECT projection, source, position, stream, leaf_hash, error, code_version, parked_at, discarded_at, discarded_by, reason
FROM read.discarded WHERE ($1::text IS NULL OR projection = $1) ORDER BY discarded_at
"""
_ASK = """
INSERT INTO read.redrives (county, projection, source, stream, asked_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
_ASKED = "SELECT count(*) FROM read.redrives WHERE county = $1 AND projection = $2 AND source = $3 AND stream = $4"
_LEFT = """
SELECT count(*) AS events, (array_agg(error ORDER BY position))[1] AS error FROM read.parked
WHERE county = $1 AND projection = $2 AND source = $3 AND stream = $4
"""
_LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True)
class Kept:
    """One parked event: for which reader, where from, why, by which code, since when, and its bytes."""

    service: str
    county: str
    projection: str
    source: str
    position: int
    stream: str
    body: bytes
    error: str
    code_version: str
    parked_at: datetime


@dataclass(frozen=True)
class Discarded:
    """One event that was passed over: its leaf hash, and who said so, when and why."""

    service: str
    county: str
    projection: str
    source: str
    position: int
    stream: str
    leaf_hash: bytes
    error: str
    code_version: str
    parked_at: datetime
    discarded_at: datetime
    discarded_by: str
    reason: str


@dataclass(frozen=True)
class Stream:
    """A stream that is parked for a reader: how many events, and why the first of them is."""

    service: str
    county: str
    projection: str
    kind: str
    source: str
    stream: str
    events: int
    error: str


async def kept(
    deployment: Deployment,
    services: Sequence[str],
    counties: Sequence[str],
    *,
    projection: str | None = None,
    source: str | None = None,
    position: int | None = None,
) -> list[Kept]:
    """Return the parked events of services and counties, in the order of each lane."""
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415 - see cli.main

    found: list[Kept] = []
    for service in services:
        async with deployment.pool(service) as pool:
            for county in counties:
                async with county_reading(pool, county) as connection:
                    found += [Kept(service, county, *row) for row in await connection.fetch(_KEPT, projection, source, position)]
    return found


async def discarded(deployment: Deployment, services: Sequence[str], counties: Sequence[str], projection: str | None) -> list[Discarded]:
    """Return the events that were passed over, in the order in which they were."""
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415 - see cli.main

    found: list[Discarded] = []
    for service in services:
        async with deployment.pool(service) as pool:
            for county in counties:
                async with county_reading(pool, county) as connection:
                    found += [Discarded(service, county, *row) for row in await connection.fetch(_DISCARDED, projection)]
    return found


def streams_of(deployment: Deployment, events: Sequence[Kept]) -> list[Stream]:
    """Return the streams these events are of, each once, with what reads them by the code of today."""
    by_stream: dict[tuple[str, str, str, str, str], list[Kept]] = {}
    for event in events:
        by_stream.setdefault((event.service, event.county, event.projection, event.source, event.stream), []).append(event)
    kinds = {service: _kinds(deployment, service) for service in {event.service for event in events}}
    return [
        Stream(service, county, reader, kinds[service].get(reader, "unknown"), source, stream, len(queue), queue[0].error)
        for (service, county, reader, source, stream), queue in by_stream.items()
    ]


async def fold(deployment: Deployment, stream: Stream, *, rehearse: bool) -> "Redriven":
    """Apply a projection's parked stream by the code of this installation; a rehearsal leaves no trace."""
    from shared.kernel.checkpoints import Progress  # noqa: PLC0415 - see cli.main
    from shared.kernel.parking import Queue  # noqa: PLC0415

    parts = deployment.parts(stream.service)
    (contract,) = [source for source in parts.sources if source.service == stream.source]
    async with deployment.pool(stream.service) as pool:
        projecting = parts.projecting(pool, Progress(pool))
        return await projecting.redrive(Queue(stream.county, stream.projection, contract, stream.stream), rehearse=rehearse)


async def request(deployment: Deployment, stream: Stream, *, seconds: float) -> "Redriven | None":
    """Ask the service to react to a policy's parked stream again; None if it has not within that time, and still will."""
    from shared.kernel.parking import Redriven  # noqa: PLC0415 - see cli.main
    from shared.kernel.tenancy import county_transaction  # noqa: PLC0415

    key = (stream.county, stream.projection, stream.source, stream.stream)
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    async with deployment.pool(stream.service) as pool:
        async with county_transaction(pool, stream.county) as connection:
            await connection.execute(_ASK, *key, who())
        while loop.time() < until:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            async with county_transaction(pool, stream.county) as connection:
                if await connection.fetchval(_ASKED, *key) == 0:
                    ((left, error),) = await connection.fetch(_LEFT, *key)
                    return Redriven(max(0, stream.events - left), left, error)
    return None


async def pass_over(deployment: Deployment, event: Kept, *, by: str, reason: str) -> bool:
    """Discard a parked event and keep the record of it; False if it is no longer parked."""
    from shared.kernel.parking import discard  # noqa: PLC0415 - see cli.main
    from shared.kernel.tenancy import county_transaction  # noqa: PLC0415

    kind = _kinds(deployment, event.service).get(event.projection, "projection")
    group = f"{event.service}.{'policies' if kind == 'policy' else 'projections'}"
    async with deployment.pool(event.service) as pool, county_transaction(pool, event.county, alone_of=group) as connection:
        return await discard(connection, event.county, event.projection, event.source, event.position, by=by, reason=reason)


def who() -> str:
    """Return who is at work, as far as the machine knows: account and host."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):
        account = str(os.getuid())
    return f"{account}@{socket.gethostname()}"


def _kinds(deployment: Deployment, service: str) -> Mapping[str, str]:
    parts = deployment.parts(service)
    return {
        **{projection.name: "projection" for projection in parts.projections},
        **{policy.name: "policy" for policy, _ in parts.policies},
    }
