"""Needs from sheets: they come in as they stand, or are refused for what they are."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.web.problem import Problem
from tests.support.sheets import (
    HEADER,
    LAMP,
    WELL,
    as_csv,
    as_xlsx,
    changed,
    plain,
    read,
    table,
)


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
