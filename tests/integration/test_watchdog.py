"""Progress is what counts: a consumer that is silent is started anew, one that waits for its database is not."""

import asyncio

from shared.kernel.tenancy import county_transaction
from shared.kernel.watchdog import Watchdog
from tests.support.lab import A, Lab, eventually


async def test_a_consumer_that_fell_silent_is_started_anew(lab: Lab) -> None:
    async with lab.consuming() as consumer:
        await lab.produce(lab.body(1))
        await eventually(lab.standing, 1)
        for task in consumer.subscriber.tasks:  # its loop dies without a word, as a client library's may
            task.cancel()
        await lab.produce(lab.body(2))
        watchdog = Watchdog([consumer], silent_seconds=0.5, every_seconds=0.1)
        watchdog.start()
        await eventually(lab.standing, 2)
        await eventually(lambda: _lag(watchdog, consumer.group), 0)
        assert watchdog.wrong() == {}
        assert watchdog.behind() == 0
        await watchdog.stop()


async def test_without_the_watchdog_it_stays_silent(lab: Lab) -> None:
    async with lab.consuming() as consumer:
        for task in consumer.subscriber.tasks:
            task.cancel()
        await lab.produce(lab.body(1))
        await asyncio.sleep(1.5)
        assert await lab.standing() == 0


async def test_a_consumer_that_waits_for_its_database_is_left_alone_and_told_of(lab: Lab) -> None:
    async with lab.consuming() as consumer, county_transaction(lab.pool, A, alone_of=consumer.group):
        await lab.produce(lab.body(1))
        watchdog = Watchdog([consumer], silent_seconds=0.2, every_seconds=0.05)
        watchdog.start()
        await eventually(lambda: _busy(consumer), True)
        subscriber = consumer.subscriber.consumer
        await asyncio.sleep(1)
        assert consumer.subscriber.consumer is subscriber
        await eventually(lambda: _tells(watchdog), True)  # each look may wait half a second for the broker, who has nothing new to say
        assert watchdog.behind() < 20
        await watchdog.stop()


async def test_a_consumer_without_a_broker_s_word_is_wrong(lab: Lab) -> None:
    async with lab.consuming() as consumer:
        watchdog = Watchdog([consumer])
        assert watchdog.wrong() == {f"consumer {consumer.group}": "no partitions or no broker"}
        await asyncio.sleep(0.05)
        assert watchdog.behind() >= 0.05


async def _lag(watchdog: Watchdog, group: str) -> int | None:
    return watchdog.lag[group]


async def _tells(watchdog: Watchdog) -> bool:
    """Say whether what is read is said to lack what happened since."""
    return watchdog.behind() > 0.5


async def _busy(consumer: object) -> bool:
    return bool(getattr(consumer, "busy", False))
