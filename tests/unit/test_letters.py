"""Letters: a notice of any kind becomes an official document that says exactly what the notice says."""

import re
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import get_args

import pytest
from docx import Document
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.supervision.letters.layout import BODY_FONT, FALLBACKS, FOLDER, KINDS, TITLE_FONT, build
from services.supervision.letters.letter import Letter, printed
from shared.contracts.values import NoticeKind
from shared.kernel.text import Paragraphs
from shared.web.files import disposition

LETTER = Letter(
    kind="rectification-letter",
    county="邵阳县",
    number="邵学教办〔2021〕11号",
    title="关于限期整改台账不实问题的函",
    text="经督查，你单位台账不实。\n\n　　请对照三项原则逐条整改。",
    addressees=("塘渡口镇党委", "县教育局党组"),
    issued_on=date(2021, 11, 1),
    acknowledge_by=date(2021, 11, 2),
    reply_by=date(2021, 11, 8),
)
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def lines(letter: Letter) -> list[str]:
    return [paragraph.text for paragraph in Document(BytesIO(printed(letter))).paragraphs if paragraph.text]


def test_every_kind_of_notice_has_its_template() -> None:
    assert {*get_args(NoticeKind)} <= {*KINDS}
    assert {file.stem for file in FOLDER.glob("*.docx")} == {*KINDS}


@EVERY_KIND
def test_a_committed_template_is_what_its_layout_makes(kind: str) -> None:
    made = BytesIO()
    build(KINDS[kind]).save(made)
    with zipfile.ZipFile(made) as new, zipfile.ZipFile(FOLDER / f"{kind}.docx") as kept:
        assert {name: new.read(name) for name in new.namelist()} == {name: kept.read(name) for name in kept.namelist()}


@EVERY_KIND
def test_a_letter_says_who_what_to_whom_and_until_when(kind: str) -> None:
    said = lines(replace(LETTER, kind=kind))
    assert said[0] == "中共邵阳县委学教办"
    assert said[1].replace("\u2002", "") == KINDS[kind].label
    assert said[2:] == [
        "邵学教办〔2021〕11号",
        "关于限期整改台账不实问题的函",
        "塘渡口镇党委、县教育局党组：",
        "经督查，你单位台账不实。",
        "请对照三项原则逐条整改。",
        "请于2021年11月2日以前签收，2021年11月8日以前书面回复办理情况。",
        "中共邵阳县委学教办",
        "2021年11月1日",
        "中共邵阳县委学教办\t2021年11月1日印发",
    ]


def test_what_is_not_asked_is_not_said() -> None:
    silent = lines(replace(LETTER, acknowledge_by=None, reply_by=None, number=None))
    assert not [line for line in silent if "以前" in line or "号" in line]
    assert "请于2021年11月2日以前签收。" in lines(replace(LETTER, reply_by=None))
    assert "请于2021年11月8日以前书面回复办理情况。" in lines(replace(LETTER, acknowledge_by=None))


def test_addressees_too_many_for_the_first_page_stand_at_the_end() -> None:
    everyone = tuple(f"第{number}党总支" for number in range(200))
    said = lines(replace(LETTER, addressees=everyone))
    assert said[-2] == f"主送：{'、'.join(everyone)}。"
    assert not [line for line in said if line.endswith("：")]


@pytest.mark.parametrize(
    "text",
    [
        "{{ county }} {% raw %} {# note #} {{% %}}",
        "{_{ x }_} {_% y %_}",
        "<w:p>&amp; &#123; \"'",
        "𠮷野家、𬍛、𪚥、\U0003134a 诸同志",
        "\ufffe占位\uffff",
        "甲\t乙",
    ],
)
def test_text_that_looks_like_code_or_is_rare_comes_out_as_text(text: str) -> None:
    said = lines(replace(LETTER, title=text, text=text, addressees=(text,), number=text, county=text))
    expected = text.replace("\ufffe", "").replace("\uffff", "")
    assert said[2:6] == [expected, expected, f"{expected}：", expected]


TAKEN = TypeAdapter(Paragraphs)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_every_text_a_notice_may_have_is_printed_word_for_word(text: str) -> None:
    try:
        TAKEN.validate_python(text)
    except ValidationError:
        return
    said = lines(replace(LETTER, text=text))
    body = said[5 : said.index("请于2021年11月2日以前签收，2021年11月8日以前书面回复办理情况。")]
    wanted = [line.strip().replace("\ufffe", "").replace("\uffff", "") for line in text.splitlines()]
    assert body == [line for line in wanted if line]


def test_a_text_of_five_thousand_characters_is_printed_whole() -> None:
    assert "字" * 5_000 in lines(replace(LETTER, text="字" * 5_000))


@EVERY_KIND
def test_a_page_has_the_measures_of_the_standard(kind: str) -> None:
    document = Document(BytesIO(printed(replace(LETTER, kind=kind))))
    section = document.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(size / Mm(1)) for size in sizes if size is not None] == [210, 297, 37, 35, 28, 26]
    normal = document.styles["Normal"]
    assert (normal.font.size, normal.paragraph_format.line_spacing) == (Pt(16), Pt(28.95))
    title = next(paragraph for paragraph in document.paragraphs if paragraph.text == LETTER.title)
    assert title.runs[0].font.size == Pt(22)
    assert f'w:eastAsia="{TITLE_FONT}"' in title.runs[0]._r.xml
    assert f'w:eastAsia="{BODY_FONT}"' in normal.element.xml


def test_every_font_has_others_that_may_stand_in_for_it() -> None:
    with zipfile.ZipFile(BytesIO(printed(LETTER))) as parts:
        table = parts.read("word/fontTable.xml").decode()
    assert {*re.findall(r'<w:font w:name="(.+?)"><w:altName', table)} == {*FALLBACKS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_stands_at_the_right_of_a_letter_and_in_the_middle_of_a_document(kind: str) -> None:
    document = Document(BytesIO(printed(replace(LETTER, kind=kind))))
    number = next(paragraph for paragraph in document.paragraphs if paragraph.text == LETTER.number)
    assert str(number.alignment).startswith("RIGHT" if KINDS[kind].letter else "CENTER")
    assert document.sections[0].different_first_page_header_footer is KINDS[kind].letter


def test_a_file_s_name_survives_a_header() -> None:
    said = disposition('限期"整改"\r\n𠮷.docx', inline=False)
    assert said.startswith('attachment; filename="')
    assert said.endswith("filename*=UTF-8''%E9%99%90%E6%9C%9F%22%E6%95%B4%E6%94%B9%22%0D%0A%F0%A0%AE%B7.docx")
    assert said.isascii()
    assert "\n" not in said
