"""What is appended, sent and projected: one realistic need, the same for every contestant."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.contracts.intake import INTAKE, NeedSubmitted
from shared.kernel.appender import Append, NewEvent
from shared.kernel.commands import fingerprint
from shared.kernel.derived import derived
from shared.kernel.envelope import Cause, seal_body
from shared.kernel.events import Contract, dump
from shared.kernel.ids import uuid7

COUNTY = "999901"
"""A county of the benchmarks' own; no such code is given out."""
TOWN = "999901101"
TITLE = "村口三盏路灯坏了两个月,老人夜里不敢出门"
DETAIL = (
    "自八月底起,三组通往卫生室的路上有三盏太阳能路灯不亮,附近住着十一户,多数是独居老人,夜里看病、倒水都要摸黑走。"
    "村里报过两次,维修的师傅说是电池老化,要等统一更换。盼望在入冬前先修好卫生室门口那一盏。"
)
CLERK = "clerk-999901101"
_EPOCH = datetime(2025, 9, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Submission:
    """A need ready to be appended: its stream, event and command id are new."""

    need_id: UUID
    event: NeedSubmitted


def submission() -> Submission:
    """Return a new need, as the decider of intake would make it."""
    need_id = uuid7()
    event = NeedSubmitted(
        need_id=need_id, kind="need", channel="counter", title=TITLE, detail=DETAIL, town=TOWN, petitioner=None, submitted_by=CLERK
    )
    return Submission(need_id, event)


def an_append(*, key: str | None = None) -> Append:
    """Return a new need as an append to a stream of its own; `key` is the caller's Idempotency-Key, where there is one."""
    new = submission()
    data = dump(new.event)
    command_id = uuid7() if key is None else derived(COUNTY, key)
    return Append(
        stream=f"need-{new.need_id}",
        expected=0,
        events=[NewEvent(uuid7(), "NeedSubmitted", data)],
        command_id=command_id,
        fingerprint=fingerprint(data),
        cause=_cause(command_id),
    )


def a_body(position: int, contract: Contract = INTAKE) -> bytes:
    """Return the bytes of a new need's event at a position of the lane, as the log keeps and the relay publishes them."""
    return a_record(position, contract).body


class Record(NamedTuple):
    """A new need's event as a row of the log."""

    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    recorded_at: datetime
    body: bytes


def a_record(position: int, contract: Contract = INTAKE) -> Record:
    """Return a new need's event at a position of the lane, recorded a microsecond after the one before."""
    new, event_id = submission(), uuid7()
    stream, recorded_at = f"need-{new.need_id}", _EPOCH + timedelta(microseconds=position)
    body = seal_body(
        contract=contract,
        county=COUNTY,
        position=position,
        stream=stream,
        version=1,
        event_id=event_id,
        event_type="NeedSubmitted",
        recorded_at=recorded_at,
        cause=_cause(uuid7()),
        data=dump(new.event),
    )
    return Record(position, stream, 1, event_id, "NeedSubmitted", recorded_at, body)


def body_bytes() -> int:
    """Return the size of such an event in bytes."""
    return len(a_body(100_000))


def command() -> dict[str, object]:
    """Return the same need as a request's body."""
    return {"kind": "need", "channel": "counter", "title": TITLE, "detail": DETAIL, "town": TOWN, "petitioner": None}


def _cause(command_id: UUID) -> Cause:
    return Cause(
        actor=CLERK,
        role="clerk",
        unit=TOWN,
        correlation_id=str(uuid7()),
        causation_id=None,
        command_id=str(command_id),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
    )
