"""A watch over consumers: progress is what counts, measured against the topics' real ends (TRAPS 11, 21)."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

import structlog
from aiokafka.errors import KafkaError

from shared.kernel import metrics
from shared.kernel.consumer import Consumer

_EVERY_SECONDS = 5.0
_ASK_SECONDS = 5.0
_STILL_SECONDS = 10.0
_ABREAST = 500
"""So many records a consumer that is at work may be behind and still count as abreast: it has them within a moment."""
SILENT_SECONDS = 30.0
"""How long a consumer may be behind and idle before it is started anew."""

_log = structlog.get_logger(__name__)


class Watchdog:
    """Restarts a consumer that is behind, idle and silent; knows each one's lag for `/readyz` and `/metrics`."""

    def __init__(
        self, consumers: Sequence[Consumer], *, silent_seconds: float = SILENT_SECONDS, every_seconds: float = _EVERY_SECONDS
    ) -> None:
        self._consumers = consumers
        self._silent = silent_seconds
        self._every = every_seconds
        self._seen: dict[str, tuple[int, float]] = {}
        self.lag: dict[str, int | None] = {consumer.group: None for consumer in consumers}
        self._abreast = dict.fromkeys(self.lag, time.monotonic())
        """When each consumer was last found abreast of its topics."""
        self._allowed: dict[str, int] = {}
        self._was_busy: dict[str, int] = {}
        """Each consumer's count of batches done, where it was busy with the next when last looked at."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin watching."""
        self._task = asyncio.create_task(self._watch(), name="watchdog")

    def wrong(self) -> dict[str, str]:
        """Return what is wrong, by consumer: unknown to the broker, or behind and standing still for 10 s."""
        now = asyncio.get_running_loop().time()
        found: dict[str, str] = {}
        for consumer in self._consumers:
            group, lag = consumer.group, self.lag[consumer.group]
            batches, since = self._seen.get(group, (consumer.batches, now))
            # What was found 5 s ago may have been done since: only a lag that nothing was done about is a standstill.
            still = now - since if consumer.batches == batches else 0.0
            if lag is None:
                found[f"consumer {group}"] = "no partitions or no broker"
            elif lag > 0 and still > _STILL_SECONDS:
                found[f"consumer {group}"] = f"{lag} records behind, no progress for {still:.0f} s"
        return found

    def behind(self) -> float:
        """Return for how many seconds, at the most, what is read here may lack what happened; 0 while every consumer keeps up."""
        now = time.monotonic()
        return max((now - since for group, since in self._abreast.items() if not self._keeps_up(group)), default=0.0)

    def _keeps_up(self, group: str) -> bool:
        lag = self.lag[group]
        return lag is not None and lag <= self._allowed.get(group, 0)

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            for consumer in self._consumers:
                await self._look(consumer)
            unknown = any(lag is None for lag in self.lag.values())
            await asyncio.sleep(min(self._every, 0.2) if unknown else self._every)

    async def _look(self, consumer: Consumer) -> None:
        now = asyncio.get_running_loop().time()
        lag = await self._lag(consumer)
        self.lag[consumer.group] = lag
        if lag is not None:
            metrics.CONSUMER_LAG.labels(consumer.group).set(lag)
        batches, since = self._seen.get(consumer.group, (-1, now))
        self._allowed[consumer.group] = _ABREAST if consumer.batches != batches else 0
        if self._was_busy.get(consumer.group) == consumer.batches and consumer.busy:
            self._allowed[consumer.group] = -1  # still the same batch: what was fetched counts as read, and is not
        self._was_busy[consumer.group] = consumer.batches if consumer.busy else -1
        if self._keeps_up(consumer.group):
            self._abreast[consumer.group] = time.monotonic()
        if consumer.batches != batches or lag == 0:
            self._seen[consumer.group] = (consumer.batches, now)
        elif now - since > self._silent and not consumer.busy:  # busy: it waits for the database, and says so itself
            self._seen[consumer.group] = (consumer.batches, now)
            await self._restart(consumer)

    async def _lag(self, consumer: Consumer) -> int | None:
        """Return records behind the ends of its partitions; None when the broker does not say or nothing is assigned."""
        client = consumer.subscriber.consumer
        if client is None:
            return None
        partitions = list(client.assignment())
        if not partitions:
            return None
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                ends = await client.end_offsets(partitions)
                behind = [max(0, int(ends[partition]) - int(await client.position(partition))) for partition in partitions]
                return sum(behind)
        except (KafkaError, TimeoutError, OSError):
            return None

    @staticmethod
    async def _restart(consumer: Consumer) -> None:
        metrics.CONSUMER_RESTARTS.labels(consumer.group).inc()
        _log.error("consumer_silent_restarted", consumer=consumer.group)
        with contextlib.suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(20):
                await consumer.subscriber.stop()
        try:
            async with asyncio.timeout(30):
                await consumer.subscriber.start()
        except (KafkaError, TimeoutError, OSError) as fault:
            _log.warning("consumer_not_restarted", consumer=consumer.group, error=repr(fault))
