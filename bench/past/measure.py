"""Asking for the past: one need, and the figures of the county, as of a moment in the middle of lanes of several lengths."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import uvloop

from bench.counts import Counts
from bench.figures import Against, Reach, Report, figure
from bench.lab import Lab, database
from bench.material import CLERK, COUNTY
from bench.sampling import interleave
from bench.verifying.filling import filled
from deploy.embedded.events import Event
from services.intake.main import PARTS
from services.intake.queries.needs import need, need_figures
from shared.kernel.actor import Actor
from shared.kernel.as_of.moments import Vector
from shared.kernel.as_of.past import Past
from shared.kernel.clock import SystemClock
from shared.kernel.sealing import Sealer
from shared.kernel.tenancy import Pool, create_pool
from shared.web.routes import Reading

_WHATEVER_THE_LENGTH = Reach(1.5, at_least=False)
_LINEAR = Reach(1.15, at_least=False)
_CLERK = Actor(sub=CLERK, roles=("clerk",))
_NEEDS_A_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of needs and how it is asked for its past."""

    events: int
    needs: list[UUID]
    past: Past

    async def one(self) -> float:
        """Return the milliseconds one need takes, as of half the lane."""
        chance, vector = random.Random(self.events), self._at(self.events // 2)
        asked = [chance.choice(self.needs[: self.events // 2]) for _ in range(_NEEDS_A_SAMPLE)]
        began = time.perf_counter()
        for need_id in asked:
            async with self.past.reading(COUNTY, vector) as connection:
                if await need(Reading(connection, COUNTY, _CLERK, None, {"need_id": need_id}, Sealer(bytes(32)))) is None:
                    raise RuntimeError(f"need {need_id} was not there")
        return 1_000 * (time.perf_counter() - began) / _NEEDS_A_SAMPLE

    async def figures(self, at: int) -> float:
        """Return the microseconds an event takes for the county's figures, as of a position nobody has asked for."""
        began = time.perf_counter()
        async with self.past.reading(COUNTY, self._at(at)) as connection:
            found = await need_figures(Reading(connection, COUNTY, _CLERK, None, {}, Sealer(bytes(32))))
        seconds = time.perf_counter() - began
        if sum(row["count"] for row in found["rows"]) != at:
            raise RuntimeError(f"as of {at} there were other needs than these: {found['rows']}")
        self.past.snapshots.close()
        return 1_000_000 * seconds / at

    @staticmethod
    def _at(position: int) -> Vector:
        return Vector(tuple((source.service, position if source.service == "intake" else 0) for source in PARTS.sources))


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Fill lanes, ask each once so that its archive is there, then ask all in turn."""
    with lab.stack("past") as stack, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        lanes: list[Lane] = []
        pools: list[Pool] = []
        try:
            for events in counts.past_events:
                lab.say(Event("started", "past", f"a lane of {events:,} events"))
                where = database(stack, f"past_{events}", PARTS.package)
                pools.append(runner.run(create_pool(where.app)))
                needs = runner.run(filled(where, events))
                past = Past(
                    pools[-1],
                    where.app,
                    stack.info.kafka,
                    own="intake",
                    sources=PARTS.sources,
                    projections=PARTS.projections,
                    clock=SystemClock(),
                )
                lanes.append(Lane(events, needs, past))
                runner.run(lanes[-1].one())
                lab.say(Event("finished", "past", f"a lane of {events:,} events"))
            contestants: dict[str, Callable[[], float]] = {}
            for lane in lanes:
                positions = iter(range(lane.events, 0, -1))
                contestants[f"past/one-need/{lane.events}"] = partial(_ran, runner, lane)
                contestants[f"past/figures/{lane.events}"] = partial(_reckoned, runner, lane, positions)
            samples = interleave("past", contestants, counts.rounds, lab.say)
        finally:
            for lane in lanes:
                lane.past.close()
            for pool in pools:
                runner.run(pool.close())
    smallest = lanes[0].events
    for name, unit, reach in (("one-need", "ms", _WHATEVER_THE_LENGTH), ("figures", "µs/event", _LINEAR)):
        first = f"past/{name}/{smallest}"
        report.add(figure(first, samples[first], unit, {"events": smallest}))
        for lane in lanes[1:]:
            key = f"past/{name}/{lane.events}"
            report.add(figure(key, samples[key], unit, {"events": lane.events}, Against(first, samples[first], reach)))


def _ran(runner: asyncio.Runner, lane: Lane) -> float:
    return runner.run(lane.one())


def _reckoned(runner: asyncio.Runner, lane: Lane, positions: Iterator[int]) -> float:
    return runner.run(lane.figures(next(positions)))
