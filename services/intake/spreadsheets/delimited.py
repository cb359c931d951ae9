"""CSV: UTF-8 with or without a mark, or GB 18030 (of which GBK is a part), found out by reading."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from services.intake.spreadsheets.line import Line
from shared.web.problem import Problem

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A text whose encoding is known and whose quotes pair up."""

    file: IO[bytes]
    encoding: str

    def lines(self) -> Iterator[Line]:
        """Yield every record from the first."""
        with _text(self.file, self.encoding) as text:
            for number, cells in enumerate(csv.reader(text, strict=True), 1):
                yield Line(number, cells)


def opened(file: IO[bytes], *, rows: int, columns: int) -> Source:
    """Return the source, read through once; Problem where its encoding, its quotes or its size do not fit."""
    source = Source(file, _encoding(file))
    number = 0
    try:
        for line in source.lines():
            number = line.number
            if number > rows or len(line.cells) > columns:
                raise Problem("sheet_too_large", rows=rows, columns=columns)
    except csv.Error as fault:
        raise Problem("row_malformed", row=number + 1) from fault
    return source


def _encoding(file: IO[bytes]) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while piece := file.read(_PIECE):
                if b"\x00" in piece:
                    raise Problem("file_not_a_sheet")
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Problem("encoding_unknown")


@contextmanager
def _text(file: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()
