"""All live projections of a service, moved together: one transaction per batch of a lane."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from shared.kernel import metrics
from shared.kernel.checkpoints import Parked, Progress, Standing, move, park, stand
from shared.kernel.lanes import Due, Hole, due, poisonous
from shared.kernel.projection import Fact, Projection
from shared.kernel.records import Lane, Received

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

_log = structlog.get_logger(__name__)


class Projecting:
    """Applies lanes to projections, exactly once in effect whatever the broker delivers."""

    def __init__(self, group: str, projections: Sequence[Projection[object]], pool: "Pool", progress: Progress) -> None:
        self.group = group
        self._projections = {projection.name: projection for projection in projections}
        self._handled = {event for projection in projections for event in projection.handles}
        self._pool = pool
        self._progress = progress

    async def apply(self, lane: Lane, received: Sequence[Received]) -> Hole | None:
        """Apply what is due; return the hole that stopped it, if one did. Raises only for trouble that passes."""
        try:
            hole = await self._apply(lane, received, carefully=False)
        except Exception as fault:
            if not poisonous(fault):
                raise
            hole = await self._apply(lane, received, carefully=True)
        await self._progress.announce()
        return hole

    async def _apply(self, lane: Lane, received: Sequence[Received], *, carefully: bool) -> Hole | None:
        source, county = lane
        async with self._pool.acquire() as connection, connection.transaction():  # the county is set by `stand`
            standing = await stand(connection, county, source, list(self._projections), group=self.group)
            hole: int | None = None
            parked: list[Parked] = []
            moved: dict[str, int] = {}
            facts: dict[int, Fact | str] = {}
            for name, projection in self._projections.items():
                step = due(received, standing.positions[name])
                if step.hole is not None:
                    hole = step.hole if hole is None else min(hole, step.hole)
                self._count(name, county, step)
                if step.events:
                    parked += await self._project(connection, projection, step.events, standing, facts, carefully=carefully)
                    moved[name] = step.events[-1].envelope.meta.position
            await park(connection, county, parked)
            if moved:
                last = max(moved.values())
                offset = next(record.offset for record in received if record.envelope.meta.position == last)
                await move(connection, county, source, moved, offset)
        for name, position in moved.items():
            metrics.CHECKPOINT.labels(name, source, county).set(position)
        for event in parked:
            metrics.PARKED.labels(event.projection, county).inc()
            _log.error(
                "event_parked", projection=event.projection, source=source, county=county, position=event.position, error=event.error
            )
        return None if hole is None else Hole(hole, standing.offset)

    async def _project(
        self,
        connection: "Connection",
        projection: Projection[object],
        events: Sequence[Received],
        standing: Standing,
        facts: dict[int, Fact | str],
        *,
        carefully: bool,
    ) -> list[Parked]:
        """Fold events into one projection; return what had to be set aside, and what queues behind it by stream."""
        blocked = set(standing.parked.get(projection.name, ()))
        parked: list[Parked] = []
        ready: list[Fact] = []
        for record in events:
            meta = record.envelope.meta
            fact = self._fact(record, facts)
            error = "behind a parked event of its stream" if meta.stream in blocked else fact if isinstance(fact, str) else None
            if error is None and carefully:
                error = await self._try_one(connection, projection, fact)
            if error is not None:
                blocked.add(meta.stream)
                parked.append(Parked(projection.name, meta.service, meta.position, meta.stream, record.envelope.body, error))
            elif isinstance(fact, Fact):
                ready.append(fact)
        if ready and not carefully:
            await projection.apply(connection, events[0].envelope.meta.county, ready)
        return parked

    async def _try_one(self, connection: "Connection", projection: Projection[object], fact: Fact | str | None) -> str | None:
        """Apply one fact behind a savepoint; return why it cannot be applied, if it cannot."""
        if not isinstance(fact, Fact):
            return fact
        try:
            async with connection.transaction():
                await projection.apply(connection, fact.meta.county, [fact])
        except Exception as fault:
            if not poisonous(fault):
                raise
            return f"{type(fault).__name__}: {fault}"
        return None

    def _fact(self, record: Received, facts: dict[int, Fact | str]) -> Fact | str | None:
        """Return the typed event once for all projections: None where none wants it, text where it cannot be read."""
        meta = record.envelope.meta
        known = record.contract.events.get(meta.type)
        if known is not None and known not in self._handled and record.envelope.dataschema == record.contract.dataschema(meta.type):
            return None
        fact = facts.get(meta.position)
        if fact is None:
            try:
                fact = Fact(record.event(), meta)
            except Exception as fault:  # noqa: BLE001 - an event that cannot be read is parked, whatever the reason
                fact = f"{type(fault).__name__}: {fault}"
            facts[meta.position] = fact
        return fact

    @staticmethod
    def _count(name: str, county: str, step: Due) -> None:
        if step.duplicates:
            metrics.DUPLICATES.labels(name, county).inc(step.duplicates)
        if step.events:
            metrics.APPLIED.labels(name, county).inc(len(step.events))
