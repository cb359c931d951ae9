"""The kernel's appender with the notary at work beside it, as in a service: the lane's tree grown, signed and published."""

import asyncio
import time
from dataclasses import replace

from bench.appending.ours import Ours, for_seconds
from bench.material import COUNTY
from shared.kernel.clock import SystemClock
from shared.kernel.proof.trust import Policy
from shared.kernel.transparency.identity import Identity
from shared.kernel.transparency.notary import EVERY_SECONDS, Notary


class Signed(Ours):
    """An appender whose lane is signed every two seconds, and to its end before a sample counts as done."""

    def __init__(self, dsn: str, kafka: str) -> None:
        super().__init__(dsn)
        self._kafka = kafka
        self._notary: Notary

    def sample(self, in_flight: int, seconds: float) -> float:
        """Return events appended and signed per second."""
        return self._runner.run(self._signed(in_flight, seconds))

    async def _open(self) -> None:
        await super()._open()
        alone = Identity("bench.local", "intake", (bytes(32),), bytes(32), Policy.k_of_n([], [], 0))
        identity = replace(alone, policy=Policy.k_of_n([alone.log_keys(COUNTY)[0].verifying], [], 0))
        self._notary = Notary(identity, self._pool, self._kafka, SystemClock(), [COUNTY])
        await self._sign()

    async def _close(self) -> None:
        await self._notary.stop()
        await super()._close()

    async def _signed(self, in_flight: int, seconds: float) -> float:
        began = time.perf_counter()
        signing = asyncio.create_task(self._now_and_then())
        try:
            rate = await for_seconds(self._appender, in_flight, seconds)
            events = rate * (time.perf_counter() - began)
        finally:
            signing.cancel()
            await asyncio.gather(signing, return_exceptions=True)
        await self._sign()
        return events / (time.perf_counter() - began)

    async def _now_and_then(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self._sign()

    async def _sign(self) -> None:
        while await self._notary.attend(COUNTY):
            pass
