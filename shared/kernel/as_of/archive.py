"""The archive: what the past needs of lanes besides the log, brought up to date when somebody asks.

Other services' lanes come from their topics, each event that some projection here folds; of the service's own lane only where its
events stand. Decision 0016 says why this is not kept while things happen.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from shared.kernel.as_of.topics import told
from shared.kernel.events import Contract
from shared.kernel.projection import Projection, types_of
from shared.kernel.records import Received
from shared.kernel.tenancy import county_reading, county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_LAST = """
SELECT position, recorded_at, kafka_offset FROM read.archive WHERE county = $1 AND source = $2 ORDER BY position DESC LIMIT 1
"""
_KNOWN = "SELECT max(position) FROM read.checkpoints WHERE county = $1 AND source = $2 AND projection = ANY($3::text[])"
_HEAD = "SELECT position FROM log.heads WHERE county = $1"
_STALE = "SELECT EXISTS (SELECT FROM read.archive WHERE county = $1 AND source = $2 AND type = ANY($3::text[]) AND body IS NULL)"
_EMPTY = "DELETE FROM read.archive WHERE county = $1 AND source = $2"
_FORGET = "DELETE FROM read.mentions WHERE county = $1 AND source = $2"
_ADD = """
INSERT INTO read.archive (county, source, position, stream, type, recorded_at, kafka_offset, body)
SELECT $1, $2, e.* FROM unnest($3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[], $8::bytea[]) AS e
ON CONFLICT DO NOTHING
"""
_ADD_OWN = """
INSERT INTO read.archive (county, source, position, stream, type, recorded_at)
SELECT $1, $2, position, stream, type, recorded_at FROM log.events WHERE county = $1 AND position > $3 AND position <= $4
ON CONFLICT DO NOTHING
"""
_AT = "SELECT read.archived_at($1, $2, $3)"
_OWN_CHUNK = 20_000
_log = structlog.get_logger(__name__)


class Archive:
    """Keeps the archive of a service's sources: of others' lanes what its projections fold, as far as these have heard of them."""

    def __init__(self, pool: "Pool", kafka: str, *, own: str, sources: Sequence[Contract], projections: Sequence[Projection[Any]]) -> None:
        self._pool = pool
        self._kafka = kafka
        self._own = own
        self._contracts = {contract.service: contract for contract in sources}
        self._projections = [projection.name for projection in projections]
        self._wanted = {
            contract.service: {name for one in projections for name in types_of(one, [contract]).get(contract.service, ())}
            for contract in sources
        }
        self._checked: set[tuple[str, str]] = set()
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def position_at(self, county: str, source: str, instant: datetime) -> int:
        """Return the last position of another service's lane, as far as it is known here, recorded at an instant or before."""
        last, recorded_at, _ = await self._last(county, source)
        if recorded_at is None or recorded_at <= instant:
            await self.reach(county, source, last + 1)
        return int(await self._pool.fetchval(_AT, county, source, instant))

    async def last_recorded(self, county: str, source: str) -> datetime | None:
        """Return when the last event that is known of another service's lane was recorded; None before its first."""
        await self.reach(county, source, await self.known(county, source))
        return (await self._last(county, source))[1]

    async def reach(self, county: str, source: str, position: int) -> int:
        """Bring a lane's archive up to what this service has heard of it, if it lacks a position; return how far it reaches."""
        async with self._locks.setdefault((county, source), asyncio.Lock()):
            await self._empty_if_stale(county, source)
            last, _, offset = await self._last(county, source)
            if last >= position:
                return last
            known = await self.known(county, source)
            if known > last:
                last = await (self._add_own(county, last, known) if source == self._own else self._add(county, source, last, offset, known))
            return last

    async def _last(self, county: str, source: str) -> tuple[int, datetime | None, int | None]:
        async with county_reading(self._pool, county) as connection:
            row = await connection.fetchrow(_LAST, county, source)
        return (0, None, None) if row is None else (row["position"], row["recorded_at"], row["kafka_offset"])

    async def known(self, county: str, source: str) -> int:
        """Return the end of the own lane, or how far this service has heard of another's."""
        async with county_reading(self._pool, county) as connection:
            if source == self._own:
                return await connection.fetchval(_HEAD, county) or 0
            return await connection.fetchval(_KNOWN, county, source, self._projections) or 0

    async def _empty_if_stale(self, county: str, source: str) -> None:
        """Begin anew where events of a type that is folded by now were archived without what they say."""
        if source == self._own or (county, source) in self._checked:
            return
        async with county_transaction(self._pool, county) as connection:
            if await connection.fetchval(_STALE, county, source, sorted(self._wanted[source])):
                await connection.execute(_EMPTY, county, source)
                await connection.execute(_FORGET, county, source)
                _log.info("archive_emptied", county=county, source=source)
        self._checked.add((county, source))

    async def _add_own(self, county: str, last: int, until: int) -> int:
        while last < until:
            upper = min(until, last + _OWN_CHUNK)
            async with county_transaction(self._pool, county) as connection:
                await connection.execute(_ADD_OWN, county, self._own, last, upper)
            last = upper
        return last

    async def _add(self, county: str, source: str, last: int, offset: int | None, until: int) -> int:
        """Read a lane on from where the archive ends, and once from its topic's beginning if that does not lead on."""
        contract = self._contracts[source]
        for start in dict.fromkeys((0 if offset is None else offset + 1, 0)):
            async with aclosing(told(self._kafka, contract, county, start)) as parts:
                async for received in parts:
                    following = _following(received, last)
                    if following:
                        await self._keep(county, source, following)
                        last = following[-1].envelope.meta.position
                    if last >= until:
                        return last
        _log.error("archive_lacks_position", county=county, source=source, position=last + 1)
        raise ConnectionError(f"{contract.topic} does not hold position {last + 1} of county {county}")

    async def _keep(self, county: str, source: str, received: Sequence[Received]) -> None:
        wanted = self._wanted[source]
        metas = [one.envelope.meta for one in received]
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(
                _ADD,
                county,
                source,
                [meta.position for meta in metas],
                [meta.stream for meta in metas],
                [meta.type for meta in metas],
                [meta.recorded_at for meta in metas],
                [one.offset for one in received],
                [one.envelope.body if one.envelope.meta.type in wanted else None for one in received],
            )


def _following(received: Sequence[Received], last: int) -> list[Received]:
    """Return the events that follow a position without a gap; a topic may hold some twice."""
    found: list[Received] = []
    for one in received:
        if one.envelope.meta.position == last + 1:
            found.append(one)
            last += 1
    return found
