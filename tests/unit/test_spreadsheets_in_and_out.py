"""Every row of a sheet is answered by itself and once; nothing that goes out in one is carried out."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from services.intake.spreadsheets.exporting import _Text, _Workbook, harmless, line
from services.intake.spreadsheets.words import EXPORTED
from tests.support.sheets import HEADER, LAMP, WELL, Desk, as_csv, plain


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
