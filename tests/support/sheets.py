"""Sheets as tests make them, and the desk they are brought to."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import xlsxwriter

from services.intake.commands import SubmitNeed
from services.intake.decider import NEED
from services.intake.spreadsheets.importing import ImportParams, import_needs
from services.intake.spreadsheets.table import Table, opened
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.event_log import Answer
from shared.kernel.rules import Asked, Command
from shared.kernel.testing import by
from shared.web.endpoints import validated
from shared.web.files import Receiving
from shared.web.problem import Problem, of_rejection
from shared.web.routes import body_of, build

HEADER = ["编号", "类型", "渠道", "标题", "内容", "乡镇代码", "姓名", "电话"]
LAMP = ["A1", "需求", "走访", "路灯坏了", "村口三盏不亮", "430523100", "陈𠮷英", "13800138000"]
WELL = ["A2", "微心愿", "窗口", "想要一口井", "天旱", "430523101", "", ""]


def as_csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(fill: Callable[[Any, Any], None]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    fill(book, book.add_worksheet("台账"))
    book.close()
    return out.getvalue()


def plain(rows: Sequence[Sequence[object]], top: int = 0, left: int = 0) -> bytes:
    return as_xlsx(lambda _book, sheet: [sheet.write_row(top + at, left, row) for at, row in enumerate(rows)] and None)


def changed(book: bytes, **parts: Callable[[str], str]) -> bytes:
    """Return a workbook with parts (named by the end of their path, without .xml) changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = parts.get(name.rpartition("/")[2].removesuffix(".xml"), str)
            new.writestr(name, change(old.read(name).decode()))
    return out.getvalue()


def table(content: bytes) -> Table:
    return opened(io.BytesIO(content))


def read(content: bytes) -> list[list[str]]:
    return [[row.values.get(field, "") for field in ("row_id", "title", "town", "name", "phone")] for row in table(content).rows()]


class Desk:
    """The way a command takes, as far as rules and keys go: checked, decided, remembered under its key."""

    def __init__(self) -> None:
        self.first: dict[str, tuple[bytes, Answer]] = {}

    async def give(
        self, command: type[Command], raw: bytes, *, filled: Mapping[str, Any], key: str | None = None, rehearsed: bool = False
    ) -> Answer | None:
        asking = build(command, validated(body_of(command), raw), filled)
        assert isinstance(asking, SubmitNeed)
        assert key is not None
        if key in self.first:
            if self.first[key][0] != raw:
                raise Problem("command_reused")
            return self.first[key][1]
        asked = Asked("430523", by("clerk"), datetime(2021, 11, 1, tzinfo=UTC), UUID(int=1), "")
        try:
            NEED.decide(asking, NEED.initial, asked)
        except Rejected as refused:
            raise of_rejection(refused) from refused
        if rehearsed:
            return None
        self.first[key] = raw, Answer(f"need-{derived('desk', key)}", 1, len(self.first) + 1)
        return self.first[key][1]

    def brings(self, content: bytes, **params: object) -> dict[str, Any]:
        async def told(item: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
            try:
                return await item
            except Problem as problem:
                return {"status": problem.status, "problem": problem.document("zh", "")}

        receiving = Receiving(
            io.BytesIO(content), len(content), "430523", by("clerk"), ImportParams.model_validate(params), {}, {}, None, len(self.first),
            self.give, told,
        )  # fmt: skip
        return dict(asyncio.run(import_needs(receiving)))
