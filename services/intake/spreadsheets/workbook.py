"""Workbooks (.xlsx): looked through part by part, so that nothing in one is larger than it says, then read by calamine."""

import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from services.intake.spreadsheets.line import Line
from shared.web.problem import Problem

_MOST_BYTES = 512 << 20
"""Bytes the parts of a workbook may have unpacked."""
_MOST_MERGED = 1_000_000
"""Cells that merged ranges may cover: they overlap in no honest sheet, and could do so without end in another."""
_PIECE = 1 << 18
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    expat.ExpatError,
    CalamineError,
    LookupError,
    ValueError,
    RuntimeError,
    EOFError,
    OSError,
)
"""What a damaged or locked workbook makes its readers raise (RuntimeError: it wants a password, or is packed in no known way)."""
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
_READ = re.compile(r"xl/(workbook\.xml|_rels/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml)\Z", re.IGNORECASE)


@dataclass(slots=True)
class _Seen:
    """What looking through a sheet's own part told, by line (from 1) and column (from 0)."""

    rows: int = 0
    columns: int = 0
    faults: dict[int, dict[int, Problem]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """The first sheet that is no chart and not hidden."""

    sheet: CalamineSheet
    faults: Mapping[int, Mapping[int, Problem]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]

    def lines(self) -> Iterator[Line]:
        """Yield every line from the first; what is merged down a column stands in each of its lines."""
        if self.sheet.start is None:
            return
        left = self.sheet.start[1]
        down = {(top, at): bottom for (top, at), (bottom, right) in self.merged if at == right}
        held: dict[int, tuple[int, str]] = {}
        across = self._across()
        for number, raw in enumerate(self.sheet.iter_rows(), 1):
            cells = [""] * left + [_text(value) for value in raw]
            for at, (bottom, text) in list(held.items()):
                if number - 1 > bottom:
                    del held[at]
                elif at < len(cells) and not cells[at]:
                    cells[at] = text
            for at in range(len(cells)):
                if down and (bottom := down.get((number - 1, at), -1)) >= 0:
                    held[at] = (bottom, cells[at])
            yield Line(number, cells, {**across.get(number, {}), **self.faults.get(number, {})})

    def _across(self) -> Mapping[int, Mapping[int, Problem]]:
        faults: dict[int, dict[int, Problem]] = {}
        for (top, left), (bottom, right) in self.merged:
            if left != right:
                problem = Problem("cells_merged_across", cell=f"{_letters(left)}{top + 1}")
                for number in range(top + 1, bottom + 2):
                    faults.setdefault(number, {}).update(dict.fromkeys(range(left, right + 1), problem))
        return faults


def opened(file: IO[bytes], *, rows: int, columns: int) -> Source:
    """Return the source; Problem where the workbook is damaged, or larger than this."""
    try:
        with zipfile.ZipFile(file) as parts:
            name, seen = _look_through(parts, rows, columns)
        file.seek(0)
        book = CalamineWorkbook.from_filelike(file)
        sheet = book.get_sheet_by_name(name)
    except _DAMAGED as fault:
        raise Problem("file_unreadable") from fault
    merged = [((top, left), (min(bottom, rows), min(right, columns))) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]
    if sum((bottom - top + 1) * (right - left + 1) for (top, left), (bottom, right) in merged) > _MOST_MERGED:
        raise Problem("sheet_too_large", rows=rows, columns=columns)
    return Source(sheet, seen.faults, merged)


def _look_through(parts: zipfile.ZipFile, rows: int, columns: int) -> tuple[str, _Seen]:
    """Read what calamine will read: a cell far out, or a part that unpacks without end, would take all memory there is."""
    if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
        raise Problem("sheet_too_large", rows=rows, columns=columns)
    names = parts.namelist()
    if len(names) != len({name.lower() for name in names}):
        raise zipfile.BadZipFile("a part stands twice")
    sheets: list[tuple[str, str, str]] = []
    targets: dict[str, str] = {}

    def workbook(name: str, given: Mapping[str, str]) -> None:
        if name == "sheet":
            identity = next((value for key, value in given.items() if key.rpartition(":")[2] == "id" and ":" in key), "")
            sheets.append((given["name"], identity, given.get("state", "visible")))
        elif name == "Relationship":
            targets[given["Id"]] = given["Target"]

    for part in names:
        if _READ.match(part):
            _parse(parts, part, workbook)
    called = [name for name, _, _ in sheets]
    if len(called) != len(set(called)):
        raise zipfile.BadZipFile("two sheets have one name")
    shown = ((name, targets[identity]) for name, identity, state in sheets if state == "visible" and "worksheets/" in targets[identity])
    name, target = next(shown, ("", ""))
    return name, _Looking(rows, columns).through(parts, target.lstrip("/") if target.startswith("/") else f"xl/{target}")


class _Looking:
    """Looks through a sheet's part: how far its cells reach, formulas without a result, errors."""

    def __init__(self, rows: int, columns: int) -> None:
        self._rows, self._columns = rows, columns
        self._seen = _Seen()
        self._row = self._column = 0
        self._next = 0
        self._kind = ""
        self._formula = self._valued = self._filled = self._in_value = False

    def through(self, parts: zipfile.ZipFile, name: str) -> _Seen:
        """Return what was seen; Problem at the first cell too far out."""
        _parse(parts, name, self._begins, self._ends, self._says)
        return self._seen

    def _begins(self, name: str, given: Mapping[str, str]) -> None:
        if name == "c":
            self._kind = given.get("t", "")
            self._formula = self._valued = self._filled = False
            self._next += 1
            if (place := given.get("r")) is not None:
                found = _CELL.match(place)
                if found is None:
                    raise ValueError(place)
                self._next, self._row = _column(found[1]) + 1, int(found[2])
            self._column = self._next - 1
        elif name == "v":
            self._valued = self._in_value = True
        elif name == "f":
            self._formula = True
        elif name == "is":
            self._valued = self._filled = True
        elif name == "row":
            self._row = int(given.get("r", self._row + 1))
            self._next = 0

    def _says(self, _text: str) -> None:
        if self._in_value:
            self._filled = True

    def _ends(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c":
            if self._valued and (self._row > self._rows or self._column >= self._columns):
                raise Problem("sheet_too_large", rows=self._rows, columns=self._columns)
            cell = f"{_letters(self._column)}{self._row}"
            if self._kind == "e":
                self._fault(Problem("cell_in_error", cell=cell))
            elif self._formula and not (self._filled or (self._valued and self._kind == "str")):
                self._fault(Problem("formula_without_value", cell=cell))

    def _fault(self, problem: Problem) -> None:
        if self._row <= self._rows and self._column < self._columns:
            self._seen.faults.setdefault(self._row, {})[self._column] = problem


def _parse(
    parts: zipfile.ZipFile,
    name: str,
    begins: Callable[[str, Mapping[str, str]], None],
    ends: Callable[[str], None] | None = None,
    says: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda element, given: begins(element.rpartition(":")[2], given)
    if ends is not None:
        parser.EndElementHandler = lambda element: ends(element.rpartition(":")[2])
    if says is not None:
        parser.CharacterDataHandler = says
    parser.EntityDeclHandler = _no_entities
    with parts.open(name) as part:
        while piece := part.read(_PIECE):
            parser.Parse(piece)
        parser.Parse(b"", True)  # noqa: FBT003 - the parser takes no names


def _no_entities(*_declared: Any) -> None:  # noqa: ANN401 - the parser's
    raise ValueError("a workbook declares no entities")


def _text(value: str | float | bool | datetime | date | time | timedelta) -> str:  # noqa: FBT001 - what a cell holds
    """Write a cell's value: numbers without a tail, dates as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - digits Excel keeps
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _column(letters: str) -> int:
    """Return a column's place from 0: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
