"""Events as contracts: a typed fact, its version, and how older versions are read."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, ConfigDict

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
Upcast = Callable[[dict[str, Any]], dict[str, Any]]


class Event(BaseModel):
    """A fact of the past. Stored ones are read tolerantly: fields added later are ignored by older readers.

    Events are made by deciders from validated commands, so a field's type is checked twice at most.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    VERSION: ClassVar[int] = 1


class UnknownEvent(Exception):  # noqa: N818 - a reason to park, not a crash
    """No contract here knows this type, version, or shape."""


class Contract:
    """All events of one service: type name to class, schema addresses, and upcasts of older versions."""

    def __init__(self, service: str, events: Iterable[type[Event]], upcasts: Mapping[tuple[str, int], Upcast] | None = None) -> None:
        self.service = service
        self.topic = f"{service}.events.v1"
        self.events: dict[str, type[Event]] = {event.__name__: event for event in events}
        self.upcasts = dict(upcasts or {})
        self._schemas = {name: f"/schemas/{service}/{name}/{event.VERSION}" for name, event in self.events.items()}

    def dataschema(self, event_type: str) -> str:
        """Return the address of the schema an event of this type is written with, `/schemas/<service>/<type>/<version>`."""
        return self._schemas[event_type]

    def schema(self, event_type: str) -> dict[str, Any]:
        """Return the JSON Schema of an event's data, as served at its `dataschema`."""
        own = self.events[event_type].model_json_schema(mode="serialization")
        return {"$schema": _DIALECT, "$id": self.dataschema(event_type), **_open(own)}

    def read(self, event_type: str, dataschema: str, data: dict[str, Any]) -> Event:
        """Return the typed event of stored data, upcast to the newest version.

        Raises UnknownEvent for a type or version nobody here knows and pydantic.ValidationError for a wrong shape.
        """
        event = self.events.get(event_type)
        if event is None:
            raise UnknownEvent(f"no event {event_type!r} in {self.service}")
        if dataschema != self._schemas[event_type]:
            data = self._upcast(event, dataschema, data)
        return event.model_validate(data, strict=False, extra="ignore")

    def _upcast(self, event: type[Event], dataschema: str, data: dict[str, Any]) -> dict[str, Any]:
        name = event.__name__
        prefix = f"/schemas/{self.service}/{name}/"
        written = dataschema.removeprefix(prefix) if dataschema.startswith(prefix) else ""
        if not written.isdecimal() or not 1 <= int(written) < event.VERSION:
            raise UnknownEvent(f"no version {dataschema!r} of {name}")
        for version in range(int(written), event.VERSION):
            data = self.upcasts[name, version](data)
        return data


def _open(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema that lets unknown members be: they are how contracts grow."""
    if isinstance(schema, dict):
        return {name: _open(value) for name, value in schema.items() if (name, value) != ("additionalProperties", False)}
    return [_open(item) for item in schema] if isinstance(schema, list) else schema


def dump(event: Event) -> bytes:
    """Return the event's data as JSON bytes; sealed fields must be sealed already."""
    return event.__pydantic_serializer__.to_json(event)


def load(body: bytes) -> dict[str, Any]:
    """Return a JSON object from bytes; ValueError when it is not one."""
    value = orjson.loads(body)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - callers treat all bad bytes alike
    return value
