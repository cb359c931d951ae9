"""Cost of an event and memory of processes at growing sizes of the log: flat is the aim."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

import uvloop

from bench.counts import Counts
from bench.figures import Against, Figure, Reach, Report, figure
from bench.growth.filling import Filled, fill
from bench.growth.level import Level
from bench.lab import Database, Lab, database
from bench.material import body_bytes
from bench.sampling import Samples, interleave
from deploy.embedded.events import Event
from deploy.embedded.failures import DependencyDownError
from deploy.embedded.preflight import free_bytes

_FLAT = Reach(1.15, at_least=False)
_BYTES_PER_EVENT = 8_000
"""Disk an event takes here at most: log, keys and indexes, read model, write-ahead log, the broker's copy."""
_MICRO = 1_000_000


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Fill one database per size, each through the appender and a service of its own; then measure all of them in turn."""
    needed = sum(counts.log_sizes) * _BYTES_PER_EVENT
    if free_bytes(lab.root) < needed:
        raise DependencyDownError(f"growth needs {needed / 2**30:.0f} GiB free below {lab.root}: choose another disk with --data.")
    with lab.stack("growth") as stack, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, ExitStack() as closing:
        filled: dict[int, Filled] = {}
        databases: dict[int, Database] = {}
        for size in counts.log_sizes:
            databases[size] = database(stack, f"grown_{size}", "services.intake")
            filled[size] = fill(databases[size], stack.info.kafka, stack.info.data, size, lab.say)
            lab.say(Event("finished", "growth", f"a log of {size:,} events, relayed and projected in {filled[size].seconds:.0f} s"))
        levels = {size: closing.enter_context(Level(runner, databases[size], size)) for size in counts.log_sizes}
        contestants = {f"growth/{size}": partial(level.sample, counts.growth_events) for size, level in levels.items()}
        samples = interleave("growth", contestants, counts.growth_rounds, lab.say)
        ends = {size: level.events() for size, level in levels.items()}
    conditions = {"events_per_sample": counts.growth_events, "body_bytes": body_bytes(), "events_in_log_at_end": ends}
    for kind in ("append", "project"):
        costs = {size: [_MICRO * getattr(cost, f"{kind}ing") for cost in samples[f"growth/{size}"]] for size in counts.log_sizes}
        report.add(*_compared(f"growth/{kind}", costs, "µs/event", conditions))
    for kind in ("appender", "service"):
        memory = {size: getattr(filled[size], f"{kind}_mib") for size in counts.log_sizes}
        report.add(*_compared(f"growth/memory-of-{kind}", memory, "MiB", {}))


def _compared(name: str, values: Mapping[int, Samples], unit: str, conditions: dict[str, object]) -> list[Figure]:
    """Return a figure per size, each but the first held against the first."""
    first = min(values)
    against = Against(f"{name}/{first}", values[first], _FLAT)
    return [
        figure(f"{name}/{size}", samples, unit, {**conditions, "events_in_log": size}, None if size == first else against)
        for size, samples in values.items()
    ]
