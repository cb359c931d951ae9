"""What of an OpenAPI document every service has, whatever its table: problems, parameters, moments, the logs, health."""

import re
from typing import Any

from pydantic import BaseModel

from shared.web.routes import MomentParams

PROBLEMS = {
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
BYTES = {"type": "string", "contentMediaType": "application/octet-stream"}
HEADERS_TOLD = {
    "As-Of": {"schema": {"type": "string"}, "description": "The positions it was read at, where the past was asked for (use it as as_of)"},
    "Yinuo-Version": {"schema": {"type": "string"}, "description": "The code that answered, where the past was asked for"},
}
AS_OF = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS_TOLD}


def path_parameters(path: str) -> list[dict[str, Any]]:
    """Describe the county and the ids of a path."""
    names = ["county", *re.findall(r"{(\w+)}", path)]
    schema = {"county": {"type": "string", "pattern": "^[0-9]{6}$", "example": "430523"}}
    return [{"name": name, "in": "path", "required": True, "schema": schema.get(name, {"type": "string"})} for name in names]


def problems() -> dict[str, Any]:
    """Describe every problem a request may meet, by status."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": text, "content": content} for status, text in PROBLEMS.items()}


def asked(params: type[BaseModel]) -> list[dict[str, Any]]:
    """Describe query parameters."""
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


def moment() -> dict[str, Any]:
    """Describe the question what a moment comes to."""
    answer = {
        "type": "object",
        "required": ["service", "as_of", "positions", "recorded_at"],
        "properties": {
            "service": {"type": "string"},
            "as_of": {"type": "string", "description": "The positions as they may be asked for"},
            "positions": {"type": "object", "additionalProperties": {"type": "integer"}},
            "recorded_at": {"type": ["string", "null"], "description": "When this service's last event was recorded"},
        },
    }
    return {
        "operationId": "moment",
        "summary": "What a moment comes to: how far each lane is read; now, where none is given",
        "parameters": [*path_parameters(""), *asked(MomentParams)],
        "responses": {
            "200": {"description": "As asked", "headers": AS_OF, "content": {"application/json": {"schema": answer}}},
            **problems(),
        },
    }


def tlog() -> dict[str, Any]:
    """Describe the lanes as transparency logs: bytes and plain text in the C2SP formats."""
    text = {"text/plain; charset=utf-8": {"schema": {"type": "string"}}}
    data = {"application/octet-stream": {"schema": BYTES}}
    served: list[tuple[str, str, str, dict[str, Any], bool]] = [
        ("checkpoint", "tlog_checkpoint", "The lane's latest signed checkpoint, with its cosignatures (tlog-checkpoint)", text, True),
        ("vkey", "tlog_vkey", "The keys the lane is signed with, the newest first", text, True),
        ("policy", "tlog_policy", "Whose signatures count in this deployment (tlog-policy)", text, True),
        (
            "tile/{path}",
            "tlog_tile",
            "A tile of hashes, public, or under `entries/` the events' bytes, for auditors (tlog-tiles)",
            data,
            False,
        ),
        ("proof/{position}", "tlog_proof", "The receipt of the event at a position, for auditors (tlog-proof)", text, False),
    ]
    return {
        f"/tlog/{{county}}/{path}": {
            "get": {
                "operationId": name,
                "summary": summary,
                **({"security": []} if public else {}),
                "parameters": path_parameters(path),
                "responses": {
                    "200": {"description": "The bytes, to be checked by whoever reads them", "content": content},
                    **problems(),
                },
            }
        }
        for path, name, summary, content, public in served
    }


def health() -> dict[str, Any]:
    """Describe the addresses that say how a service is."""
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
