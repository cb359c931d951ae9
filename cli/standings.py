"""What the databases say of lanes and of who reads them: heads, checkpoints, cursors, events set aside."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.deployment import Deployment

if TYPE_CHECKING:
    from shared.kernel.event_log import Head
    from shared.kernel.tenancy import Pool

_CHECKPOINTS = """
SELECT projection, source, coalesce(c.position, 0) AS position, coalesce(p.events, 0) AS parked, coalesce(p.streams, '{}') AS streams
FROM read.checkpoints c
FULL JOIN (
  SELECT projection, source, count(*) AS events, array_agg(DISTINCT stream) AS streams FROM read.parked GROUP BY projection, source
) p USING (projection, source)
"""
_CURSOR = "SELECT position FROM log.cursors WHERE name = $1"
_NEXT = "SELECT event_id FROM log.events WHERE county = $1 AND position = $2"
_PARKED = "SELECT count(*) FROM read.parked"
_STRAYS = "SELECT count(*) FROM read.strays"
Lane = tuple[str, str]
"""Service and county."""


@dataclass(frozen=True)
class Standing:
    """Where a projection or policy of a service stands in a source's lane, which ends at `head`."""

    service: str
    county: str
    projection: str
    kind: str
    """`projection`, `policy`, or `unknown` where this code has none of that name."""
    source: str
    position: int
    head: int
    parked: int
    """Events set aside."""
    parked_streams: Sequence[str]

    @property
    def lag(self) -> int:
        """Events of the lane it has not passed."""
        return self.head - self.position


@dataclass(frozen=True)
class Cursor:
    """Where a relay stands in its lane, and how many seconds the oldest event has waited that it has not published."""

    service: str
    county: str
    position: int
    head: int
    waiting: float | None

    @property
    def unpublished(self) -> int:
        """Events the broker has not confirmed, as far as the cursor says."""
        return self.head - self.position


@dataclass(frozen=True)
class Aside:
    """What a service has set aside: events that could not be applied, and records that are no events."""

    parked: int
    strays: int


async def heads(deployment: Deployment, services: Sequence[str], counties: Sequence[str]) -> "dict[Lane, Head]":
    """Return the ends of lanes."""
    from shared.kernel.event_log import EventLog  # noqa: PLC0415 - see cli.main

    async def of(service: str) -> "dict[Lane, Head]":
        async with deployment.pool(service) as pool:
            return {(service, county): await EventLog(pool).head(county) for county in counties}

    return {lane: head for found in await asyncio.gather(*map(of, services)) for lane, head in found.items()}


async def standings(deployment: Deployment, services: Sequence[str], counties: Sequence[str]) -> list[Standing]:
    """Return where every projection and policy stands, in the order of the services' tables."""
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415 - see cli.main

    async def of(service: str) -> dict[tuple[str, str, str, str], tuple[int, int, Sequence[str]]]:
        found = {}
        async with deployment.pool(service) as pool:
            for county in counties:
                async with county_reading(pool, county) as connection:
                    for projection, source, *row in await connection.fetch(_CHECKPOINTS):
                        found[service, county, projection, source] = (*row,)
        return found

    stored = {key: row for found in await asyncio.gather(*map(of, services)) for key, row in found.items()}
    known = {(service, name, source): kind for service in services for name, kind, source in _readers(deployment, service)}
    keys = {(service, county, name, source): kind for (service, name, source), kind in known.items() for county in counties}
    for key in stored:
        keys.setdefault(key, "unknown")
    sources = sorted({source for *_, source in keys} & deployment.services.keys())
    ends = await heads(deployment, sources, counties)  # after the checkpoints: nobody is ahead of a lane's end
    rows = []
    for (service, county, name, source), kind in keys.items():
        position, parked, streams = stored.get((service, county, name, source), (0, 0, ()))
        head = ends[source, county].position if (source, county) in ends else position
        rows.append(Standing(service, county, name, kind, source, position, head, parked, tuple(streams)))
    return sorted(rows, key=lambda row: (services.index(row.service), row.county))


async def cursors(deployment: Deployment, services: Sequence[str], counties: Sequence[str]) -> list[Cursor]:
    """Return where every relay stands."""

    async def of(service: str) -> list[Cursor]:
        async with deployment.pool(service) as pool:
            return [await cursor(pool, service, county) for county in counties]

    return [found for each in await asyncio.gather(*map(of, services)) for found in each]


async def cursor(pool: "Pool", service: str, county: str) -> Cursor:
    """Return where one lane's relay stands."""
    from shared.kernel.event_log import EventLog  # noqa: PLC0415 - see cli.main
    from shared.kernel.relay import CURSOR  # noqa: PLC0415
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415

    async with county_reading(pool, county) as connection:
        position = await connection.fetchval(_CURSOR, CURSOR) or 0
        oldest = await connection.fetchval(_NEXT, county, position + 1)
    head = (await EventLog(pool).head(county)).position
    # An id tells the machine's time it was made at, also where the recorded time is a simulated one.
    waiting = max(0.0, time.time() - (oldest.int >> 80) / 1_000) if oldest is not None else None
    return Cursor(service, county, position, head, waiting)


async def aside(deployment: Deployment, service: str, counties: Sequence[str]) -> Aside:
    """Return how much a service has set aside in these counties; strays belong to none."""
    from shared.kernel.tenancy import county_reading  # noqa: PLC0415 - see cli.main

    parked = strays = 0
    async with deployment.pool(service) as pool:
        for county in counties:
            async with county_reading(pool, county) as connection:
                parked += await connection.fetchval(_PARKED)
                strays = await connection.fetchval(_STRAYS)
    return Aside(parked, strays)


def _readers(deployment: Deployment, service: str) -> Iterator[tuple[str, str, str]]:
    """Yield what reads lanes in a service: its name, its kind, whose lanes."""
    parts = deployment.parts(service)
    for projection in parts.projections:
        for source in parts.sources:
            yield projection.name, "projection", source.service
    for policy, source in parts.policies:
        yield policy.name, "policy", source.service
