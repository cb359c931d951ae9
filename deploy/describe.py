"""Writes each service's OpenAPI and AsyncAPI into docs/api, and finds what would break a client of what stands there."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts.schema_files import breaks
from shared.web.app import PREFIX
from shared.web.asyncapi import asyncapi
from shared.web.openapi import openapi

FOLDER = Path(__file__).parents[1] / "docs" / "api"
SERVICES = ("intake", "projects", "supervision", "scoring")
"""Those that take commands and publish; what the portal shows stands in docs/streams.md and docs/open-data.md."""
_BROKER = "localhost:9092"
_ALLOWED = ("no longer always there", "pattern changed")
"""What readers of events would feel and senders of bodies do not: a body may ask for less, and a pattern may be sharpened."""


def documents() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the path and content of every description, as the code has it now."""
    for service in SERVICES:
        main = importlib.import_module(f"services.{service}.main")
        yield FOLDER / f"{service}.openapi.json", openapi(main.PARTS, main.TABLE, PREFIX)
        yield FOLDER / f"{service}.asyncapi.json", asyncapi(main.PARTS, _BROKER)


def write() -> None:
    """Write every description."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, document in documents():
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def breaking(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return what in a new description breaks clients of the old one: addresses, operations, messages and bodies."""
    if "asyncapi" in old:
        return [
            f"{section} {name} gone" for section in ("channels", "operations") for name in old[section] if name not in new.get(section, {})
        ] + [f"message {name} gone" for name in old["components"]["messages"] if name not in new["components"]["messages"]]
    found: list[str] = []
    for path, item in old["paths"].items():
        for method, operation in item.items():
            other = new["paths"].get(path, {}).get(method)
            if other is None:
                found.append(f"{method.upper()} {path} gone")
            elif other["operationId"] != operation["operationId"]:
                found.append(f"{method.upper()} {path}: another operationId")
    schemas = new["components"]["schemas"]
    for name, schema in old["components"]["schemas"].items():
        if name in schemas:
            found += [f"{name}{fault}" for fault in breaks(schema, schemas[name]) if not fault.endswith(_ALLOWED)]
        elif name.endswith("Body"):
            found.append(f"{name} gone")
    return found


if __name__ == "__main__":
    write()
