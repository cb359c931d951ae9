"""What a service ever published of its lanes' checkpoints: the topic read from its beginning, nobody's offsets moved."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.kernel.auditing.claims import Claim, signed_claim
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.trust import Policy
from shared.kernel.proof.witnessing import AddCheckpoint
from shared.kernel.transparency.notary import checkpoints_topic

if TYPE_CHECKING:
    from aiokafka import TopicPartition

_POLL_MS = 500


async def published(kafka: str, service: str, origins: Collection[str], policy: Policy) -> Mapping[str, list[Claim]]:
    """Return what was signed of each of a service's origins, by size; records that no key of the policy signed prove nothing.

    KafkaError or OSError where the broker does not answer.
    """
    topic = checkpoints_topic(service)
    found: dict[str, list[Claim]] = {origin: [] for origin in origins}
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, group_id=None, enable_auto_commit=False)
    try:
        await consumer.start()
        ends = await consumer.end_offsets(list(consumer.assignment()))
        begins = await consumer.beginning_offsets(list(ends))
        left: set[TopicPartition] = {partition for partition, end in ends.items() if end > begins[partition]}
        for partition in left:
            consumer.seek(partition, begins[partition])
        while left:
            for partition, records in (await consumer.getmany(*left, timeout_ms=_POLL_MS)).items():
                for record in records:
                    _take(record, topic, found, policy)
                if records[-1].offset + 1 >= ends[partition]:
                    left.discard(partition)
    finally:
        await consumer.stop()
    return found


def _take(record: "ConsumerRecord[Any, Any]", topic: str, found: Mapping[str, list[Claim]], policy: Policy) -> None:
    headers = {name: value for name, value in record.headers if value is not None}
    origin = headers.get("origin", b"").decode("utf-8", "replace")
    if headers.get("kind") != b"checkpoint" or origin not in found or record.value is None:
        return
    try:
        request = AddCheckpoint.parse(record.value)
        source = f"checkpoint {request.checkpoint.size} on {topic}"
        found[origin].append(signed_claim(request.note.dump(), policy, origin, source))
    except ProofError:
        return
