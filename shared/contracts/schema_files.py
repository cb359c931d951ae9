"""The committed JSON Schemas of every event version: writing them, and finding breaking changes."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from shared.contracts.topics import CONTRACTS

FOLDER = Path(str(resources.files("shared.contracts"))) / "schemas"
SAMPLES = Path(str(resources.files("shared.contracts"))) / "samples"


def files() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the path and schema of every event's newest version, `<service>/<Event>.<version>.json`."""
    for contract in CONTRACTS:
        for name, event in contract.events.items():
            yield FOLDER / contract.service / f"{name}.{event.VERSION}.json", contract.schema(name)


def write() -> None:
    """Write the schemas of what the code has now; what is written and differs is for the review to judge."""
    for path, schema in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


def breaks(old: dict[str, Any], new: dict[str, Any], at: str = "") -> list[str]:
    """Return what in `new` breaks readers or writers of `old`: additive change only.

    Allowed: a new property that is not required, a wider enumeration, new descriptions. Everything else needs a new version.
    """
    found: list[str] = []
    before, after = old.get("properties", {}), new.get("properties", {})
    found += [f"{at}/{name}: gone" for name in before.keys() - after.keys()]
    found += [f"{at}/{name}: newly required" for name in set(new.get("required", [])) - set(old.get("required", []))]
    found += [f"{at}/{name}: no longer always there" for name in set(old.get("required", [])) - set(new.get("required", []))]
    for name in before.keys() & after.keys():
        found += breaks(before[name], after[name], f"{at}/{name}")
    for keyword in ("type", "format", "$ref", "const", "pattern", "prefixItems", "additionalProperties", "discriminator"):
        if old.get(keyword) != new.get(keyword):
            found.append(f"{at}: {keyword} changed")
    choices, others = old.get("anyOf", []), new.get("anyOf", [])
    if len(choices) > len(others) or (others and not choices):
        found.append(f"{at}: anyOf changed")
    else:
        found += [fault for before, after in zip(choices, others, strict=False) for fault in breaks(before, after, at)]
    if "items" in old or "items" in new:
        found += breaks(old.get("items", {}), new.get("items", {}), f"{at}/items")
    found += [f"{at}: value {value!r} gone" for value in old.get("enum", []) if value not in new.get("enum", [value])]
    if "enum" in new and "enum" not in old:
        found.append(f"{at}: narrowed to an enumeration")
    for name, definition in old.get("$defs", {}).items():
        found += breaks(definition, new.get("$defs", {}).get(name, {}), f"{at}/$defs/{name}")
    return found


if __name__ == "__main__":
    write()
