"""Policies: a fact becomes commands of this service, whose ids derive from the fact, so that a redelivery changes nothing."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from shared.kernel import metrics
from shared.kernel.actor import Actor
from shared.kernel.checkpoints import Parked, Standings, move, park
from shared.kernel.commands import Commands
from shared.kernel.derived import derived
from shared.kernel.envelope import traceparent_of
from shared.kernel.errors import Rejected
from shared.kernel.lanes import Hole, due, poisonous
from shared.kernel.records import Lane, Received
from shared.kernel.rules import Asked, Command, Policy
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_AT_ONCE = 64
_log = structlog.get_logger(__name__)


class Reacting:
    """Runs one policy over lanes, with a checkpoint of its own; never part of a rebuild."""

    def __init__(self, service: str, policy: Policy, pool: "Pool", commands: Commands) -> None:
        self.group = f"{service}.{policy.name}"
        self._policy = policy
        self._wanted = frozenset(fact.__name__ for fact in policy.facts)
        self._pool = pool
        self._commands = commands
        self._actor = Actor.system(policy.name)
        self._standings = Standings(pool, [policy.name])

    def prepare(self, received: Sequence[Received]) -> None:
        """Nothing: only the few events a policy reacts to are opened."""

    def forget(self) -> None:
        """Ask the database where each lane stands before going on."""
        self._standings.forget()

    async def apply(self, lane: Lane, received: Sequence[Received]) -> Hole | None:
        """Give the commands of what is due, then pass it; return the hole that stopped it, if one did."""
        source, county = lane
        name = self._policy.name
        standing = await self._standings.of(lane)
        step = due(received, standing.positions[name])
        if step.duplicates:
            metrics.DUPLICATES.labels(name, county).inc(step.duplicates)
        moved: dict[str, int] = {}
        parked: list[Parked] = []
        offset = None
        if step.events:
            parked = await self._react_all(step.events, set(standing.parked.get(name, ())))
            last = step.events[-1]
            moved, offset = {name: last.envelope.meta.position}, last.offset
            if parked:
                async with county_transaction(self._pool, county) as connection:
                    await park(connection, county, parked)
                    await move(connection, lane, standing, moved, offset)
            else:
                async with self._pool.acquire() as connection:
                    await move(connection, lane, standing, moved, offset)
            metrics.APPLIED.labels(name, county).inc(len(step.events))
            metrics.CHECKPOINT.labels(name, source, county).set(last.envelope.meta.position)
            for event in parked:
                metrics.PARKED.labels(name, county).inc()
                _log.error("event_parked", projection=name, source=source, county=county, position=event.position, error=event.error)
        self._standings.remember(lane, standing, moved, offset, parked=bool(parked))
        return None if step.hole is None else Hole(step.hole, standing.offset)

    async def _react_all(self, events: Sequence[Received], blocked: set[str]) -> list[Parked]:
        """React to every stream in its order, to several streams at once."""
        by_stream: dict[str, list[Received]] = {}
        for record in events:
            by_stream.setdefault(record.envelope.meta.stream, []).append(record)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def follow(records: Sequence[Received], error: str | None) -> list[Parked]:
            parked: list[Parked] = []
            async with gate:
                for record in records:
                    error = error or await self._react(record)
                    if error is not None:
                        meta = record.envelope.meta
                        parked.append(Parked(self._policy.name, meta.service, meta.position, meta.stream, record.envelope.body, error))
                        error = "behind a parked event of its stream"
            return parked

        waiting = "behind a parked event of its stream"
        results = await asyncio.gather(*(follow(records, waiting if stream in blocked else None) for stream, records in by_stream.items()))
        return [event for result in results for event in result]

    async def _react(self, record: Received) -> str | None:
        """React to one event; return why it cannot be reacted to, if it cannot. Raises for trouble that passes."""
        meta = record.envelope.meta
        if meta.type not in self._wanted and meta.type in record.contract.events:
            return None
        try:
            commands = self._policy.do(record.event(), meta)
            for index, command in enumerate(commands):
                await self._give(command, index, record)
        except Exception as fault:
            if not poisonous(fault):
                raise
            return f"{type(fault).__name__}: {fault}"
        return None

    async def _give(self, command: Command, index: int, record: Received) -> None:
        meta = record.envelope.meta
        traceparent = traceparent_of(record.envelope.body)
        asked = Asked(
            county=meta.county,
            actor=self._actor,
            at=max(self._commands.clock.now(meta.county), meta.recorded_at),
            command_id=derived(meta.event_id, self._policy.name, str(index)),
            correlation_id=meta.correlation_id,
            causation_id=meta.event_id,
            caused_at=meta.recorded_at,
            traceparent=traceparent.decode() if traceparent else None,
        )
        try:
            await self._commands.execute(command, asked)
            metrics.POLICY_COMMANDS.labels(self._policy.name, "done").inc()
        except Rejected as refusal:
            metrics.POLICY_COMMANDS.labels(self._policy.name, refusal.code).inc()
            _log.info("policy_command_rejected", policy=self._policy.name, command=type(command).__name__, code=refusal.code)
