"""The event as published: CloudEvents 1.0, structured mode, the very bytes that are hashed, relayed and exported."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from shared.kernel.errors import EventTooLarge
from shared.kernel.events import Contract, Event, load

MAX_BODY = 65_535
"""Bytes a body may have: entry bundles of a transparency log carry a 16-bit length (C2SP tlog-tiles)."""

CONTENT_TYPE = "application/cloudevents+json"
_LANE = re.compile(r"/(?P<service>[a-z]+)/(?P<county>[0-9]{6})\Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_TRACEPARENT = re.compile(rb'"traceparent":"([0-9a-f-]{55})"')


@dataclass(frozen=True, slots=True)
class Cause:
    """Who and what is behind an event: actor (token subject), role, unit, and the ids that tie a story together."""

    actor: str
    role: str
    unit: str | None
    correlation_id: str
    causation_id: str | None
    command_id: str
    traceparent: str | None


class Meta(NamedTuple):
    """What an envelope says of its event; `position` counts from 1 in the lane `(service, county)`."""

    service: str
    county: str
    position: int
    stream: str
    version: int
    event_id: str
    type: str
    recorded_at: datetime
    actor: str
    role: str
    unit: str | None
    correlation_id: str
    causation_id: str | None


class Envelope(NamedTuple):
    """One stored event, opened: its envelope, its data still untyped, and the bytes it came in."""

    meta: Meta
    dataschema: str
    data: dict[str, Any]
    body: bytes

    def event(self, contract: Contract) -> Event:
        """Return the typed event; UnknownEvent or pydantic.ValidationError where the contract does not fit."""
        return contract.read(self.meta.type, self.dataschema, self.data)


def instant(moment: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC with microseconds, e.g. `2021-11-12T01:00:00.000001Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment.tzinfo is not UTC else _utc(moment)


def _utc(moment: datetime) -> str:
    text = moment.isoformat()
    return text[:-6] + ("Z" if moment.microsecond else ".000000Z")


def seal_body(
    *,
    contract: Contract,
    county: str,
    position: int,
    stream: str,
    version: int,
    event_id: UUID,
    event_type: str,
    recorded_at: datetime,
    cause: Cause,
    data: bytes,
) -> bytes:
    """Return the bytes of the CloudEvent; `data` is the event as JSON bytes."""
    fields: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(event_id),
        "type": event_type,
        "source": f"/{contract.service}/{county}",
        "subject": stream,
        "time": instant(recorded_at),
        "datacontenttype": "application/json",
        "dataschema": contract.dataschema(event_type),
        "county": county,
        "position": str(position),  # CloudEvents integers end at 2**31 - 1
        "streamversion": version,
        "actor": cause.actor,
        "role": cause.role,
        "correlationid": cause.correlation_id,
        "commandid": cause.command_id,
    }
    if cause.unit is not None:
        fields["unit"] = cause.unit
    if cause.causation_id is not None:
        fields["causationid"] = cause.causation_id
    if cause.traceparent is not None:
        fields["traceparent"] = cause.traceparent
    fields["data"] = orjson.Fragment(data)
    return orjson.dumps(fields)


def check_size(data: bytes, *, envelope: int = 1_500) -> None:
    """Refuse data that cannot fit a body with its envelope (about 1.5 kB), naming the longest field."""
    if len(data) + envelope <= MAX_BODY:
        return
    fields = {name: len(orjson.dumps(value)) for name, value in load(data).items()}
    raise EventTooLarge(len(data), max(fields, key=fields.__getitem__))


def open_body(body: bytes) -> Envelope:
    """Return the envelope of stored or received bytes; ValueError when they are no event of a lane."""
    fields = load(body)
    try:
        service, county = _lane(fields["source"])
        if fields["county"] != county:
            raise ValueError("source and county do not name a lane")
        data = fields["data"]
        if fields["specversion"] != "1.0" or not isinstance(data, dict):
            raise ValueError("not a CloudEvent 1.0 with an object as data")
        stream, event_type, dataschema = fields["subject"], fields["type"], fields["dataschema"]
        actor, role, correlation_id = fields["actor"], fields["role"], fields["correlationid"]
        if not (stream and event_type and dataschema and actor and role and correlation_id):
            raise ValueError("an envelope attribute is empty")
        if "\x00" in stream + event_type + dataschema + actor + role + correlation_id:  # a TypeError where one is no text
            raise ValueError("an envelope attribute holds NUL")
        if _UUID.match(fields["id"]) is None:
            raise ValueError("id is no UUID")
        meta = Meta(
            service,
            county,
            _positive(fields["position"]),
            stream,
            _positive(fields["streamversion"]),
            fields["id"],
            event_type,
            _aware(fields["time"]),
            actor,
            role,
            fields.get("unit"),
            correlation_id,
            fields.get("causationid"),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"envelope attribute missing or of a wrong type: {fault}") from fault
    return Envelope(meta, dataschema, data, body)


@lru_cache(maxsize=4_096)
def _lane(source: str) -> tuple[str, str]:
    """Return service and county of a source; the same few come again and again."""
    lane = _LANE.match(source)
    if lane is None:
        raise ValueError("source names no lane")
    return lane["service"], lane["county"]


def traceparent_of(body: bytes) -> bytes | None:
    """Return the W3C trace parent an event carries, without opening it."""
    found = _TRACEPARENT.search(body)
    return found[1] if found else None


def _positive(value: str | int) -> int:
    number = int(value)
    if not 1 <= number < 1 << 63:
        raise ValueError(f"{value!r} is no position or version")
    return number


def _aware(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return moment
