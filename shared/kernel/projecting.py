"""All live projections of a service, moved together: one transaction per batch of a lane."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import structlog

from shared.kernel import metrics
from shared.kernel.checkpoints import Parked, Progress, Standings, move, park
from shared.kernel.lanes import Due, Hole, poisonous, steps
from shared.kernel.parking import Queue, Redriven, parked_of, parked_streams, still_parked, take_off
from shared.kernel.projection import Fact, Projection
from shared.kernel.records import Lane, Received
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

_log = structlog.get_logger(__name__)


class Projecting:
    """Applies lanes to projections, exactly once in effect whatever the broker delivers.

    Where projections stand is written with their rows. `at_once` names the services of whose lanes it is also written for those
    that a batch does not concern; of other lanes `settle` writes that. Without it, all is written at once.
    """

    def __init__(
        self,
        group: str,
        projections: Sequence[Projection[object]],
        pool: "Pool",
        progress: Progress,
        *,
        at_once: Collection[str] | None = None,
    ) -> None:
        self.group = group
        self._projections = {projection.name: projection for projection in projections}
        self._handled = {event for projection in projections for event in projection.handles}
        self._pool = pool
        self._progress = progress
        self._standings = Standings(pool, list(self._projections))
        self._at_once = at_once

    def prepare(self, received: Sequence[Received]) -> None:
        """Open events that some projection wants, once for all of them."""
        for record in received:
            contract, name, dataschema = record.contract, record.envelope.meta.type, record.envelope.dataschema
            known = contract.events.get(name)
            if known is not None and known not in self._handled and dataschema == contract.dataschema(name):
                continue
            try:
                record.fact = Fact(record.event(), record.envelope.meta, record.envelope.body)
            except Exception as fault:  # noqa: BLE001 - an event that cannot be read is parked, whatever the reason
                record.fact = f"{type(fault).__name__}: {fault}"

    def forget(self) -> None:
        """Ask the database where each lane stands before going on."""
        self._standings.forget()

    async def settle(self) -> None:
        """Write where each lane stands, as far as it is not yet written."""
        await self._standings.settle()

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

    async def redrive(self, queue: Queue, *, rehearse: bool = False) -> Redriven:
        """Fold parked events of a stream into their projection's rows, in order, as far as the code of today can.

        Rows and list change in one transaction, which nobody else of the group works beside; a rehearsal leaves no trace.
        """
        projection = self._projections[queue.reader]
        applied: list[int] = []
        error = None
        async with county_transaction(self._pool, queue.county, alone_of=self.group) as connection:
            waiting = await parked_of(connection, queue)
            self.prepare(waiting)
            for record in waiting:
                position = record.envelope.meta.position
                error = await self._try_one(connection, projection, record.fact)
                if error is not None:
                    await still_parked(connection, queue, position, error)
                    break
                applied.append(position)
            await take_off(connection, queue, applied)
            if rehearse:
                await connection.execute("ROLLBACK")
        return Redriven(len(applied), len(waiting) - len(applied), error)

    async def _apply(self, lane: Lane, received: Sequence[Received], *, carefully: bool) -> Hole | None:
        source, county = lane
        standing = await self._standings.of(lane)
        due = steps(received, standing.positions)
        moved = {name: step.events[-1].envelope.meta.position for name, step in due.items() if step.events}
        parked: list[Parked] = []
        changed: set[str] = set()
        offset = None
        written: dict[str, int] = {}
        if moved:
            last = max(moved.values())
            offset = next(record.offset for record in reversed(received) if record.envelope.meta.position == last)
            concerned = self._concerned(source, received) if standing.level_after(moved) else moved
            written = {name: position for name, position in moved.items() if name in concerned}
        if written and offset is not None:
            # Rows are folded from several lanes: whoever else of the group works on this county waits.
            async with county_transaction(self._pool, county, alone_of=self.group) as connection:
                # Nor is a stream set aside that somebody has released since we looked.
                waiting = await parked_streams(connection, county, source, list(standing.parked)) if standing.parked else {}
                for name in written:
                    step, blocked = due[name], set(waiting.get(name, ()))
                    parked += await self._project(connection, self._projections[name], step.events, blocked, changed, carefully=carefully)
                if parked:
                    written = moved  # nothing of this will be remembered
                await park(connection, county, parked)
                await move(connection, lane, standing, written, offset)
        if not parked:
            self._standings.remember(lane, standing, moved, offset, written=written)
        self._progress.changed(county, changed)
        for name, step in due.items():
            self._count(name, county, step)
        for name, position in moved.items():
            metrics.CHECKPOINT.labels(name, source, county).set(position)
        for event in parked:
            metrics.PARKED.labels(event.projection, county).inc()
            _log.error(
                "event_parked", projection=event.projection, source=source, county=county, position=event.position, error=event.error
            )
        holes = [step.hole for step in due.values() if step.hole is not None]
        return Hole(min(holes), standing.offset) if holes else None

    def _concerned(self, source: str, received: Sequence[Received]) -> Collection[str]:
        """Return the projections whose places are to be written with these events."""
        facts = [record.fact for record in received if record.fact is not None]
        if self._at_once is None or source in self._at_once or any(isinstance(fact, str) for fact in facts):
            return self._projections
        types = {type(fact.event) for fact in facts if isinstance(fact, Fact)}
        return [name for name, projection in self._projections.items() if not types.isdisjoint(projection.handles)]

    async def _project(
        self,
        connection: "Connection",
        projection: Projection[object],
        events: Sequence[Received],
        blocked: set[str],
        changed: set[str],
        *,
        carefully: bool,
    ) -> list[Parked]:
        """Fold events into one projection, naming it as changed if it is; return what had to be set aside, and what queues behind it."""
        parked: list[Parked] = []
        ready: list[Fact] = []
        for record in events:
            fact = record.fact
            if fact is None and not blocked:
                continue
            meta = record.envelope.meta
            error = "behind a parked event of its stream" if meta.stream in blocked else fact if isinstance(fact, str) else None
            if error is None and carefully:
                error = await self._try_one(connection, projection, fact)
            if error is not None:
                blocked.add(meta.stream)
                parked.append(Parked(projection.name, meta.service, meta.position, meta.stream, record.envelope.body, error))
            elif isinstance(fact, Fact):
                ready.append(fact)
        if ready and (carefully or await projection.apply(connection, events[0].envelope.meta.county, ready)):
            changed.add(projection.name)
        return parked

    async def _try_one(self, connection: "Connection", projection: Projection[object], fact: Fact | str | None) -> str | None:
        """Apply one fact behind a savepoint; return why it cannot be applied, if it cannot."""
        if not isinstance(fact, Fact):
            return fact
        await connection.execute("SAVEPOINT one")
        try:
            await projection.apply(connection, fact.meta.county, [fact])
        except Exception as fault:
            if not poisonous(fault):
                raise
            await connection.execute("ROLLBACK TO SAVEPOINT one")
            return f"{type(fault).__name__}: {fault}"
        await connection.execute("RELEASE SAVEPOINT one")
        return None

    @staticmethod
    def _count(name: str, county: str, step: Due) -> None:
        if step.duplicates:
            metrics.DUPLICATES.labels(name, county).inc(step.duplicates)
        if step.events:
            metrics.APPLIED.labels(name, county).inc(len(step.events))
