"""Appending: the kernel's appender against one-row inserts, and against other event stores, on one PostgreSQL."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial

from bench.appending.emmett import NotHere, ready, sample
from bench.appending.eventsourcing_peer import EventSourcing
from bench.appending.one_row import OneRow
from bench.appending.ours import Ours
from bench.appending.signed import Signed
from bench.counts import Counts
from bench.figures import Against, Figure, Reach, Report, figure, skipped
from bench.lab import Lab, database
from bench.material import body_bytes
from bench.sampling import interleave, median

_IN_FLIGHT = (1, 16, 64, 256)
_CLIENTS = (1, 16, 64)
_THREADS = (1, 8)
_PROMISES = (1, 16)
_AT_64 = Reach(0.5)
_AT_256 = Reach(0.8)
_WITH_CHECKPOINTS = Reach(0.95)
_EVENTSOURCING = Reach(10)
_EMMETT = Reach(4)
_UNIT = "events/s"
_SIGNED = "append/256/signed"


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Measure every store at every concurrency in turn, and report each with its peers."""
    seconds = counts.append_seconds
    with lab.stack("append") as stack, ExitStack() as closing:
        ours = closing.enter_context(Ours(database(stack, "append", "services.intake").app))
        one_row = OneRow(stack.postgres.binaries, database(stack, "rows"))
        eventsourcing = closing.enter_context(EventSourcing(database(stack, "eventsourcing")))
        contestants: dict[str, Callable[[], float]] = {}
        for clients in _CLIENTS:
            contestants[_pgbench(clients)] = partial(one_row.sample, clients, seconds)
            contestants[_ours(clients)] = partial(ours.sample, clients, seconds)
        contestants[_ours(256)] = partial(ours.sample, 256, counts.signed_seconds)
        signed = closing.enter_context(Signed(database(stack, "signed", "services.intake").app, stack.info.kafka))
        contestants[_SIGNED] = partial(signed.sample, 256, counts.signed_seconds)
        for threads in _THREADS:
            contestants[_eventsourcing(threads)] = partial(eventsourcing.sample, threads, seconds)
        missing = None
        try:
            program = ready(lab.say)
            emmett = database(stack, "emmett")
            contestants |= {_emmett(promises): partial(sample, program, emmett, promises, seconds) for promises in _PROMISES}
        except NotHere as reason:
            missing = str(reason)
        samples = interleave("append", contestants, counts.rounds, lab.say)
        rows = ours.rows()
    for line in lines(
        samples,
        missing,
        {
            "body_bytes": body_bytes(),
            "seconds_per_sample": seconds,
            "seconds_per_sample_at_256": counts.signed_seconds,
            "events_at_end": rows,
        },
    ):
        report.add(line)


def lines(samples: Mapping[str, list[float]], missing: str | None, said: Mapping[str, object]) -> list[Figure]:
    """Return the peers' figures, then ours with what each is held against."""
    conditions = dict(said)
    mine = {_ours(count) for count in _IN_FLIGHT}
    lines = [figure(name, values, _UNIT, conditions) for name, values in samples.items() if name not in {*mine, _SIGNED}]
    for count in (1, 16, 64):
        against = Against(_pgbench(count), samples[_pgbench(count)], _AT_64 if count == 64 else None)  # noqa: PLR2004 - the mark is set there
        lines.append(figure(_ours(count), samples[_ours(count)], _UNIT, conditions, against))
    unsigned = Against(_ours(256), samples[_ours(256)], _WITH_CHECKPOINTS)
    lines.append(figure(_SIGNED, samples[_SIGNED], _UNIT, conditions, unsigned))
    best_row = _best(samples, [_pgbench(count) for count in _CLIENTS])
    lines.append(figure(_ours(256), samples[_ours(256)], _UNIT, conditions, Against(best_row, samples[best_row], _AT_256)))
    best = _best(samples, sorted(mine))
    for peer, reach, names in (
        ("eventsourcing", _EVENTSOURCING, [_eventsourcing(count) for count in _THREADS]),
        ("emmett", _EMMETT, [_emmett(count) for count in _PROMISES]),
    ):
        name = f"append/best/{peer}"
        if missing is not None and peer == "emmett":
            lines.append(skipped(name, _UNIT, missing))
            continue
        theirs = _best(samples, names)
        lines.append(figure(name, samples[best], _UNIT, {**conditions, "best": best}, Against(theirs, samples[theirs], reach)))
    return lines


def _best(samples: Mapping[str, list[float]], names: list[str]) -> str:
    return max(names, key=lambda name: median(samples[name]))


def _ours(count: int) -> str:
    return f"append/{count}"


def _pgbench(count: int) -> str:
    return f"append/pgbench/{count}"


def _eventsourcing(count: int) -> str:
    return f"append/eventsourcing/{count}"


def _emmett(count: int) -> str:
    return f"append/emmett/{count}"
