"""Questions to the database asked together: what is asked while a round trip is under way shares the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
_MOST = 256
"""Questions that share a round trip at most."""


class Gathering(Generic[Q, A]):
    """Answers questions of a county in as few round trips as their askers leave: one at a time, each with all that came meanwhile.

    Where a round trip fails its questions are asked one by one, so that a bad one fails nobody else.
    """

    def __init__(self, answer: Callable[[str, Sequence[Q]], Awaitable[Sequence[A]]]) -> None:
        self._answer = answer
        self._waiting: dict[str, deque[tuple[Q, asyncio.Future[A]]]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    async def ask(self, county: str, question: Q) -> A:
        """Return the answer; raises what its round trip raised."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(county, deque()).append((question, answer))
        if county not in self._running:
            self._running[county] = asyncio.create_task(self._drain(county), name=f"gathering-{county}")
        return await answer

    async def _drain(self, county: str) -> None:
        waiting = self._waiting[county]
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(_MOST, len(waiting)))]
                if not await self._settle(county, batch) and len(batch) > 1:
                    for one in batch:
                        await self._settle(county, [one])
        finally:
            del self._running[county]

    async def _settle(self, county: str, batch: Sequence[tuple[Q, "asyncio.Future[A]"]]) -> bool:
        """Answer a batch; where it fails, tell a lone asker why, and leave several to be asked one by one."""
        try:
            answers = await self._answer(county, [question for question, _ in batch])
        except Exception as fault:  # noqa: BLE001 - the asker must hear of it
            if len(batch) == 1 and not batch[0][1].done():
                batch[0][1].set_exception(fault)
            return False
        for (_, future), found in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(found)
        return True
