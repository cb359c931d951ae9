"""Two answers of the same list at two moments: what came, what went, which fields changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from shared.kernel.workdays.instants import SHANGHAI

_NEVER = ("version", "position")
"""What counts events and says nothing of the thing itself."""
_LONGEST = 240
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})\Z")


@dataclass(frozen=True, slots=True)
class Changed:
    """A field of a thing that is not the same at both moments; values as texts."""

    id: str
    name: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Things that are only there at the later moment, only at the earlier, and fields that differ."""

    came: Sequence[Mapping[str, Any]]
    went: Sequence[Mapping[str, Any]]
    changed: Sequence[Changed]


def compared(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Differences:
    """Return what differs between two lists of things that are told apart by `id`."""
    told, tells = {str(each["id"]): each for each in before}, {str(each["id"]): each for each in after}
    changed = [
        Changed(thing, name_of(tells[thing]), field, text(told[thing].get(field)), text(tells[thing].get(field)))
        for thing in told
        if thing in tells
        for field in dict.fromkeys([*told[thing], *tells[thing]])
        if field not in _NEVER and told[thing].get(field) != tells[thing].get(field)
    ]
    came = [each for thing, each in tells.items() if thing not in told]
    return Differences(came, [each for thing, each in told.items() if thing not in tells], changed)


def figures(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return figures as things with one field each, so that they are compared as lists are."""
    return [{"id": name, "title": name, "value": value} for name, value in _leaves(content, "")]


def _leaves(value: Any, place: str) -> list[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return [leaf for name, each in value.items() for leaf in _leaves(each, f"{place}/{name}" if place else str(name))]
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        return [leaf for row in value for leaf in _row_leaves(row, place)]
    return [(place, value)]


def _row_leaves(row: Mapping[str, Any], place: str) -> list[tuple[str, Any]]:
    """Return what a row of figures counts, under the words that say what is counted."""
    said = " ".join(f"{name}={value}" for name, value in row.items() if isinstance(value, str | bool))
    counted = {name: value for name, value in row.items() if value is not None and not isinstance(value, str | bool)}
    return [leaf for name, value in counted.items() for leaf in _leaves(value, f"{place}/{said}/{name}")]


def name_of(thing: Mapping[str, Any]) -> str:
    """Return what a thing is called."""
    return str(thing.get("title") or thing.get("number") or thing["id"])


def text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a value as a person reads it, cut where it is long."""
    told = _text(value)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"


def _clock(value: str) -> str:
    """Return an instant as the clocks of the county showed it; any other text as it is."""
    if _INSTANT.match(value) is None:
        return value
    return datetime.fromisoformat(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    match value:
        case None | "":
            return "—"
        case list() | Mapping() if not value:
            return "—"
        case str():
            return _clock(value)
        case bool() | int() | float():
            return orjson.dumps(value).decode()
        case Mapping():
            return "，".join(f"{name}：{_text(each)}" for name, each in value.items())
        case _:
            return "；".join(_text(each) for each in value)
