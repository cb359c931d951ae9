"""OpenAPI 3.1 from a service's route table: stable operation ids, bodies, answers, problems."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.kernel.worker import Parts
from shared.web.files import Download, Upload
from shared.web.routes import Batch, Get, History, HistoryParams, MomentParams, Params, Post, batch_path, body_of

_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")
_PROBLEMS = {
    "400": "The request cannot be read",
    "401": "No token, or one that proves nothing",
    "403": "Not yours to do",
    "404": "No such thing",
    "409": "Not possible as things stand",
    "412": "It has changed since you looked",
    "413": "Larger than 1 MiB, or than a file may be",
    "422": "A field is not as it must be",
    "503": "Try again in a moment",
}


def openapi(parts: Parts, table: Sequence[Post | Get | History | Download | Upload], prefix: str) -> dict[str, Any]:
    """Return the description of a service's HTTP interface."""
    service = parts.contract.service
    models: list[type[BaseModel]] = [Batch, *{body_of(row.command): None for row in table if isinstance(row, Post)}]
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template="#/components/schemas/{model}")
    paths: dict[str, dict[str, Any]] = {}
    for row in table:
        match row:
            case Post():
                name = _SNAKE.sub("_", row.command.__name__).lower()
                paths.setdefault(prefix + row.path, {})["post"] = _command(row, name)
                paths.setdefault(prefix + batch_path(row.path), {})["post"] = _batch(row, name)
            case Get():
                paths.setdefault(prefix + row.path, {})["get"] = _query(row)
            case History():
                paths.setdefault(prefix + row.path, {})["get"] = _history(row)
            case Download():
                paths.setdefault(prefix + row.path, {})["get"] = _download(row)
            case Upload():
                paths.setdefault(prefix + row.path, {})["post"] = _upload(row)
    paths[f"{prefix}/as-of"] = {"get": _moment()}
    paths.update(_health())
    schemas = {**definitions.get("$defs", {}), "Answer": _ANSWER, "Problem": _PROBLEM}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Yinuo {service}", "version": "1", "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": _HEADERS_TOLD,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


_ANSWER = {
    "type": "object",
    "required": ["id", "version", "position"],
    "properties": {
        "id": {"type": "string", "description": "The resource"},
        "version": {"type": "integer", "description": "The resource's version after this command (use it as If-Match)"},
        "position": {"type": "string", "description": "The position in the service's lane (use it as min_position)"},
    },
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "code", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; the key of the sentence"},
        "instance": {"type": "string", "description": "urn:uuid: of the request"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_HEADERS_TOLD = {
    "As-Of": {"schema": {"type": "string"}, "description": "The positions it was read at, where the past was asked for (use it as as_of)"},
    "Yinuo-Version": {"schema": {"type": "string"}, "description": "The code that answered, where the past was asked for"},
}
_AS_OF = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS_TOLD}
_BYTES = {"type": "string", "contentMediaType": "application/octet-stream"}
_HEADERS = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "maxLength": 255},
        "description": "Repeated, it gets its first answer; with another content 409",
    },
    {"name": "If-Match", "in": "header", "schema": {"type": "string"}, "description": "The version you saw; 412 when it has changed"},
    {
        "name": "Simulated-Time",
        "in": "header",
        "schema": {"type": "string", "format": "date-time"},
        "description": "Only under the simulated clock",
    },
]


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = ["county", *re.findall(r"{(\w+)}", path)]
    schema = {"county": {"type": "string", "pattern": "^[0-9]{6}$", "example": "430523"}}
    return [{"name": name, "in": "path", "required": True, "schema": schema.get(name, {"type": "string"})} for name in names]


def _problems() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": text, "content": content} for status, text in _PROBLEMS.items()}


def _reference(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _command(row: Post, name: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": (row.command.__doc__ or name).splitlines()[0],
        "parameters": [*_path_parameters(row.path), *_HEADERS],
        "requestBody": {"required": True, "content": _reference(body_of(row.command).__name__)},
        "responses": {"201": {"description": _done(row), "content": _reference("Answer")}, **_problems()},
        **_security(row),
    }


def _done(row: Post) -> str:
    """Say what the answer carries besides what every answer does."""
    return "Done, durably" if row.shows is None else f"Done, durably. {(row.shows.__doc__ or '').splitlines()[0]}"


def _batch(row: Post, name: str) -> dict[str, Any]:
    ids = ", ".join(re.findall(r"{(\w+)}", row.path)) or "nothing"
    result = {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}}}
    return {
        "operationId": f"{name}_batch",
        "summary": f"Many of {name}, each answered by itself (item.path: {ids}; item.body: {body_of(row.command).__name__})",
        "parameters": [*_path_parameters(""), *(header for header in _HEADERS if header["name"] != "If-Match")],
        "requestBody": {"required": True, "content": _reference("Batch")},
        "responses": {
            "200": {"description": "An answer per item, in order", "content": {"application/json": {"schema": result}}},
            **_problems(),
        },
        **_security(row),
    }


def _asked(params: type[BaseModel]) -> list[dict[str, Any]]:
    described = params.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in described.get("required", ()),
            "schema": schema,
            "description": schema.pop("description", ""),
        }
        for name, schema in described.get("properties", {}).items()
    ]


def _query(row: Get) -> dict[str, Any]:
    parameters = _asked(row.params)
    answer = {"type": "object"}
    if issubclass(row.params, Params):
        answer = {"type": "object", "properties": {"items": {"type": "array"}, "next": {"type": ["string", "null"]}}}  # type: ignore[dict-item]
    return {
        "operationId": row.query.__name__,
        "summary": (row.query.__doc__ or row.query.__name__).splitlines()[0],
        "parameters": [*_path_parameters(row.path), *parameters],
        "responses": {
            "200": {"description": _asked_for(row), "headers": _AS_OF, "content": {"application/json": {"schema": answer}}},
            **_problems(),
        },
        **_security(row),
    }


def _asked_for(row: Get) -> str:
    return "As asked; the past (as_of) is shown to those who signed in" if row.public else "As asked"


def _download(row: Download) -> dict[str, Any]:
    content = {media_type: {"schema": _BYTES} for media_type in row.media_types}
    return {
        "operationId": row.query.__name__,
        "summary": (row.query.__doc__ or row.query.__name__).splitlines()[0],
        "parameters": [*_path_parameters(row.path), *_asked(row.params)],
        "responses": {"200": {"description": "The file", "headers": _AS_OF, "content": content}, **_problems()},
    }


def _upload(row: Upload) -> dict[str, Any]:
    told = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": f"{text} (percent-encoded UTF-8)"}
        for name, text in row.headers.items()
    ]
    return {
        "operationId": row.take.__name__,
        "summary": (row.take.__doc__ or row.take.__name__).splitlines()[0],
        "parameters": [
            *_path_parameters(row.path),
            *_asked(row.params),
            *told,
            *(given for given in _HEADERS if given["name"] != "If-Match"),
        ],
        "requestBody": {"required": True, "content": {media_type: {"schema": _BYTES} for media_type in row.media_types}},
        "responses": {
            str(row.status): {"description": "Taken in", "content": {"application/json": {"schema": {"type": "object"}}}},
            **_problems(),
        },
    }


def _security(row: Post | Get) -> dict[str, Any]:
    """Say where no login is asked for."""
    return {"security": []} if row.public else {}


def _history(row: History) -> dict[str, Any]:
    return {
        "operationId": "history_of_" + row.path.strip("/").split("/", maxsplit=1)[0],
        "summary": "The resource's events, as published",
        "parameters": [*_path_parameters(row.path), *_asked(HistoryParams)],
        "responses": {
            "200": {
                "description": "CloudEvents in order",
                "headers": _AS_OF,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **_problems(),
        },
    }


def _moment() -> dict[str, Any]:
    answer = {
        "type": "object",
        "required": ["service", "as_of", "positions", "recorded_at", "code_version"],
        "properties": {
            "service": {"type": "string"},
            "as_of": {"type": "string", "description": "The positions as they may be asked for"},
            "positions": {"type": "object", "additionalProperties": {"type": "integer"}},
            "recorded_at": {"type": ["string", "null"], "description": "When this service's last event was recorded"},
            "code_version": {"type": "string"},
        },
    }
    return {
        "operationId": "moment",
        "summary": "What a moment comes to: how far each lane is read; now, where none is given",
        "parameters": [*_path_parameters(""), *_asked(MomentParams)],
        "responses": {
            "200": {"description": "As asked", "headers": _AS_OF, "content": {"application/json": {"schema": answer}}},
            **_problems(),
        },
    }


def _health() -> dict[str, Any]:
    answer = {"200": {"description": "Yes", "content": {"application/json": {"schema": {"type": "object"}}}}}
    return {
        "/livez": {
            "get": {"operationId": "livez", "summary": "The process answers; nothing is touched", "security": [], "responses": answer}
        },
        "/readyz": {
            "get": {
                "operationId": "readyz",
                "summary": "Database, broker and consumers answer",
                "security": [],
                "responses": {**answer, "503": {"description": "Not ready; the body says what is wrong"}},
            }
        },
    }
