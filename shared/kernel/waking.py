"""A signal within the process: somebody has work, with polling behind it for what other processes did."""

import asyncio


class Bell:
    """Rings once for any number of rings until it is heard."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake the listener, now or when it next listens."""
        self._event.set()

    async def heard(self, seconds: float) -> bool:
        """Wait for a ring, at most this long; tell whether there was one."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True
