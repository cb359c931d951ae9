"""A pace for those who work in batches: in a rush each begins a little later, so that it carries more and costs less an event."""

import asyncio

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.02, 0.2
_REMEMBERED_SECONDS = 0.2
_LARGE = 500
"""A batch of so many is not made better by waiting for the next."""


class Pace:
    """Keeps batches apart while there is a rush: from so many events a second on 20 ms, and the longer the greater it is, by its square.

    At twice the rush they are 80 ms apart, 200 at most. Below it nothing is kept waiting.
    """

    def __init__(self, rush: float) -> None:
        self._least = rush * _REMEMBERED_SECONDS
        self._rush = 0.0
        self._began = 0.0
        self._large = False

    def took(self, events: int) -> None:
        """Say that a batch of so many is done; older ones count less and less."""
        now = asyncio.get_running_loop().time()
        self._rush = self._rush * max(0.0, 1 - (now - self._began) / _REMEMBERED_SECONDS) + events
        self._began = now
        self._large = events >= _LARGE

    async def keep(self) -> None:
        """Wait, in a rush, until the next batch may begin."""
        if self._rush > self._least and not self._large:
            pace = min(_LONGEST_SECONDS, _SHORTEST_SECONDS * (self._rush / self._least) ** 2)
            await asyncio.sleep(max(0.0, self._began + pace - asyncio.get_running_loop().time()))
