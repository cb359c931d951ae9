"""All live projections of a service, moved together: one transaction per batch of a lane, several beside each other where it is large."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from shared.kernel import metrics
from shared.kernel.checkpoints import Parked, Progress, Standing, Standings, move, park
from shared.kernel.lanes import Due, Hole, poisonous, steps
from shared.kernel.parking import Queue, Redriven, parked_of, parked_streams, still_parked, take_off
from shared.kernel.projection import Fact, Projection
from shared.kernel.records import Lane, Received
from shared.kernel.tenancy import county_transaction
from shared.kernel.turns import WORTH_OVERLAPPING, through

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is written of a lane's batch: which projections move to where, and what is due to each."""

    lane: Lane
    standing: Standing
    due: Mapping[str, Due]
    written: Mapping[str, int]
    offset: int
    carefully: bool

    @property
    def much(self) -> bool:
        """Whether these are many events, all of them readable and none of them behind one that is parked."""
        events = max((self.due[name].events for name in self.written), key=len)
        if self.carefully or self.standing.parked or len(events) < WORTH_OVERLAPPING:
            return False
        return not any(isinstance(record.fact, str) for record in events)

    def facts_after(self, position: int) -> list[Fact]:
        """Return what is due to whoever stands at a position."""
        events = next(step.events for name, step in self.due.items() if self.standing.positions[name] == position)
        return [record.fact for record in events if isinstance(record.fact, Fact)]


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
        parked: Sequence[Parked] = ()
        changed: set[str] = set()
        offset = None
        written: dict[str, int] = {}
        if moved:
            last = max(moved.values())
            offset = next(record.offset for record in reversed(received) if record.envelope.meta.position == last)
            concerned = self._concerned(source, received) if standing.level_after(moved) else moved
            written = {name: position for name, position in moved.items() if name in concerned}
        if written and offset is not None:
            write = _Writing(lane, standing, due, written, offset, carefully=carefully)
            parked = await (self._write_apart(write, changed) if write.much else self._write(write, moved, changed))
            if parked:
                written = moved  # nothing of this will be remembered
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

    async def _write(self, one: _Writing, moved: Mapping[str, int], changed: set[str]) -> Sequence[Parked]:
        """Fold events and move checkpoints in one transaction; return what was set aside."""
        source, county = one.lane
        parked: list[Parked] = []
        # Rows are folded from several lanes: whoever else of the group works on this county waits.
        async with county_transaction(self._pool, county, alone_of=self.group) as connection:
            # Nor is a stream set aside that somebody has released since we looked.
            set_aside = one.standing.parked
            waiting = await parked_streams(connection, county, source, list(set_aside)) if set_aside else {}
            for name in one.written:
                events, blocked = one.due[name].events, set(waiting.get(name, ()))
                parked += await self._project(connection, self._projections[name], events, blocked, changed, carefully=one.carefully)
            await park(connection, county, parked)
            await move(connection, one.lane, one.standing, moved if parked else one.written, one.offset)
        return parked

    async def _write_apart(self, one: _Writing, changed: set[str]) -> Sequence[Parked]:
        """Do the same for many events that can all be read, and nothing set aside: each who keeps them in a transaction of its own.

        So the database keeps for one what another has yet to compute. Each projection's place is still written with its rows.
        """
        facts = {position: one.facts_after(position) for position in set(one.standing.positions.values())}
        types = {type(fact.event) for found in facts.values() for fact in found}
        parts: dict[str, list[str]] = {}
        for name in one.written:
            parts.setdefault(self._projections[name].alone_of(self.group)[-1], []).append(name)

        async def write(alone_of: str, names: Sequence[str]) -> None:
            async with county_transaction(self._pool, one.lane[1], alone_of=alone_of) as connection:
                for name in names:
                    projection, due = self._projections[name], facts[one.standing.positions[name]]
                    if not types.isdisjoint(projection.handles) and await projection.apply(connection, one.lane[1], due):
                        changed.add(name)
                await move(connection, one.lane, one.standing, {name: one.written[name] for name in names}, one.offset)

        await through([write(alone_of, names) for alone_of, names in parts.items()])
        return ()

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
