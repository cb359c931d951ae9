"""Records off a topic: sorted into lanes, or kept as strays when they are no event of any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shared.kernel import metrics
from shared.kernel.checkpoints import CODE_VERSION
from shared.kernel.envelope import Envelope, open_body
from shared.kernel.events import Contract, Event

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from shared.kernel.projection import Fact
    from shared.kernel.tenancy import Pool

_STRAY = """
INSERT INTO read.strays (topic, partition, kafka_offset, key, value, headers, error, code_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""

Lane = tuple[str, str]
"""Source service and county."""


@dataclass(slots=True)
class Received:
    """An event of a lane as it came from Kafka."""

    envelope: Envelope
    contract: Contract
    topic: str
    partition: int
    offset: int
    fact: "Fact | str | None" = None
    """What a projection sees of it once it is prepared: text where it cannot be read, None where nobody wants it."""

    def event(self) -> Event:
        """Return the typed event; UnknownEvent or pydantic.ValidationError where the contract does not fit."""
        return self.envelope.event(self.contract)


@dataclass(frozen=True, slots=True)
class Stray:
    """A record that is no event of a lane, and why."""

    record: "ConsumerRecord[Any, Any]"
    error: str


def sort(
    records: Sequence["ConsumerRecord[Any, Any]"], contracts: Mapping[str, Contract]
) -> tuple[dict[Lane, list[Received]], list[Stray]]:
    """Sort records into lanes in their order; never raises, whatever the bytes (`contracts` by topic)."""
    lanes: dict[Lane, list[Received]] = {}
    strays: list[Stray] = []
    for record in records:
        contract = contracts[record.topic]
        try:
            if record.value is None:
                raise ValueError("no value")  # noqa: TRY301 - one place keeps strays
            envelope = open_body(record.value)
            if envelope.meta.service != contract.service:
                raise ValueError(f"an event of {envelope.meta.service} on {record.topic}")  # noqa: TRY301
        except (ValueError, RecursionError) as fault:
            strays.append(Stray(record, f"{type(fault).__name__}: {fault}"))
            continue
        received = Received(envelope, contract, record.topic, record.partition, record.offset)
        lanes.setdefault((envelope.meta.service, envelope.meta.county), []).append(received)
    return lanes, strays


async def keep_strays(pool: "Pool", strays: Sequence[Stray]) -> None:
    """Keep strays as they came, once each."""
    async with pool.acquire() as connection, connection.transaction():
        for stray in strays:
            record = stray.record
            await connection.execute(
                _STRAY,
                record.topic,
                record.partition,
                record.offset,
                record.key,
                record.value,
                _headers_text(record.headers),
                stray.error[:2_000].replace("\x00", ""),
                CODE_VERSION,
            )
            metrics.STRAYS.labels(record.topic).inc()


def _headers_text(headers: Sequence[tuple[Any, Any]]) -> str:
    return orjson.dumps([[repr(name), repr(value)] for name, value in headers]).decode()
