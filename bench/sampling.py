"""Taking samples so that a noisy machine hits every contestant alike."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import TypeVar

from deploy.embedded.events import Event, Listener

Samples = Sequence[float]
S = TypeVar("S")


def interleave(what: str, contestants: Mapping[str, Callable[[], S]], rounds: int, say: Listener) -> dict[str, list[S]]:
    """Take one sample of every contestant a round and return them by name; every second round goes backwards.

    What disturbs the machine for a while, and what one contestant leaves to the next, then falls on all of them.
    """
    samples: dict[str, list[S]] = {name: [] for name in contestants}
    total = rounds * len(contestants)
    done = 0
    for number in range(rounds):
        order = list(contestants)
        for name in order if number % 2 == 0 else reversed(order):
            say(Event("progress", what, f"{what}: {name}, round {number + 1}", done, total))
            samples[name].append(contestants[name]())
            done += 1
    say(Event("progress", what, what, total, total))
    say(Event("finished", what, f"{what}: {total} samples"))
    return samples


def median(samples: Samples) -> float:
    """Return the median; ValueError without samples."""
    return statistics.median(samples)


def percentile(samples: Samples, percent: float) -> float:
    """Return the smallest sample that at least `percent` of all do not exceed (nearest rank); ValueError without samples."""
    if not samples:
        raise ValueError("no samples")
    return sorted(samples)[max(0, ceil(len(samples) * percent / 100) - 1)]
