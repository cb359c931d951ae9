"""What the broker still knows of a lane: its events, and the checkpoints that were signed and cosigned."""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from cli.deployment import Deployment
from cli.exits import CommandError, Exit
from shared.kernel.envelope import Envelope, open_body
from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.notes import Note, verified
from shared.kernel.proof.trust import Policy
from shared.kernel.proof.witnessing import AddCheckpoint, cosignatures
from shared.kernel.transparency.identity import origin_of
from shared.kernel.transparency.notary import checkpoints_topic

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

_POLL_MS = 500


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint of a lane, with the signatures that were found; `accepted`: as many as the policy asks for are among them."""

    checkpoint: Checkpoint
    note: bytes
    witnesses: int
    accepted: bool


async def signed_of(where: Deployment, service: str, county: str, policy: Policy, after: int) -> dict[int, Signed]:
    """Return, by size, what was signed of a lane beyond a size; signatures by other keys than the policy's count for nothing."""
    origin = origin_of(where.name, service, county)
    keys = [log.key for log in policy.logs if log.key.name == origin]
    notes, given = dict[int, Note](), defaultdict[int, list[bytes]](list)
    async for record in _records(where.kafka, [checkpoints_topic(name) for name in where.services], county):
        headers = dict(record.headers)
        if headers.get("origin") != origin.encode() or record.value is None:
            continue
        try:
            if headers.get("kind") == b"cosignature":
                given[int(headers.get("size", b""))].append(record.value)
            elif headers.get("kind") == b"checkpoint":
                note = AddCheckpoint.parse(record.value).note
                size, by_log = Checkpoint.parse(note.text).size, verified(note, keys)
                if by_log and size > after:
                    given[size].append("".join(signature.line for signature in note.signatures).encode())
                    _keep(notes, size, Note(note.text, tuple(each.signature for each in by_log)))
        except (ProofError, ValueError):
            continue  # whoever may write to the topic wrote it; it vouches for nothing
    return {size: _judged(note, given[size], policy) for size, note in notes.items()}


async def events_of(where: Deployment, service: str, county: str) -> AsyncIterator[Envelope]:
    """Yield a lane's events as its topic holds them, doubled ones too; what is no event of it is left out."""
    contract = where.parts(service).contract
    async for record in _records(where.kafka, [contract.topic], county):
        try:
            envelope = open_body(record.value or b"")
        except (ValueError, RecursionError):
            continue
        if (envelope.meta.service, envelope.meta.county) == (service, county):
            yield envelope


def _keep(notes: dict[int, Note], size: int, note: Note) -> None:
    if notes.setdefault(size, note).text != note.text:
        raise CommandError(
            f"The log has signed two different trees of {size} events: no history can be true to both.", Exit.VERIFICATION_FAILED
        )


def _judged(note: Note, responses: Sequence[bytes], policy: Policy) -> Signed:
    keys = [witness.key for witness in policy.witnesses]
    for response in responses:
        with contextlib.suppress(ProofError):
            note = note.signed(*(each.signature for each in cosignatures(response, note, keys)))
    try:
        accepted = bool(policy.accept(note.dump()))
    except ProofError:
        accepted = False
    return Signed(Checkpoint.parse(note.text), note.dump(), len(verified(note, keys)), accepted)


async def _records(kafka: str, topics: Sequence[str], county: str) -> "AsyncIterator[ConsumerRecord[Any, Any]]":
    """Yield the records that topics hold for a county up to their ends of now; nobody's offsets are moved."""
    reader = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=8 << 20,
    )
    try:
        try:
            await reader.start()
        except KafkaError as fault:
            raise CommandError(f"The broker at {kafka} does not answer ({type(fault).__name__}).", Exit.DEPENDENCY_DOWN) from fault
        wanted = []
        for topic in topics:
            numbers = sorted(partition.partition for partition in reader.assignment() if partition.topic == topic)
            if numbers:
                number = DefaultPartitioner()(county.encode(), numbers, numbers)
                wanted += [partition for partition in reader.assignment() if (partition.topic, partition.partition) == (topic, number)]
        reader.pause(*(reader.assignment() - set(wanted)))
        ends, begins = await reader.end_offsets(wanted), await reader.beginning_offsets(wanted)
        left = {partition for partition in wanted if begins[partition] < ends[partition]}
        for partition in left:
            reader.seek(partition, begins[partition])
        while left:
            for partition, records in (await reader.getmany(*left, timeout_ms=_POLL_MS)).items():
                for record in records:
                    if record.key == county.encode():
                        yield record
                if records[-1].offset + 1 >= ends[partition]:
                    left.discard(partition)
                    reader.pause(partition)
    finally:
        await reader.stop()
