"""Lists in the official order (排序号)."""

from collections.abc import Sequence
from typing import Any

from shared.web.routes import Page

PLACE = "((official_order << 43) + position)"
"""The official order (below 2^20) before the order of registration, as one key that a page goes on from."""


def in_order(rows: Sequence[Any], limit: int) -> Page:
    """Return a page of rows that carry `place`, the key the next page goes on from, and `position`."""
    items = [{**{name: value for name, value in row.items() if name != "place"}, "position": str(row["position"])} for row in rows]
    return Page(items, rows[-1]["place"] if len(rows) == limit else None)
