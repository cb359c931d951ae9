"""OpenAPI 3.1 from a service's route table: stable operation ids, bodies, answers, problems."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.kernel.worker import Parts
from shared.web.described import AS_OF, BYTES, HEADERS_TOLD, asked, health, moment, path_parameters, problems, tlog
from shared.web.files import RECEIPT, Download, Proof, Upload
from shared.web.routes import Batch, Get, History, HistoryParams, Params, Post, batch_path, body_of

_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")


def openapi(parts: Parts, table: Sequence[Post | Get | History | Download | Proof | Upload], prefix: str) -> dict[str, Any]:
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
            case Proof():
                paths.setdefault(prefix + row.path, {})["get"] = _proof(row)
            case Upload():
                paths.setdefault(prefix + row.path, {})["post"] = _upload(row)
    paths[f"{prefix}/as-of"] = {"get": moment()}
    paths.update(health())
    paths.update(tlog())
    schemas = {**definitions.get("$defs", {}), "Answer": _ANSWER, "Problem": _PROBLEM}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Yinuo {service}", "version": "1", "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": HEADERS_TOLD,
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


def _reference(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _command(row: Post, name: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": (row.command.__doc__ or name).splitlines()[0],
        "parameters": [*path_parameters(row.path), *_HEADERS],
        "requestBody": {"required": True, "content": _reference(body_of(row.command).__name__)},
        "responses": {"201": {"description": _done(row), "content": _reference("Answer")}, **problems()},
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
        "parameters": [*path_parameters(""), *(header for header in _HEADERS if header["name"] != "If-Match")],
        "requestBody": {"required": True, "content": _reference("Batch")},
        "responses": {
            "200": {"description": "An answer per item, in order", "content": {"application/json": {"schema": result}}},
            **problems(),
        },
        **_security(row),
    }


def _query(row: Get) -> dict[str, Any]:
    parameters = asked(row.params)
    answer = {"type": "object"}
    if issubclass(row.params, Params):
        answer = {"type": "object", "properties": {"items": {"type": "array"}, "next": {"type": ["string", "null"]}}}  # type: ignore[dict-item]
    return {
        "operationId": row.query.__name__,
        "summary": (row.query.__doc__ or row.query.__name__).splitlines()[0],
        "parameters": [*path_parameters(row.path), *parameters],
        "responses": {
            "200": {"description": _asked_for(row), "headers": AS_OF, "content": {"application/json": {"schema": answer}}},
            **problems(),
        },
        **_security(row),
    }


def _asked_for(row: Get) -> str:
    return "As asked; the past (as_of) is shown to those who signed in" if row.public else "As asked"


def _download(row: Download) -> dict[str, Any]:
    content = {media_type: {"schema": BYTES} for media_type in row.media_types}
    return {
        "operationId": row.query.__name__,
        "summary": (row.query.__doc__ or row.query.__name__).splitlines()[0],
        "parameters": [*path_parameters(row.path), *asked(row.params)],
        "responses": {"200": {"description": "The file", "headers": AS_OF, "content": content}, **problems()},
        **_security(row),
    }


def _proof(row: Proof) -> dict[str, Any]:
    described = {"description": "The receipt (c2sp.org/tlog-proof@v1)", "content": {RECEIPT: {"schema": {"type": "string"}}}}
    return {
        "operationId": row.query.__name__,
        "summary": (row.query.__doc__ or row.query.__name__).splitlines()[0],
        "parameters": [*path_parameters(row.path), *asked(row.params)],
        "responses": {"200": described, **problems()},
        **_security(row),
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
            *path_parameters(row.path),
            *asked(row.params),
            *told,
            *(given for given in _HEADERS if given["name"] != "If-Match"),
        ],
        "requestBody": {"required": True, "content": {media_type: {"schema": BYTES} for media_type in row.media_types}},
        "responses": {
            str(row.status): {"description": "Taken in", "content": {"application/json": {"schema": {"type": "object"}}}},
            **problems(),
        },
        **_security(row),
    }


def _security(row: Post | Get | Proof | Download | Upload) -> dict[str, Any]:
    """Say where no login is asked for."""
    return {"security": []} if row.public else {}


def _history(row: History) -> dict[str, Any]:
    return {
        "operationId": "history_of_" + row.path.strip("/").split("/", maxsplit=1)[0],
        "summary": "The resource's events, as published",
        "parameters": [*path_parameters(row.path), *asked(HistoryParams)],
        "responses": {
            "200": {
                "description": "CloudEvents in order",
                "headers": AS_OF,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **problems(),
        },
    }
