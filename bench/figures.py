"""Figures: what one says, and how they reach stdout as JSON lines and stderr as a table."""

import json
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.sampling import Samples, median

_TABLE_WIDTH = 130
"""Columns the table may take where stderr is no terminal that says."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The mark a ratio is to make: `at_least` or at most `bound` times what it is held against."""

    bound: float
    at_least: bool = True

    def __str__(self) -> str:
        """Return it as it is printed, e.g. `>= 0.5`."""
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"

    def met(self, ratio: float) -> bool:
        """Tell whether a ratio makes the mark."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound


@dataclass(frozen=True, slots=True)
class Against:
    """What a figure is held against: its name, its samples from the same rounds, and the mark if there is one."""

    name: str
    samples: Samples
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of output; `value` is a median of the samples in `conditions`, None where nothing could be measured."""

    figure: str
    value: float | None
    unit: str
    ratio: float | None = None
    against: str | None = None
    reach: str | None = None
    met: bool | None = None
    conditions: dict[str, Any] = field(default_factory=dict)


def figure(name: str, samples: Samples, unit: str, conditions: dict[str, Any], against: Against | None = None) -> Figure:
    """Return the median of samples, and its ratio to the median of what was measured beside it."""
    value = median(samples)
    told = {**conditions, "samples": [_short(sample) for sample in samples]}
    if against is None:
        return Figure(name, _short(value), unit, conditions=told)
    ratio = value / median(against.samples)
    told |= {"against_value": _short(median(against.samples)), "against_samples": [_short(sample) for sample in against.samples]}
    reach = against.reach
    return Figure(
        name,
        _short(value),
        unit,
        ratio=_short(ratio),
        against=against.name,
        reach=None if reach is None else str(reach),
        met=None if reach is None else reach.met(ratio),
        conditions=told,
    )


def skipped(name: str, unit: str, reason: str) -> Figure:
    """Return the line of a figure that could not be measured here, with the reason."""
    return Figure(name, None, unit, conditions={"skipped": reason})


class Report:
    """Prints each figure as it comes, and all of them at the end."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def add(self, *figures: Figure) -> None:
        """Write figures to stdout, one JSON object a line."""
        for one in figures:
            self.figures.append(one)
            sys.stdout.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def close(self) -> None:
        """Write the table of all figures to stderr."""
        from rich.console import Console  # noqa: PLC0415 - loaded when everything has been measured
        from rich.table import Table  # noqa: PLC0415

        console = Console(stderr=True)
        if not console.is_terminal:
            console.width = _TABLE_WIDTH
        table = Table("figure", "value", "unit", "ratio", "against", "reach", "met")
        for column in table.columns:
            column.no_wrap = True
        for one in self.figures:
            value = one.conditions.get("skipped", "") if one.value is None else f"{one.value:,}"
            met = "" if one.met is None else "yes" if one.met else "NO"
            ratio = "" if one.ratio is None else f"{one.ratio:g}"
            table.add_row(one.figure, value, one.unit, ratio, one.against or "", one.reach or "", met)
        console.print(table)


def _short(value: float) -> float:
    """Round to what a measurement is worth: four significant digits, whole numbers from 1,000 on."""
    return round(value) if abs(value) >= 1_000 else float(f"{value:.4g}")  # noqa: PLR2004 - as the docstring says
