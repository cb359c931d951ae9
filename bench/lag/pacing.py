"""Doing something so many times a second, whatever the answers take."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def at_a_rate(per_second: float, seconds: float, do: Callable[[int], Awaitable[None]]) -> int:
    """Call `do` with 0, 1, 2 … at even times for so long; return how often. One that is late does not move those after it."""
    began = time.perf_counter()
    total = int(per_second * seconds)
    for number in range(total):
        wait = began + number / per_second - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        await do(number)
    return total
