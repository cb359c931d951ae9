"""A pace for those who work in batches: in a rush each begins a little later, so that it carries more and costs less an event."""

import asyncio

_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.02, 0.2
_REMEMBERED_SECONDS = 0.2
_RUSH = 60
"""Events within `_REMEMBERED_SECONDS`, some 300 a second: from there on batches wait for each other, and the longer the greater the
rush (by its square: 80 ms at 600 events a second, 200 at 950 and more). Below that nothing is kept waiting."""
_LARGE = 500
"""A batch of so many is not made better by waiting for the next."""


class Pace:
    """Keeps batches apart while there is a rush."""

    def __init__(self) -> None:
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
        if self._rush > _RUSH and not self._large:
            pace = min(_LONGEST_SECONDS, _SHORTEST_SECONDS * (self._rush / _RUSH) ** 2)
            await asyncio.sleep(max(0.0, self._began + pace - asyncio.get_running_loop().time()))
