"""Two reports side by side: what came, what went, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Differences:
    """What differs, by place in the report: values that are only in the second, only in the first, or in both and not the same."""

    came: dict[str, Any] = field(default_factory=dict)
    went: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return them for JSON."""
        return {"came": self.came, "went": self.went, "changed": self.changed}


def differences(before: Any, after: Any) -> Differences:  # noqa: ANN401 - JSON
    """Return what differs between two contents of the same report; items of lists are told apart by what names them, not by order."""
    found = Differences()
    _compare(before, after, "", found)
    return found


def _compare(before: Any, after: Any, place: str, found: Differences) -> None:  # noqa: ANN401 - JSON
    told, tells = _members(before), _members(after)
    if told is None or tells is None:
        if before != after:
            found.changed[place or "/"] = {"before": before, "after": after}
        return
    for name in sorted(told.keys() | tells.keys()):
        at = f"{place}/{name}"
        if name not in told:
            found.came[at] = tells[name]
        elif name not in tells:
            found.went[at] = told[name]
        else:
            _compare(told[name], tells[name], at, found)


def _members(content: Any) -> Mapping[str, Any] | None:  # noqa: ANN401 - JSON
    """Return what a value consists of by name; None where it is compared as a whole."""
    if isinstance(content, Mapping):
        return content
    if isinstance(content, list) and all(isinstance(item, Mapping) for item in content):
        return _by_name(content)
    return None


def _by_name(items: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return items by their ids, or rows of figures by all that is not counted in them; None where that tells them not apart."""
    named = {_name(item): item for item in items}
    return named if len(named) == len(items) else None


def _name(item: Mapping[str, Any]) -> str:
    if "id" in item:
        return str(item["id"])
    return " ".join(f"{name}={value}" for name, value in item.items() if value is None or isinstance(value, str | bool))
