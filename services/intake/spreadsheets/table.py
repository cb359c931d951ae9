"""A sheet as a table: where its header is, which column is which, and its rows as texts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from services.intake.spreadsheets import delimited, workbook
from services.intake.spreadsheets.words import COLUMNS, REQUIRED
from shared.web.problem import Problem

MOST_ROWS, MOST_COLUMNS = 100_000, 50
_HEADER_WITHIN = 20
"""Rows from the top among which the header is looked for: sheets begin with titles."""
_ZIP, _NUL = b"PK\x03\x04", b"\x00"
_MARKS = re.compile(r"[\s*＊]|\(.*?\)|（.*?）")
_FIELDS = {name.casefold(): field for field, names in COLUMNS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Row:
    """A row with anything in it: its number as the sheet counts, its texts by field, and what keeps it from being read."""

    number: int
    values: Mapping[str, str]
    fault: Problem | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that can be read to its end."""

    source: workbook.Source | delimited.Source
    header_row: int
    columns: Mapping[str, int]
    names: Mapping[str, str]
    """What this sheet calls each field."""
    ignored: Sequence[str]

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header, blank ones left out."""
        columns = {*self.columns.values()}
        for line in self.source.lines():
            if line.number <= self.header_row:
                continue
            values = {field: _cell(line.cells, at) for field, at in self.columns.items()}
            fault = next((line.faults[at] for at in sorted(columns & line.faults.keys())), None)
            if fault is not None or any(values.values()):
                yield Row(line.number, values, fault)


def opened(file: IO[bytes]) -> Table:
    """Return the table of an .xlsx or .csv file, looked through to its end first; Problem where it cannot be read as one."""
    head = file.read(4)
    file.seek(0)
    if head == _ZIP:
        source: workbook.Source | delimited.Source = workbook.opened(file, rows=MOST_ROWS + _HEADER_WITHIN, columns=MOST_COLUMNS)
    elif _NUL in head:
        raise Problem("file_not_a_sheet")
    else:
        source = delimited.opened(file, rows=MOST_ROWS + _HEADER_WITHIN, columns=MOST_COLUMNS)
    return _headed(source)


def _headed(source: workbook.Source | delimited.Source) -> Table:
    best_row, best = 0, dict[str, list[int]]()
    cells: Sequence[str] = ()
    for line in source.lines():
        if line.number > _HEADER_WITHIN:
            break
        found: dict[str, list[int]] = {}
        for at, cell in enumerate(line.cells):
            if (field := _FIELDS.get(_bare(cell))) is not None:
                found.setdefault(field, []).append(at)
        if len(found) > len(best):
            best_row, best, cells = line.number, found, line.cells
    if missing := [COLUMNS[field][0] for field in REQUIRED if field not in best]:
        raise Problem("columns_missing", columns="、".join(missing))
    for places in best.values():
        if len(places) > 1:
            raise Problem("column_twice", column=cells[places[0]].strip())
    columns = {field: places[0] for field, places in best.items()}
    taken = {*columns.values()}
    ignored = [cell.strip() for at, cell in enumerate(cells) if at not in taken and cell.strip()]
    return Table(source, best_row, columns, {field: cells[at].strip() for field, at in columns.items()}, ignored)


def _bare(header: str) -> str:
    return _MARKS.sub("", header).casefold()


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""
