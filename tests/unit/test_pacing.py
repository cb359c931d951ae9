"""The pace in a rush: nothing waits below it, longer the greater it is, two hundred milliseconds at most, never behind a large batch."""

from types import SimpleNamespace

import pytest

from shared.kernel import pacing
from shared.kernel.pacing import Pace

RUSH = 300


class Clock:
    """The loop's time, which only waiting and the test move on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.waited = 0.0
        # In that module alone: whatever else runs in this process keeps its time.
        monkeypatch.setattr(pacing, "asyncio", SimpleNamespace(get_running_loop=lambda: self, sleep=self._sleep))

    def time(self) -> float:
        return self.now

    async def _sleep(self, seconds: float) -> None:
        self.waited += seconds
        self.now += seconds


def waits(monkeypatch: pytest.MonkeyPatch, rate: float, batch: int) -> float:
    """Return how long batches of a size wait at a rate of events a second, once that has gone on for a while."""
    clock, pace = Clock(monkeypatch), Pace(RUSH)
    for _ in range(2_000):
        pace.took(batch)
        clock.now += batch / rate
    pace.took(batch)
    run = pace.keep()
    with pytest.raises(StopIteration):
        run.send(None)
    monkeypatch.undo()
    return clock.waited


@pytest.mark.parametrize("rate", [1, 50, 200, 250])
def test_nobody_waits_below_a_rush(monkeypatch: pytest.MonkeyPatch, rate: float) -> None:
    assert waits(monkeypatch, rate, 1) == 0


def test_the_greater_the_rush_the_longer_and_two_hundred_milliseconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [waits(monkeypatch, rate, 1) for rate in (330, 600, 900, 5_000)]
    assert found == sorted(found)
    assert 0.02 <= found[0] < 0.03
    assert 0.07 <= found[1] <= 0.09
    assert found[3] == pytest.approx(0.2)


def test_a_large_batch_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waits(monkeypatch, 20_000, 499) > 0
    assert waits(monkeypatch, 20_000, 500) == 0


async def test_time_that_has_passed_since_is_waited_for_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, pace = Clock(monkeypatch), Pace(RUSH)
    pace.took(70)
    clock.now += 0.02
    await pace.keep()
    assert 0 < clock.waited < 0.01
    await pace.keep()
    assert clock.waited < 0.01
