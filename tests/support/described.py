"""Commands and bodies as a service's own OpenAPI document describes them, so that a new endpoint is met by every test."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from deploy.embedded.preflight import SERVICES
from tests.support.client import Platform

_EXAMPLES = {"date": "2030-12-31", "uuid": "0199a0a0-0000-7000-8000-000000000001"}
_TEXTS = ("村口路灯坏了", "430523100", "0" * 64)
UNKNOWN_ID = "0199a0a0-0000-7000-8000-00000000dead"
_BELOW = "/v1/{county}/"
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Described:
    """One command: where it is given alone and in a batch, and the schema of its body."""

    service: str
    name: str
    path: str
    ids: tuple[str, ...]
    batch: str
    schema: dict[str, Any]
    document: dict[str, Any]
    public: bool = False
    """Asked without a login."""

    def at(self, identifier: str = UNKNOWN_ID) -> str:
        """Return the path below the county's, each of its ids this one."""
        return re.sub(r"{\w+}", identifier, self.path)

    def item(self, body: object, identifier: str = UNKNOWN_ID, **more: Any) -> dict[str, Any]:
        """Return an item for the batch."""
        return {"path": dict.fromkeys(self.ids, identifier), "body": body, **more}

    @property
    def full(self) -> dict[str, Any]:
        """A valid body with every field there is."""
        return self._made(every=True)

    @property
    def least(self) -> dict[str, Any]:
        """A valid body with only what must be there."""
        return self._made(every=False)

    def fits(self, body: object) -> bool:
        """Tell whether a body is as described."""
        validator = Draft202012Validator(
            {**self.schema, "components": self.document["components"]}, format_checker=FormatChecker(("date", "uuid"))
        )
        return bool(validator.is_valid(body))

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow a reference, and of alternatives take the one that is not null."""
        while True:
            if "$ref" in schema:
                schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            elif "anyOf" in schema:
                schema = next(option for option in schema["anyOf"] if option.get("type") != "null")
            else:
                return schema

    def leaves(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield every place in the full body, objects and arrays included, with its schema."""
        yield from self._places((), self.schema, self.full)

    def _made(self, *, every: bool) -> dict[str, Any]:
        made: dict[str, Any] = self._example(self.schema, every=every)
        assert self.fits(made), f"{self.name}: {made} does not fit its own description"
        return made

    def _example(self, schema: dict[str, Any], *, every: bool) -> Any:
        schema = self.resolved(schema)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        match schema["type"]:
            case "object":
                return self._object(schema, every=every)
            case "array":
                count = schema.get("minItems", 1 if every else 0)
                return [self._example(schema["items"], every=every) for _ in range(count)]
            case "integer":
                return schema.get("minimum", 0)
            case "boolean":
                return True
            case _:
                return _EXAMPLES.get(schema.get("format", "")) or _text(schema)

    def _object(self, schema: dict[str, Any], *, every: bool) -> dict[str, Any]:
        properties = schema.get("properties", {})
        first, *others = [{*option["required"]} for option in schema.get("oneOf", ()) if {*option} == {"required"}] or [set()]
        required, left = {*schema.get("required", ())} | first, {name for other in others for name in other} - first
        made = {
            name: self._example(properties[name], every=every) for name in properties if (every or name in required) and name not in left
        }
        if isinstance(schema.get("additionalProperties"), dict):
            names = self.resolved(schema["propertyNames"])["enum"]
            made[names[0]] = self._example(schema["additionalProperties"], every=every)
        return made

    def _places(self, path: Path, schema: dict[str, Any], value: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
        schema = self.resolved(schema)
        if path:
            yield path, schema
        if isinstance(value, dict):
            for name in value:
                yield from self._places(
                    (*path, name), schema.get("properties", {}).get(name) or schema["additionalProperties"], value[name]
                )
        if isinstance(value, list) and value:
            yield from self._places((*path, 0), schema["items"], value[0])


@dataclass(frozen=True)
class Question:
    """One query: where it is asked, and the schemas of its parameters."""

    service: str
    path: str
    parameters: dict[str, dict[str, Any]]
    public: bool = False
    """Asked without a login."""

    def at(self, identifier: str = UNKNOWN_ID, **named: str) -> str:
        """Return the path below the county's, each of its ids this one unless it is named."""
        return re.sub(r"{(\w+)}", lambda found: named.get(found[1], identifier), self.path)


def described(platform: Platform) -> list[Described]:
    """Return every command of every service."""
    return [command for service in SERVICES for command in _commands(service, platform.description(service))]


def questions(platform: Platform) -> list[Question]:
    """Return every query of every service."""
    return [
        Question(
            service,
            path.removeprefix(_BELOW),
            {given["name"]: given["schema"] for given in item["get"]["parameters"] if given["in"] == "query"},
            item["get"].get("security") == [],
        )
        for service in SERVICES
        for path, item in platform.description(service)["paths"].items()
        if "get" in item and path.startswith(_BELOW)
    ]


def methods(platform: Platform, service: str) -> dict[str, set[str]]:
    """Return the methods each path of a service is described with."""
    return {path: {method.upper() for method in item} for path, item in platform.description(service)["paths"].items()}


def with_value(body: dict[str, Any], path: Path, value: object) -> dict[str, Any]:
    """Return the body with another value at a place."""
    changed = deepcopy(body)
    at: Any = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def pointer(path: Path) -> str:
    """Return a place as a JSON pointer."""
    return "".join(f"/{step}" for step in path)


def _commands(service: str, document: dict[str, Any]) -> Iterator[Described]:
    posts = {item["post"]["operationId"]: (path, item["post"]) for path, item in document["paths"].items() if "post" in item}
    for name, (path, operation) in posts.items():
        if name.endswith("_batch") or "application/json" not in operation["requestBody"]["content"]:
            continue
        below = path.removeprefix(_BELOW)
        batch = posts[f"{name}_batch"][0].removeprefix(_BELOW)
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        yield Described(
            service, name, below, tuple(re.findall(r"{(\w+)}", below)), batch, schema, document, operation.get("security") == []
        )


def _text(schema: dict[str, Any]) -> str:
    fitting = [text for text in _TEXTS if re.search(schema.get("pattern", ""), text) and len(text) <= schema.get("maxLength", len(text))]
    assert fitting, f"no example fits {schema}"
    return fitting[0]
