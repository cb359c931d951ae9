"""OpenAPI and AsyncAPI documents as rows for a page: operations with what they take, bodies and messages field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 4
_METHODS = ("get", "post", "put", "delete")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body: its place, what it may hold, whether it must be there, what it says."""

    name: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that may be asked for at an address."""

    method: str
    path: str
    id: str
    summary: str
    public: bool
    parameters: list[Field] = field(default_factory=list)
    body: list[Field] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    """Of the answer, where it is one."""


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of event on a topic."""

    name: str
    summary: str
    fields: list[Field]


def operations(document: Document) -> list[Operation]:
    """Return the operations of an OpenAPI document, by address; those for batches stand with the ones they repeat, and are left out."""
    found = [
        _operation(document, method, path, told)
        for path, item in document["paths"].items()
        if not path.endswith(":batch")
        for method, told in item.items()
        if method in _METHODS
    ]
    return sorted(found, key=lambda one: (not one.path.startswith("/v1"), one.path, one.method))


def messages(document: Document, channel: str) -> list[Message]:
    """Return the kinds of events on a channel of an AsyncAPI document, with the fields of their data."""
    found = []
    for name in document["channels"][channel]["messages"]:
        told = document["components"]["messages"][name]
        envelope = _resolved(document, told["payload"])
        data = envelope.get("properties", {}).get("data", {})
        found.append(Message(name, told.get("summary", ""), list(fields(document, data))))
    return sorted(found, key=lambda one: one.name)


def channels(document: Document) -> list[tuple[str, str, int]]:
    """Return of every operation of an AsyncAPI document whether it sends or receives, the topic, and how many kinds of events."""
    found = []
    for told in document["operations"].values():
        channel = told["channel"]["$ref"].rpartition("/")[2]
        found.append((told["action"], channel, len(document["channels"][channel]["messages"])))
    return sorted(found, reverse=True)


def fields(document: Document, schema: Document, place: str = "", deep: int = 0, seen: tuple[str, ...] = ()) -> Iterator[Field]:
    """Yield the fields of a schema and what is in them, with dots between; a schema within itself is not opened again."""
    name = str(schema.get("$ref", ""))
    if deep > _DEEPEST or (name and name in seen):
        return
    whole, known = _resolved(document, schema), (*seen, name) if name else seen
    if "items" in whole and "properties" not in whole:
        yield from fields(document, whole["items"], f"{place}[]", deep, known)
        return
    for one in whole.get("anyOf", ()):
        yield from fields(document, one, place, deep, known)
    required = whole.get("required", ())
    for key, told in whole.get("properties", {}).items():
        at = f"{place}.{key}" if place else key
        inner = _resolved(document, told)
        yield Field(at, kind(document, told), key in required, str(told.get("description") or inner.get("description") or ""))
        yield from fields(document, told, at, deep + 1, known)


def kind(document: Document, schema: Document) -> str:
    """Return what a field may hold, in few words."""
    whole = _resolved(document, schema)
    if "const" in whole:
        return f"= {whole['const']}"
    if "enum" in whole:
        return " | ".join(str(one) for one in whole["enum"])
    if "anyOf" in whole:
        return " | ".join(dict.fromkeys(kind(document, one) for one in whole["anyOf"]))
    if "items" in whole:
        return f"{kind(document, whole['items'])}[]"
    told = whole.get("type", "object" if "properties" in whole else "any")
    name = "/".join(told) if isinstance(told, list) else str(told)
    return f"{name} ({whole['format']})" if "format" in whole else name


def _operation(document: Document, method: str, path: str, told: Document) -> Operation:
    taken = told.get("requestBody", {}).get("content", {})
    body: Document = next((one.get("schema", {}) for one in taken.values()), {})
    answers = told.get("responses", {})
    given = next((code for code in answers if code.startswith("2")), "")
    shown: Document = next((one.get("schema", {}) for one in answers.get(given, {}).get("content", {}).values()), {})
    parameters = [
        Field(f"{one['name']}（{one['in']}）", kind(document, one.get("schema", {})), bool(one.get("required")), one.get("description", ""))
        for one in told.get("parameters", ())
        if one["name"] not in {"county", "Simulated-Time"}
    ]
    return Operation(
        method.upper(),
        path,
        told.get("operationId", ""),
        told.get("summary", ""),
        told.get("security") == [],
        parameters,
        list(fields(document, body)),
        [(code, one.get("description", "")) for code, one in answers.items()],
        list(fields(document, shown)),
    )


def _resolved(document: Document, schema: Document) -> Document:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema
