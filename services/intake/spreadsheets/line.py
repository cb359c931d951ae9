"""A line of a sheet, whatever the sheet was kept in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.web.problem import Problem


@dataclass(frozen=True, slots=True)
class Line:
    """A line's number (from 1), its cells as texts, and by column (from 0) what is wrong with one."""

    number: int
    cells: Sequence[str]
    faults: Mapping[int, Problem] = field(default_factory=dict)
