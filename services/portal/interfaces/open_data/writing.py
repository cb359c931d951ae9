"""Rows as CSV or JSON, piece by piece."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import orjson

Form = Literal["csv", "json"]
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a text begins with it."""


class Writing:
    """Writes one file: head, rows, foot. `for_excel` begins it as Excel expects UTF-8, and disarms texts that look like formulas."""

    def __init__(self, form: Form, fields: Mapping[str, str], head: Mapping[str, Any], *, for_excel: bool = False) -> None:
        self._form = form
        self._fields = tuple(fields)
        self._head = head
        self._for_excel = for_excel and form == "csv"
        self._first = True

    def head(self) -> bytes:
        """Return how the file begins."""
        if self._form == "csv":
            return (BOM if self._for_excel else b"") + _csv([self._fields])
        return orjson.dumps(self._head)[:-1] + b',"items":['

    def rows(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return some rows."""
        if self._form == "csv":
            return _csv([[self._cell(value) for value in row] for row in rows])
        written = b",\n".join(orjson.dumps(dict(zip(self._fields, row, strict=True))) for row in rows)
        before = b"" if self._first or not written else b",\n"
        self._first = self._first and not written
        return before + written

    def foot(self) -> bytes:
        """Return how the file ends."""
        return b"" if self._form == "csv" else b"]}\n"

    def _cell(self, value: Any) -> str:  # noqa: ANN401 - any value of a row
        match value:
            case None:
                return ""
            case bool():
                return "true" if value else "false"
            case date():
                return value.isoformat()
            case str() if self._for_excel and value.startswith(_FORMULA):
                return f"'{value}"
        return str(value)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as RFC 4180 has them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
