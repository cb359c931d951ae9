"""Reading a county's lane from its topic, without a group and without moving anybody's offsets."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared.kernel.events import Contract
from shared.kernel.records import Received, sort
from shared.kernel.subscribing import BATCH

_FETCH_BYTES = 8 << 20
_WAIT_MS, _SILENT = 500, 20
"""How long records are waited for, and how often in a row that may be in vain."""


async def told(kafka: str, contract: Contract, county: str, offset: int) -> AsyncGenerator[list[Received], None]:
    """Yield the events of a county's lane from an offset of its partition to what is its end now, as they come: some perhaps twice.

    ConnectionError where there is no such topic or no broker, TimeoutError where it falls silent.
    """
    try:
        async with aclosing(_told(kafka, contract, county, offset)) as parts:
            async for received in parts:
                yield received
    except KafkaError as fault:
        raise ConnectionError(f"{contract.topic} cannot be read: {fault!r}") from fault


async def _told(kafka: str, contract: Contract, county: str, offset: int) -> AsyncGenerator[list[Received], None]:
    reader = AIOKafkaConsumer(
        contract.topic,
        bootstrap_servers=kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    await reader.start()
    try:
        partition = _partition_of(reader, contract.topic, county)
        reader.unsubscribe()
        reader.assign([partition])
        beginning = (await reader.beginning_offsets([partition]))[partition]
        end = (await reader.end_offsets([partition]))[partition]
        reader.seek(partition, max(offset, beginning))
        key = county.encode()
        silent = 0
        while await reader.position(partition) < end:
            batch = await reader.getmany(timeout_ms=_WAIT_MS, max_records=BATCH)
            silent = 0 if batch else silent + 1
            if silent > _SILENT:
                raise TimeoutError(f"{contract.topic} does not answer")
            for records in batch.values():
                lanes, _ = sort([record for record in records if record.key == key], {contract.topic: contract})
                yield lanes.get((contract.service, county), [])
    finally:
        await reader.stop()


def _partition_of(reader: Any, topic: str, county: str) -> TopicPartition:  # noqa: ANN401 - aiokafka has no types
    """Return the partition that a county's events are in: it follows from the key, as it did for the relay that sent them."""
    partitions = sorted(reader.partitions_for_topic(topic) or ())
    if not partitions:
        raise ConnectionError(f"there is no topic {topic}")
    return TopicPartition(topic, DefaultPartitioner()(county.encode(), partitions, partitions))
