"""The list of needs as a sheet: nothing in a cell that a spreadsheet would carry out, nothing personal."""

import asyncio
import csv
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import xlsxwriter
from pydantic import Field

from services.intake.queries.needs import NeedFilters, needs
from services.intake.spreadsheets.words import EXPORTED, SAID
from shared.kernel.workdays.instants import SHANGHAI
from shared.web.files import Sent
from shared.web.routes import Reading

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
_PAGE = 2_000
_CARRIED_OUT = "=+-@\t\r\n＝＋－＠"
"""What a cell begins with that spreadsheets take for a formula, or skip on the way to one; full-width forms count as well."""
_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF))


class ExportFilters(NeedFilters):
    """How the exported list may be narrowed, and the format of the file."""

    format: Annotated[Literal["xlsx", "csv"], Field(description="A workbook, or UTF-8 text with a mark that Excel understands")] = "xlsx"


class _Sheet(Protocol):
    def add(self, rows: Sequence[Sequence[str]]) -> None: ...

    def close(self) -> None: ...


async def export_needs(reading: Reading) -> Sent | None:
    """Give the list of needs as a sheet, as of one moment."""
    wanted: ExportFilters = reading.params
    handle, name = tempfile.mkstemp(prefix="yinuo-needs-", suffix=f".{wanted.format}")
    os.close(handle)
    path = Path(name)
    try:
        await _written(reading, wanted, _Workbook(path) if wanted.format == "xlsx" else _Text(path))
    except BaseException:
        os.unlink(path)  # noqa: PTH108 - one call to the kernel, nothing to wait for
        raise
    return Sent(f"诉求清单-{reading.county}.{wanted.format}", XLSX if wanted.format == "xlsx" else CSV, path)


async def _written(reading: Reading, wanted: ExportFilters, sheet: _Sheet) -> None:
    try:
        sheet.add([list(EXPORTED)])
        after: int | None = wanted.after
        while after is not None:
            page = await needs(replace(reading, params=wanted.model_copy(update={"after": after, "limit": _PAGE})))
            await asyncio.to_thread(sheet.add, [line(item) for item in page.items])
            after = page.next
    finally:
        await asyncio.to_thread(sheet.close)


def line(item: Mapping[str, Any]) -> list[str]:
    """Return a need's cells."""
    return [harmless(_said(field, item.get(field))) for field in EXPORTED.values()]


def harmless(text: str) -> str:
    """Return a text that no spreadsheet carries out: an apostrophe before whatever could begin a formula."""
    text = text.translate(_NO_XML)
    return f"'{text}" if text.lstrip(" \u3000\xa0")[:1] in _CARRIED_OUT and text.strip() else text


def _said(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(" ", "minutes")[:16]
    return SAID.get(field, {}).get(str(value), str(value))


class _Workbook:
    """An .xlsx file, written line by line."""

    def __init__(self, path: Path) -> None:
        # Every cell is a text: what looks like a formula, a number or a link stays what was written.
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        self._sheet = self._book.add_worksheet("诉求清单")
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(EXPORTED) - 1, 18)
        self._next = 0

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Write lines below those there are."""
        for row in rows:
            for column, text in enumerate(row):
                self._sheet.write_string(self._next, column, text)
            self._next += 1

    def close(self) -> None:
        """Finish the file."""
        self._book.close()


class _Text:
    """A .csv file in UTF-8, with the mark without which Excel takes it for something else."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Write lines below those there are."""
        self._writer.writerows(rows)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
