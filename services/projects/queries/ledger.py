"""The standing register (台账): what was opened, is open, and left, at any day, reconciled by machine."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shared.web.routes import OneParams, Page, Params, Reading, page

TODAY = "SELECT (recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS today FROM log.heads WHERE county = $1"
PROFILE_ON = """
SELECT profile FROM read.county_profile WHERE county = $1 ORDER BY (effective_from <= $2) DESC, effective_from DESC, position DESC LIMIT 1
"""
BOOK = "SELECT level, days FROM read.ledger_book WHERE county = $1"
BOARD = """
SELECT level, standing, count(*) AS count FROM (
  SELECT coalesce(level, 'unknown') AS level, (
    SELECT move ->> 1 FROM jsonb_array_elements(ledger_moves) WITH ORDINALITY AS moves (move, number)
    WHERE $2::date IS NULL OR (move ->> 0)::date <= $2 ORDER BY number DESC LIMIT 1
  ) AS standing
  FROM read.project_board WHERE county = $1 AND ledger_moves IS NOT NULL
) AS standings WHERE standing IS NOT NULL GROUP BY 1, 2
"""
ASTRAY = """
SELECT project_id, status, ledger_moves -> -1 ->> 1 AS standing FROM read.project_board
WHERE county = $1 AND ledger_moves IS NOT NULL AND ledger_moves -> -1 ->> 1 <> CASE status
  WHEN 'signed-off' THEN 'signed_off' WHEN 'withdrawn' THEN 'withdrawn' WHEN 'merged' THEN 'merged' ELSE 'open' END
ORDER BY position LIMIT 100
"""
ANNOUNCED = """
SELECT announcement_id AS id, position, label, levels, figure, announced_on, source FROM read.announcements
WHERE county = $1 AND position > $2 AND ($4::date IS NULL OR announced_on <= $4) ORDER BY position LIMIT $3
"""
_COLUMNS = ("opened", "open", "signed_off", "withdrawn", "merged")
_MANY = 1_000
Days = Mapping[str, Mapping[str, int]]
Counts = Mapping[str, int]


class LedgerParams(OneParams):
    """The cut-off: the end of a day in Asia/Shanghai; now, where none is given."""

    on: date | None = None


class AnnouncementFilters(Params):
    """How the list of announced figures may be narrowed: to those announced by a day."""

    on: date | None = None


async def ledger(reading: Reading) -> Mapping[str, Any]:
    """Show what each level's register opened, holds and lost by a day, and whether it all adds up; every difference is named."""
    wanted: LedgerParams = reading.params
    county, fetch = reading.county, reading.connection.fetch
    books: dict[str, Days] = {row["level"]: row["days"] or {} for row in await fetch(BOOK, county)}
    standing: dict[str, Counter[str]] = {}
    for row in await fetch(BOARD, county, wanted.on):
        standing.setdefault(row["level"], Counter())[row["standing"]] += row["count"]
    astray = [dict(row) for row in await fetch(ASTRAY, county)] if wanted.on is None else []
    announced = [dict(row) for row in await fetch(ANNOUNCED, county, 0, _MANY, wanted.on)]
    day = wanted.on
    if day is None:
        today = await reading.connection.fetchrow(TODAY, county)
        day = None if today is None else today["today"]
    found = None if day is None else await reading.connection.fetchrow(PROFILE_ON, county, day)
    order = [level["code"] for level in found["profile"]["levels"]] if found is not None else []
    return {"on": wanted.on, **reconcile(books, standing, announced, astray, on=wanted.on, order=order)}


async def announcements(reading: Reading) -> Page:
    """List announced figures in the order they were recorded."""
    wanted: AnnouncementFilters = reading.params
    return page(await reading.connection.fetch(ANNOUNCED, reading.county, wanted.after, wanted.limit, wanted.on), wanted.limit)


def reconcile(
    books: Mapping[str, Days],
    standing: Mapping[str, Counts],
    announced: Sequence[Mapping[str, Any]] = (),
    astray: Sequence[Mapping[str, Any]] = (),
    *,
    on: date | None = None,
    order: Sequence[str] = (),
) -> Mapping[str, Any]:
    """Hold the book of movements, the board's projects and announced figures against each other.

    `books`: level to day to movements; `standing`: level to how many projects the board has open, signed_off, withdrawn, merged by `on`.
    Each level says what the board has; it is balanced where that makes what the book has opened, and left what the book has leaving it.
    An announced figure is held against what the book had opened in its levels by the day it was announced for.
    """
    differences: list[dict[str, Any]] = []
    levels: list[dict[str, Any]] = []
    for level in _in_order({*books, *standing}, order):
        booked = _booked(books.get(level, {}), on)
        board = {name: standing.get(level, {}).get(name, 0) for name in _COLUMNS[1:]}
        board = {"opened": sum(board.values()), **board}
        found = [name for name in _COLUMNS if booked[name] != board[name]]
        differences += [
            {
                "kind": "book-and-board",
                "level": level,
                "what": name,
                "book": booked[name],
                "board": board[name],
                "difference": booked[name] - board[name],
            }
            for name in found
        ]
        levels.append({"level": level, **board, "balanced": not found})
    differences += [
        {"kind": "standing", "project_id": str(at["project_id"]), "status": at["status"], "ledger": at["standing"]} for at in astray
    ]
    compared = [_compared(row, books) for row in announced]
    differences += [{"kind": "announced", **each} for each in compared if each["difference"]]
    total = {name: sum(level[name] for level in levels) for name in _COLUMNS}
    return {
        "verdict": "differences" if differences else "reconciled",
        "levels": levels,
        "total": total,
        "announced": compared,
        "differences": differences,
    }


def _in_order(levels: Iterable[str], order: Sequence[str]) -> list[str]:
    places = {level: place for place, level in enumerate(order)}
    return sorted(levels, key=lambda level: (places.get(level, len(places)), level))


def _booked(days: Days, on: date | None) -> dict[str, int]:
    until = None if on is None else on.isoformat()
    moved: Counter[str] = Counter()
    for day, movements in days.items():
        if until is None or day <= until:
            moved.update(movements)
    signed_off = moved["signed_off"] - moved["returned"]
    left = signed_off + moved["withdrawn"] + moved["merged"]
    return {
        "opened": moved["opened"],
        "open": moved["opened"] - left,
        "signed_off": signed_off,
        "withdrawn": moved["withdrawn"],
        "merged": moved["merged"],
    }


def _compared(row: Mapping[str, Any], books: Mapping[str, Days]) -> dict[str, Any]:
    parts = {level: _booked(books.get(level, {}), row["announced_on"])["opened"] for level in row["levels"]}
    register = sum(parts.values())
    return {
        "id": str(row["id"]),
        "label": row["label"],
        "announced_on": row["announced_on"].isoformat(),
        "announced": row["figure"],
        "register": register,
        "parts": parts,
        "difference": register - row["figure"],
    }
