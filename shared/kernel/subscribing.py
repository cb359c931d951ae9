"""One factory for every subscriber: raw records in batches, at least once, whatever they hold."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from shared.kernel.assigning import taking

if TYPE_CHECKING:
    from faststream.kafka.subscriber.usecase import BatchSubscriber

BATCH = 4_000
_PARTITION_BYTES = 4 << 20
"""What one batch takes of a lane: less, and a whole history is waited for piece by piece."""
_LONGEST_BATCH_MS = 3_600_000


def broker(kafka: str) -> KafkaBroker:
    """Return a FastStream broker that hands raw records to handlers and creates no topics."""
    return KafkaBroker(kafka, apply_types=False, logger=None, acks="all", enable_idempotence=True, allow_auto_create_topics=False)


def subscribe(
    kafka: KafkaBroker, topics: Sequence[str], group: str, counties: Iterable[str], instance: str | None = None
) -> "BatchSubscriber":
    """Return a subscriber set for at-least-once: nothing is acknowledged for us, nothing is decoded, nothing raises before the handler."""
    return kafka.subscriber(
        *topics,
        group_id=group,
        group_instance_id=instance,
        batch=True,
        max_records=BATCH,
        batch_timeout_ms=20,  # also how long FastStream sleeps after an empty poll
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
        partition_assignment_strategy=(taking(counties),),
        max_partition_fetch_bytes=_PARTITION_BYTES,
        max_poll_interval_ms=_LONGEST_BATCH_MS,  # a batch may wait for a database, or fetch a lane from its beginning
        parser=_parse,
        decoder=_decode,
    )


async def _parse(records: tuple["ConsumerRecord[Any, Any]", ...]) -> KafkaMessage:
    """Wrap raw records untouched: headers and values may be NULL, broken or not UTF-8 (TRAPS 8)."""
    return KafkaMessage(
        body=[record.value for record in records],
        raw_message=records,
        headers={},
        message_id="",
        correlation_id="",
        content_type=None,
        consumer=FAKE_CONSUMER,  # offsets are committed by the consumer below
    )


async def _decode(message: KafkaMessage) -> list["ConsumerRecord[Any, Any]"]:
    return list(message.raw_message)
