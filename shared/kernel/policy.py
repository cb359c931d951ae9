"""Policies: a fact becomes commands of this service, whose ids derive from the fact, so that a redelivery changes nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import structlog

from shared.kernel import metrics
from shared.kernel.actor import Actor
from shared.kernel.checkpoints import CheckpointLost, Parked, Standing, Standings, move, park
from shared.kernel.commands import Commands
from shared.kernel.derived import derived
from shared.kernel.envelope import traceparent_of
from shared.kernel.errors import Rejected
from shared.kernel.events import Contract
from shared.kernel.lanes import Due, Hole, poisonous, steps
from shared.kernel.parking import Queue, Redriven, parked_of, parked_streams, still_parked, take_off
from shared.kernel.records import Lane, Received
from shared.kernel.rules import Asked, Command, Policy
from shared.kernel.tenancy import county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

_AT_ONCE = 64
_BEHIND = "behind a parked event of its stream"
_log = structlog.get_logger(__name__)
Reaction = tuple[Policy, Received]


class Reacting:
    """Runs the policies of a service over lanes, each with a checkpoint of its own; never part of a rebuild.

    With `lazily`, what concerns no policy is passed without writing so: `settle` does that.
    """

    def __init__(
        self, service: str, policies: Sequence[tuple[Policy, Contract]], pool: "Pool", commands: Commands, *, lazily: bool = False
    ) -> None:
        self.group = f"{service}.policies"
        self._pool = pool
        self._commands = commands
        self._lazily = lazily
        self._policies: dict[str, dict[str, Policy]] = {}
        self._contracts = {source.service: source for _, source in policies}
        for policy, source in policies:
            self._policies.setdefault(source.service, {})[policy.name] = policy
        self._standings = {source: Standings(pool, list(found)) for source, found in self._policies.items()}
        self._actors = {policy.name: Actor.system(policy.name) for policy, _ in policies}
        self._wanted = {policy.name: frozenset(fact.__name__ for fact in policy.facts) for policy, _ in policies}

    def prepare(self, received: Sequence[Received]) -> None:
        """Nothing: only the few events a policy reacts to are opened."""

    def forget(self) -> None:
        """Ask the database where each lane stands before going on."""
        for standings in self._standings.values():
            standings.forget()

    async def settle(self) -> None:
        """Write where each lane stands, as far as it is not yet written."""
        for standings in self._standings.values():
            await standings.settle()

    async def apply(self, lane: Lane, received: Sequence[Received]) -> Hole | None:
        """Give the commands of what is due, then pass it; return the hole that stopped it, if one did."""
        source, county = lane
        standing = await self._standings[source].of(lane)
        due = steps(received, standing.positions)
        moved = {name: step.events[-1].envelope.meta.position for name, step in due.items() if step.events}
        parked: list[Parked] = []
        offset = None
        written: Mapping[str, int] = {}
        if moved:
            reactions = self._reactions(source, due, standing.parked)
            parked = await self._react_all(reactions, standing.parked)
            offset = max(step.events[-1].offset for step in due.values() if step.events)
            written = {} if self._lazily and not reactions and standing.level_after(moved) else moved
            if parked:
                async with county_transaction(self._pool, county, alone_of=self.group) as connection:
                    await _still_behind(connection, lane, standing, parked)
                    await park(connection, county, parked)
                    await move(connection, lane, standing, moved, offset)
            elif written:
                async with self._pool.acquire() as connection:
                    await move(connection, lane, standing, moved, offset)
        if not parked:
            self._standings[source].remember(lane, standing, moved, offset, written=written)
        self._count(lane, due, parked)
        holes = [step.hole for step in due.values() if step.hole is not None]
        return Hole(min(holes), standing.offset) if holes else None

    async def redrive(self, county: str, name: str, source: str, stream: str) -> Redriven:
        """React to a policy's parked events of a stream, in order, until none is left or one still cannot be reacted to.

        Each is taken off the list once its commands have been carried out; whoever reacts to it again gets their first answers.
        """
        policy = self._policies.get(source, {}).get(name)
        if policy is None:
            return Redriven(0, 0, f"no policy {name} for {source}")
        queue = Queue(county, name, self._contracts[source], stream)
        applied = 0
        while True:  # more of the stream may be parked behind, until the last is taken off
            async with county_transaction(self._pool, county) as connection:
                waiting = await parked_of(connection, queue)
            if not waiting:
                return Redriven(applied, 0, None)
            for index, record in enumerate(waiting):
                error = await self._react(policy, record) if self._concerns(policy, record) else None
                async with county_transaction(self._pool, county, alone_of=self.group) as connection:
                    if error is not None:
                        await still_parked(connection, queue, record.envelope.meta.position, error)
                        return Redriven(applied, len(waiting) - index, error)
                    await take_off(connection, queue, [record.envelope.meta.position])
                applied += 1

    def _concerns(self, policy: Policy, record: Received) -> bool:
        """Tell whether a policy is to look at an event: one it reacts to, or one that nobody knows."""
        name = record.envelope.meta.type
        return name in self._wanted[policy.name] or name not in record.contract.events

    def _reactions(self, source: str, due: Mapping[str, Due], blocked: Mapping[str, set[str]]) -> dict[str, list[Reaction]]:
        """Return by stream, in its order, what which policy is to look at: what it reacts to, what nobody knows, what is parked."""
        by_stream: dict[str, list[Reaction]] = {}
        for name, policy in self._policies[source].items():
            behind = blocked.get(name, ())
            for record in due[name].events:
                stream = record.envelope.meta.stream
                if stream in behind or self._concerns(policy, record):
                    by_stream.setdefault(stream, []).append((policy, record))
        for reactions in by_stream.values():
            reactions.sort(key=lambda reaction: reaction[1].envelope.meta.position)
        return by_stream

    async def _react_all(self, by_stream: Mapping[str, Sequence[Reaction]], blocked: Mapping[str, set[str]]) -> list[Parked]:
        """React to every stream in its order, to several streams at once; return what had to be set aside."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def follow(stream: str, reactions: Sequence[Reaction]) -> list[Parked]:
            parked: list[Parked] = []
            behind = {name for name, streams in blocked.items() if stream in streams}
            async with gate:
                for policy, record in reactions:
                    error = _BEHIND if policy.name in behind else await self._react(policy, record)
                    if error is not None:
                        meta = record.envelope.meta
                        parked.append(Parked(policy.name, meta.service, meta.position, stream, record.envelope.body, error))
                        behind.add(policy.name)
            return parked

        results = await asyncio.gather(*(follow(stream, reactions) for stream, reactions in by_stream.items()))
        return [event for result in results for event in result]

    async def _react(self, policy: Policy, record: Received) -> str | None:
        """React to one event; return why it cannot be reacted to, if it cannot. Raises for trouble that passes."""
        try:
            for index, command in enumerate(policy.do(record.event(), record.envelope.meta)):
                await self._give(policy, command, index, record)
        except Exception as fault:
            if not poisonous(fault):
                raise
            return f"{type(fault).__name__}: {fault}"
        return None

    async def _give(self, policy: Policy, command: Command, index: int, record: Received) -> None:
        meta = record.envelope.meta
        traceparent = traceparent_of(record.envelope.body)
        asked = Asked(
            county=meta.county,
            actor=self._actors[policy.name],
            at=max(self._commands.clock.now(meta.county), meta.recorded_at),
            command_id=derived(meta.event_id, policy.name, str(index)),
            correlation_id=meta.correlation_id,
            causation_id=meta.event_id,
            caused_at=meta.recorded_at,
            traceparent=traceparent.decode() if traceparent else None,
        )
        try:
            await self._commands.execute(command, asked)
            metrics.POLICY_COMMANDS.labels(policy.name, "done").inc()
        except Rejected as refusal:
            metrics.POLICY_COMMANDS.labels(policy.name, refusal.code).inc()
            _log.info("policy_command_rejected", policy=policy.name, command=type(command).__name__, code=refusal.code)

    @staticmethod
    def _count(lane: Lane, due: Mapping[str, Due], parked: Sequence[Parked]) -> None:
        source, county = lane
        for name, step in due.items():
            if step.duplicates:
                metrics.DUPLICATES.labels(name, county).inc(step.duplicates)
            if step.events:
                metrics.APPLIED.labels(name, county).inc(len(step.events))
                metrics.CHECKPOINT.labels(name, source, county).set(step.events[-1].envelope.meta.position)
        for event in parked:
            metrics.PARKED.labels(event.projection, county).inc()
            _log.error(
                "event_parked", projection=event.projection, source=source, county=county, position=event.position, error=event.error
            )


async def _still_behind(connection: "Connection", lane: Lane, standing: Standing, parked: Sequence[Parked]) -> None:
    """Raise CheckpointLost if a stream that events are to wait behind has been released: then it is their turn."""
    source, county = lane
    believed = [event for event in parked if event.stream in standing.parked.get(event.projection, ())]
    if not believed:
        return
    waiting = await parked_streams(connection, county, source, list(standing.parked))
    if any(event.stream not in waiting.get(event.projection, ()) for event in believed):
        raise CheckpointLost("events were parked behind a stream that has been released")
