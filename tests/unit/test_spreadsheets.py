"""Needs from sheets and to sheets: rows come in as they stand, and nothing that goes out is carried out."""

import asyncio
import csv
import io
import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from services.intake.commands import SubmitNeed
from services.intake.decider import NEED
from services.intake.spreadsheets.exporting import _Text, _Workbook, harmless, line
from services.intake.spreadsheets.importing import ImportParams, import_needs
from services.intake.spreadsheets.table import Table, opened
from services.intake.spreadsheets.words import EXPORTED
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


def refusal(content: bytes) -> Problem:
    with pytest.raises(Problem) as refused:
        list(table(content).rows())
    return refused.value


def how_read(content: bytes) -> str:
    try:
        list(table(content).rows())
    except Problem as problem:
        return problem.code
    return "read"


LAMP_READ = ["A1", "路灯坏了", "430523100", "陈𠮷英", "13800138000"]
WELL_READ = ["A2", "想要一口井", "430523101", "", ""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_in_the_encodings_that_offices_save(encoding: str) -> None:
    assert read(as_csv([HEADER, LAMP, WELL], encoding)) == [LAMP_READ, WELL_READ]


def test_gbk_is_read_as_well() -> None:
    assert read(as_csv([HEADER, WELL], "gbk")) == [WELL_READ]


def test_a_workbook_is_read_below_its_titles_wherever_its_table_begins() -> None:
    numbers = [*LAMP[:5], 430523100, LAMP[6], 13800138000]
    assert read(plain([HEADER, numbers, WELL])) == [LAMP_READ, WELL_READ]

    def titled(_book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 1, 0, 8, "2021年诉求台账")
        for at, row in enumerate([HEADER, LAMP, WELL]):
            sheet.write_row(3 + at, 1, row)

    assert read(as_xlsx(titled)) == [LAMP_READ, WELL_READ]


def test_headers_may_be_marked_renamed_and_in_any_order() -> None:
    header = ["标题*", "详细内容（必填）", "来 源", "类别", "乡镇代码", "备注"]
    found = table(as_csv([header, ["灯", "坏", "走访", "需求", "430523100", "急"]]))
    assert [row.values for row in found.rows()] == [{"title": "灯", "detail": "坏", "channel": "走访", "kind": "需求", "town": "430523100"}]
    assert found.ignored == ["备注"]


def test_dates_numbers_and_truths_become_the_text_they_show() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        for row, value in enumerate([datetime(2021, 11, 2), datetime(2021, 11, 2, 8, 30), 3.5, True, 7], 1):  # noqa: DTZ001 - sheets know no zone
            if isinstance(value, datetime):
                form = book.add_format({"num_format": "yyyy-mm-dd" if value.hour == 0 else "yyyy-mm-dd hh:mm"})
                sheet.write_datetime(row, 3, value, form)
            else:
                sheet.write(row, 3, value)

    assert [row[1] for row in read(as_xlsx(fill))] == ["2021-11-02", "2021-11-02 08:30", "3.5", "TRUE", "7"]


def test_a_cell_merged_down_counts_for_each_of_its_rows() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        for row in (1, 2, 3):
            sheet.write(row, 3, f"第{row}件")
        sheet.merge_range(1, 5, 2, 5, "430523100")
        sheet.write(3, 5, "430523101")

    assert [row[2] for row in read(as_xlsx(fill))] == ["430523100", "430523100", "430523101"]


def test_what_cannot_be_read_for_sure_refuses_its_row_and_no_other() -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.write_formula(1, 3, "=1+1", None, 2)
        sheet.write_formula(2, 3, "=1+1", None, "")
        sheet.write_formula(3, 3, "=NA()", None, "#N/A")
        sheet.merge_range(4, 3, 4, 4, "横着合并")
        sheet.write(5, 3, "好")
        sheet.write_formula(6, 9, "=1+1", None, "")
        sheet.write(6, 3, "旁边的列不读")

    rows = list(table(as_xlsx(fill)).rows())
    assert [(row.number, row.fault and (row.fault.code, row.fault.values)) for row in rows] == [
        (2, None),
        (3, ("formula_without_value", {"cell": "D3"})),
        (4, ("cell_in_error", {"cell": "D4"})),
        (5, ("cells_merged_across", {"cell": "D5"})),
        (6, None),
        (7, None),
    ]
    assert rows[0].values["title"] == "2"


def test_a_hidden_sheet_is_passed_over_and_blank_rows_are_no_rows() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["别的"])
        second = book.add_worksheet("真的")
        for at, row in enumerate([HEADER, LAMP, [""] * 8, [" ", "\u3000"], WELL]):
            second.write_row(at, 0, row)
        sheet.hide()
        second.activate()
        second.set_first_sheet()

    found = list(table(as_xlsx(fill)).rows())
    assert [row.number for row in found] == [2, 5]


def test_wrong_columns_are_named() -> None:
    assert refusal(as_csv([["标题", "内容", "姓名"], LAMP])).values == {"columns": "类型、渠道、乡镇代码"}
    assert refusal(b"").values == {"columns": "类型、渠道、标题、内容、乡镇代码"}
    twice = refusal(as_csv([[*HEADER, "诉求"], LAMP]))
    assert (twice.code, twice.values) == ("column_twice", {"column": "标题"})


BOOK = plain([HEADER, LAMP])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (as_csv([HEADER]) + b'"A1,' + "没有结束的引号".encode(), "row_malformed"),
        (as_csv([HEADER]) + b"\xff\xfe\xff", "encoding_unknown"),
        (as_csv([HEADER]) + b"\x00", "file_not_a_sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file_not_a_sheet"),
        (BOOK[: len(BOOK) // 2], "file_unreadable"),
        (b"PK\x03\x04 and no more", "file_unreadable"),
        (changed(BOOK, sheet1=lambda text: text.replace("</row>", "", 1)), "file_unreadable"),
        (changed(BOOK, sheet1=lambda text: text.replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')), "file_unreadable"),
        (changed(BOOK, sheet1=lambda text: text.replace('r="A2"', 'r="ZZZZ2"')), "file_unreadable"),
        (changed(BOOK, sheet1=lambda text: text.replace('r="A2"', 'r="XFD2"')), "sheet_too_large"),
        (changed(BOOK, sheet1=lambda text: text.replace('"2"', '"1048576"').replace('2"', '1048576"')), "sheet_too_large"),
        (as_csv([HEADER, [*LAMP, *["x"] * 60]]), "sheet_too_large"),
    ],
)
def test_what_is_no_table_is_refused_as_what_it_is(content: bytes, code: str) -> None:
    assert refusal(content).code == code


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    damaged = bytearray(BOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert how_read(bytes(damaged)) in {"read", "file_unreadable", "columns_missing", "sheet_too_large"}


def test_a_hundred_thousand_rows_and_no_more() -> None:
    many = as_csv([HEADER, *([LAMP] * 100_000)])
    assert sum(1 for _ in table(many).rows()) == 100_000
    assert refusal(many + as_csv([LAMP] * 20)).code == "sheet_too_large"


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


def counted(answer: Mapping[str, Any]) -> tuple[int, int, int]:
    return answer["taken"], answer["repeated"], answer["refused"]


BAD = ["A3", "需求", "烽火", "有事", "有事", "610330100", "", "139"]


def test_every_row_is_answered_by_itself_and_points_at_its_columns() -> None:
    desk = Desk()
    answer = desk.brings(as_csv([HEADER, LAMP, BAD, WELL]))
    assert counted(answer) == (2, 0, 1)
    assert [item["status"] for item in answer["items"]] == [201, 422, 201]
    problem = answer["items"][1]["problem"]
    assert answer["items"][1]["row"] == 3
    assert (problem["code"], {fault["column"] for fault in problem["errors"]}) == ("body_invalid", {"渠道", "姓名"})


def test_a_town_of_another_county_is_refused_by_the_same_rule_as_everywhere() -> None:
    (item,) = Desk().brings(as_csv([HEADER, [*LAMP[:5], "610330100", "", ""]]))["items"]
    assert (item["problem"]["code"], item["problem"]["errors"][0]["column"]) == ("town_not_in_county", "乡镇代码")


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    desk = Desk()
    sheet = as_csv([HEADER, LAMP, BAD, WELL])
    assert counted(desk.brings(sheet, dry_run="true")) == (2, 0, 1)
    assert desk.first == {}
    assert counted(desk.brings(sheet)) == (2, 0, 1)
    assert counted(desk.brings(sheet, dry_run="true")) == (0, 2, 1)


def test_the_same_rows_again_change_nothing_in_whatever_file_they_come() -> None:
    desk = Desk()
    first = desk.brings(as_csv([HEADER, LAMP, WELL]))
    again = desk.brings(plain([HEADER, WELL, LAMP]))
    assert counted(again) == (0, 2, 0)
    assert {item["id"] for item in again["items"]} == {item["id"] for item in first["items"]}


def test_rows_without_ids_are_known_by_what_they_say_and_alike_ones_are_counted() -> None:
    header, lamp, well = HEADER[1:], LAMP[1:], WELL[1:]
    desk = Desk()
    assert counted(desk.brings(as_csv([header, lamp, lamp, well]))) == (3, 0, 0)
    assert counted(desk.brings(as_csv([header, well, lamp, ["需求", "走访", "新的", "事", "430523100", "", ""], lamp]))) == (1, 3, 0)


def test_an_id_used_for_other_content_is_refused_unless_it_is_another_ledger_s() -> None:
    desk = Desk()
    other = ["A1", *WELL[1:]]
    assert counted(desk.brings(as_csv([HEADER, LAMP]))) == (1, 0, 0)
    refused = desk.brings(as_csv([HEADER, other]))
    assert refused["items"][0]["problem"]["code"] == "command_reused"
    assert counted(desk.brings(as_csv([HEADER, other]), ledger="2021-12")) == (1, 0, 0)


EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "\u3000=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", EVIL)
def test_a_cell_that_would_be_carried_out_is_not(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "  ", "路灯", "3-1", "a=b", "𠮷", "’=1"])
def test_other_cells_are_left_as_they_are(text: str) -> None:
    assert harmless(text) == text


NEED_ITEM = {
    "id": UUID("0199c1a8-1111-7000-8000-000000000001"),
    "kind": "micro-wish",
    "channel": "visit",
    "title": '=HYPERLINK("x")_x0041_ 𠮷\ufffe',
    "detail": "陈家的事",
    "town": "430523100",
    "status": "routed",
    "submitted_at": datetime(2021, 11, 1, 16, 30, tzinfo=UTC),
    "submitted_by": "li",
    "responsible_leader": "leader-7",
    "outcome": None,
}  # fmt: skip
WRITTEN = [
    "0199c1a8-1111-7000-8000-000000000001", "微心愿", "走访", "'=HYPERLINK(\"x\")_x0041_ 𠮷", "430523100", "办理中", "2021-11-02 00:30",
    "", "leader-7", "", "", "", "",
]  # fmt: skip


def test_a_line_says_it_in_words_in_the_county_s_time_and_nothing_personal() -> None:
    assert line(NEED_ITEM) == WRITTEN
    assert not {"detail", "answer", "submitted_by", "name", "phone"} & {*EXPORTED.values()}


def test_both_formats_are_read_back_as_they_were_written(tmp_path: Any) -> None:
    rows = [list(EXPORTED), *([WRITTEN] * 3)]
    for sheet in (book := _Workbook(tmp_path / "a.xlsx"), text := _Text(tmp_path / "a.csv")):
        sheet.add(rows[:1])
        sheet.add(rows[1:])
    book.close()
    text.close()
    found = CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_index(0).to_python()
    assert found == rows
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == rows
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
