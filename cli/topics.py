"""What the broker holds of what the relays published: enough to notice that it began anew."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from cli.output import counted
from cli.standings import Cursor

_SECONDS = 5.0


async def records(deployment: Deployment, services: Sequence[str]) -> dict[str, int]:
    """Return how many records each service's topic holds, 0 where there is none; CommandError where the broker does not answer."""
    from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: PLC0415 - see cli.main
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it would say is said below
    topics = {deployment.parts(service).contract.topic: service for service in services}
    admin = AIOKafkaAdminClient(bootstrap_servers=deployment.kafka)
    consumer = AIOKafkaConsumer(bootstrap_servers=deployment.kafka, group_id=None)
    found = dict.fromkeys(services, 0)
    try:
        async with asyncio.timeout(_SECONDS):
            await admin.start()
            await consumer.start()
            described = await admin.describe_topics(list(topics))
            every = [TopicPartition(topic["topic"], each["partition"]) for topic in described for each in topic["partitions"]]
            consumer.assign(every)
            ends, beginnings = await consumer.end_offsets(every), await consumer.beginning_offsets(every)
    except (KafkaError, OSError, TimeoutError) as fault:
        raise CommandError(f"Kafka at {deployment.kafka} does not answer ({type(fault).__name__}).", Exit.DEPENDENCY_DOWN) from fault
    finally:
        await consumer.stop()
        await admin.close()
    for partition in every:
        found[topics[partition.topic]] += ends[partition] - beginnings[partition]
    return found


def lost(deployment: Deployment, found: Mapping[str, int], cursors: Sequence[Cursor]) -> Iterator[str]:
    """Yield a sentence for each topic that holds fewer records than its relay published events."""
    for service, count in found.items():
        published = sum(cursor.position for cursor in cursors if cursor.service == service)
        if count < published:
            topic = deployment.parts(service).contract.topic
            yield f"{topic} holds {counted(count, 'record')} of {published} published: where Kafka was lost, yinuo relay rewind heals."
