"""One value instead of thousands of equal ones: what the states of many streams have in common is held once."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
_MOST = 1_024
_seen: OrderedDict[tuple[type, Hashable], Hashable] = OrderedDict()


def same(value: T) -> T:
    """Return the equal value of that type that was seen before, if it was seen lately; else this one."""
    key = (type(value), value)
    known: T = _seen.setdefault(key, value)  # type: ignore[assignment]
    _seen.move_to_end(key)
    if len(_seen) > _MOST:
        _seen.popitem(last=False)
    return known
