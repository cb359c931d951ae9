"""Reports as bytes that are the same whoever makes them: no clock, no machine, names in order."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson


def canonical(report: Mapping[str, Any]) -> bytes:
    """Return a report as JSON in UTF-8: members sorted by name, no white space, as RFC 8785 has it for whole numbers and texts."""
    return orjson.dumps(report, option=orjson.OPT_SORT_KEYS)


def sealed(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with its digest: SHA-256 over its canonical bytes without it."""
    return {**report, "digest": f"sha256:{hashlib.sha256(canonical(report)).hexdigest()}"}
