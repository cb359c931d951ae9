"""From the answer of one service to the rows of another, against a message's bare way through the broker."""

import asyncio
from contextlib import ExitStack

import uvloop

from bench.counts import Counts
from bench.figures import Against, Reach, Report, figure
from bench.http.intake import Intake
from bench.lab import Lab
from bench.lag.across import Across
from bench.lag.bare import RoundTrip
from bench.lag.watching import LOOK_EVERY_SECONDS
from bench.material import body_bytes
from bench.sampling import interleave, percentile
from deploy.embedded.preflight import SERVICES

_RATE = 200
_SELDOM = 2
"""A second: what a county is like most of the day, when nothing keeps the way warm."""
_P50 = Reach(3, at_least=False)
_P99 = Reach(5, at_least=False)


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Measure both in turn on the whole stack, all four services at work."""
    seconds = counts.lag_seconds
    with (
        lab.stack("lag", SERVICES) as stack,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ExitStack() as closing,
    ):
        across = Across(runner, Intake(stack), stack.postgres.dsn("projects"))
        across.warm_up()
        bare = closing.enter_context(RoundTrip(runner, stack.info.kafka))
        contestants = {
            "lag/round-trip": lambda: bare.sample(_RATE, seconds),
            "lag/known-in-projects": lambda: across.sample(_RATE, seconds),
            "lag/known-in-projects/seldom": lambda: across.sample(_SELDOM, seconds),
        }
        samples = interleave("lag", contestants, counts.rounds, lab.say)
    conditions = {
        "per_second": _RATE,
        "seconds_per_sample": seconds,
        "body_bytes": body_bytes(),
        "services": len(SERVICES),
        "looked_every_ms": LOOK_EVERY_SECONDS * 1_000,
    }
    milliseconds = {name: [[1_000 * lag for lag in lags] for lags in rounds] for name, rounds in samples.items()}
    for percent, reach in ((50, _P50), (99, _P99)):
        theirs = [percentile(lags, percent) for lags in milliseconds["lag/round-trip"]]
        mine = [percentile(lags, percent) for lags in milliseconds["lag/known-in-projects"]]
        name = f"lag/round-trip/p{percent}"
        report.add(
            figure(name, theirs, "ms", conditions),
            figure(f"lag/known-in-projects/p{percent}", mine, "ms", conditions, Against(name, theirs, reach)),
        )
    for percent in (50, 90):
        seldom = [percentile(lags, percent) for lags in milliseconds["lag/known-in-projects/seldom"]]
        report.add(figure(f"lag/known-in-projects/seldom/p{percent}", seldom, "ms", {**conditions, "per_second": _SELDOM}))
