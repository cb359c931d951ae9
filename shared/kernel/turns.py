"""Work beside each other: while the database answers one, another computes what it will ask."""

import asyncio
from collections.abc import Awaitable, Sequence

WORTH_OVERLAPPING = 100
"""Events from which on it pays to compute while the database works; fewer are done sooner one after the other."""


async def through(works: Sequence[Awaitable[None]]) -> None:
    """Wait until all works have ended, and raise what failed first, if any did."""
    failed: list[Exception] = []

    async def one(work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as fault:  # noqa: BLE001 - the first is raised below
            failed.append(fault)

    await asyncio.gather(*(one(work) for work in works))
    if failed:
        raise failed[0]
