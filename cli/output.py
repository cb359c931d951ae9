"""How verbs print: rows and records on stdout as people, scripts or programs read them; sentences on stderr."""

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import typer

from cli.options import JsonOption, PlainOption, QuietOption, VerboseOption

_WIDEST = 72
"""Columns a cell takes at most where people read; scripts and programs get all of it."""
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Output:
    """What a verb was asked to print like; data goes to stdout, everything else to stderr."""

    form: Literal["text", "plain", "json"] = "text"
    quiet: bool = False
    verbose: bool = False

    def rows(self, columns: Sequence[str], rows: Sequence[Row], *, cut: bool = True) -> None:
        """Print a list: aligned under a heading, long cells cut; a line each with tabs between; or a JSON array of objects."""
        if self.form == "json":
            _write(_json([{column: row[column] for column in columns} for row in rows]))
        elif self.form == "plain":
            for row in rows:
                _write("\t".join(_cell(row[column]) for column in columns))
        elif rows:
            shown = _short if cut else _cell
            self._table(columns, [[shown(row[column]) for column in columns] for row in rows])

    def record(self, record: Row) -> None:
        """Print one thing, whose lists of rows become tables of their own, each plain line beginning with their name."""
        if self.form == "json":
            _write(_json(record))
            return
        parts = {name: value for name, value in record.items() if _is_table(value)}
        alone = {name: value for name, value in record.items() if name not in parts}
        width = max((len(name) for name in alone), default=0)
        for name, value in alone.items():
            _write(f"{name}\t{_cell(value)}" if self.form == "plain" else f"{name:<{width}}  {_cell(value)}".rstrip())
        for name, rows in parts.items():
            if self.form == "plain":
                for row in rows:
                    _write("\t".join([name, *(_cell(value) for value in row.values())]))
            else:
                _write(f"\n{name}")
                self._table(list(rows[0]), [[_short(value) for value in row.values()] for row in rows])

    def text(self, text: str) -> None:
        """Print several lines as they are, after an empty one."""
        _write("\n" + "\n".join(visible(line) for line in text.split("\n")))

    def say(self, sentence: str) -> None:
        """Tell people something on stderr, unless they want it quiet."""
        if not self.quiet:
            tell(sentence)

    def detail(self, sentence: str) -> None:
        """Tell those who want to know more."""
        if self.verbose:
            tell(sentence)

    @contextmanager
    def progress(self, text: str, total: int) -> Iterator[Callable[[int], None]]:
        """Yield what is to be told how far a long verb has come (of `total`)."""
        from cli.console import paced  # noqa: PLC0415 - see cli.main

        with paced(text, total, quiet=self.quiet) as moved:
            yield moved

    @staticmethod
    def _table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
        widths = [max(_width(line[index]) for line in [columns, *cells]) for index in range(len(columns))]
        heading = "  ".join(_padded(column, width) for column, width in zip(columns, widths, strict=True)).rstrip()
        _write(f"\x1b[1m{heading}\x1b[0m" if _coloured() else heading)
        for line in cells:
            _write("  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip())


def output_of(
    as_json: JsonOption = False, plain: PlainOption = False, quiet: QuietOption = False, verbose: VerboseOption = False
) -> Output:
    """Return what the options ask for; two that contradict each other are a slip."""
    if as_json and plain:
        raise typer.BadParameter("--json and --plain cannot both be had.")
    if quiet and verbose:
        raise typer.BadParameter("--quiet and --verbose cannot both be had.")
    return Output("json" if as_json else "plain" if plain else "text", quiet, verbose)


def tell(sentence: str) -> None:
    """Write a line to stderr, whatever is in it."""
    sys.stderr.write(f"{visible(sentence)}\n")
    sys.stderr.flush()


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: 1 event, 2 events."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def visible(text: str) -> str:
    """Return a text that moves no cursor and breaks no line: what cannot be seen stands as its code."""
    if text.isprintable():
        return text
    return "".join(f"\\x{ord(one):02x}" if unicodedata.category(one) in _UNSEEN else one for one in text)


def written(value: object) -> object:
    """Return a value as JSON has it: instants as RFC 3339 in UTC, bytes in hexadecimal."""
    if isinstance(value, datetime):
        from shared.kernel.envelope import instant  # noqa: PLC0415 - see cli.main

        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=written)


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ",".join(_cell(item) for item in value)
    if isinstance(value, datetime | date | bytes):
        value = written(value)
    return visible(str(value))


def _short(value: object) -> str:
    cell = _cell(value)
    if _width(cell) <= _WIDEST:
        return cell
    while _width(cell) >= _WIDEST:
        cell = cell[:-1]
    return f"{cell}…"


def _width(cell: str) -> int:
    """Return the columns a text takes on a terminal: two for each Chinese character."""
    return len(cell) if cell.isascii() else sum(_columns(one) for one in cell)


def _columns(one: str) -> int:
    if unicodedata.combining(one):
        return 0
    return 2 if unicodedata.east_asian_width(one) in ("W", "F") else 1


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
