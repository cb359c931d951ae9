"""Needs from a sheet: every row decided and answered by itself, by the very rules of `POST /needs`."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from services.intake.commands import SubmitNeed
from services.intake.spreadsheets.table import Row, Table, opened
from services.intake.spreadsheets.words import CHANNELS, KINDS
from shared.kernel.ids import uuid7
from shared.web.files import Receiving

MOST_BYTES = 64 << 20
_AT_ONCE = 256


class ImportParams(BaseModel):
    """How a sheet is taken in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: Annotated[bool, Field(description="Say what would become of every row; write nothing")] = False
    ledger: Annotated[
        str, Field(pattern=r"^[0-9A-Za-z._-]{0,64}$", description="The ledger whose row ids these are: those of another mean other rows")
    ] = ""


async def import_needs(receiving: Receiving) -> Mapping[str, Any]:
    """Take needs in from an .xlsx or .csv sheet; the same rows again change nothing."""
    table = await asyncio.to_thread(opened, receiving.file)
    rows, identities = table.rows(), _Identities(receiving.params.ledger)
    items: list[Mapping[str, Any]] = []
    # One piece of the sheet in memory at a time, and no more commands at once than the appender gathers.
    while piece := await asyncio.to_thread(_next, rows):
        answers = (receiving.told(_one(receiving, row, identities.of(row))) for row in piece)
        items += [_item(row, answer, table) for row, answer in zip(piece, await asyncio.gather(*answers), strict=True)]
    outcomes = Counter("refused" if "problem" in item else "repeated" if item.get("repeated") else "taken" for item in items)
    return {
        "dry_run": receiving.params.dry_run,
        "rows": len(items),
        **{outcome: outcomes[outcome] for outcome in ("taken", "repeated", "refused")},
        "columns_ignored": table.ignored,
        "items": items,
    }


def _next(rows: Iterator[Row]) -> list[Row]:
    return list(islice(rows, _AT_ONCE))


async def _one(receiving: Receiving, row: Row, key: str) -> Mapping[str, Any]:
    if row.fault is not None:
        raise row.fault
    rehearsed = receiving.params.dry_run
    answer = await receiving.give(SubmitNeed, orjson.dumps(_body(row.values)), filled={"need_id": uuid7()}, key=key, rehearsed=rehearsed)
    if answer is None:
        return {"status": 200}
    said = {"id": answer.stream.partition("-")[2], "version": answer.version, "position": str(answer.position)}
    if answer.position <= receiving.head:
        return {"status": 200, **said, "repeated": True}
    return {"status": 201, **said}


def _body(values: Mapping[str, str]) -> dict[str, Any]:
    """Return what `POST /needs` would be sent; a word that is none of ours goes in as it is, to be refused there."""
    name, phone = values.get("name"), values.get("phone")
    body: dict[str, Any] = {field: values[field] for field in ("title", "detail", "town")}
    body["kind"] = KINDS.get(values["kind"], values["kind"])
    body["channel"] = CHANNELS.get(values["channel"], values["channel"])
    body["petitioner"] = {"name": name or "", "phone": phone or None} if name or phone else None
    return body


def _item(row: Row, answer: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
    """Return a row's answer; of a problem what concerns the row, each fault with the column it stands in."""
    if "problem" not in answer:
        return {"row": row.number, **answer}
    problem = {key: answer["problem"][key] for key in ("code", "title", "errors") if key in answer["problem"]}
    if "errors" in problem:
        problem["errors"] = [{**fault, "column": _column(fault["pointer"], table)} for fault in problem["errors"]]
    return {"row": row.number, "status": answer["status"], "problem": problem}


def _column(pointer: str, table: Table) -> str | None:
    return table.names.get(pointer.rpartition("/")[2])


class _Identities:
    """Gives every row the id it keeps: its own, else what stands in it and the how-manieth of that content it is."""

    def __init__(self, ledger: str) -> None:
        self._ledger = ledger
        self._alike: Counter[bytes] = Counter()

    def of(self, row: Row) -> str:
        """Return a row's idempotency key."""
        if own := row.values.get("row_id"):
            told = ["id", own]
        else:
            content = orjson.dumps([self._ledger, *sorted(row.values.items())])
            alike = hashlib.sha256(content).digest()
            self._alike[alike] += 1
            told = ["content", alike.hex(), str(self._alike[alike])]
        return f"import-{hashlib.sha256(orjson.dumps([self._ledger, *told])).hexdigest()}"
