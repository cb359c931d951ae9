"""Builds the templates: `python -m services.supervision.letters.layout`. Figures are of GB/T 9704-2012."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

FOLDER = Path(__file__).parent / "templates"
TITLE_FONT, BODY_FONT, LATIN_FONT, NUMBER_FONT = "方正小标宋简体", "仿宋_GB2312", "Times New Roman", "宋体"
FALLBACKS = {
    TITLE_FONT: "方正小标宋_GBK,小标宋体,Source Han Serif SC,Noto Serif CJK SC,宋体",
    BODY_FONT: "仿宋,FangSong,方正仿宋_GBK,STFangsong,Noto Serif CJK SC,宋体",
    NUMBER_FONT: "SimSun,Noto Serif CJK SC",
}
"""What stands in where a machine lacks a font, best first."""
TITLE_PT, BODY_PT, NOTE_PT = 22, 16, 14
"""Sizes 2号, 3号 and 4号."""
LINE_PT = 28.95
"""22 lines in 225 mm."""
CONDENSED_TWENTIETHS = -5
"""28 characters of 16 pt in 156 mm: each a quarter of a point narrower."""
RED = RGBColor(0xFF, 0x00, 0x00)
SENDER = "中共{{ county }}委学教办"
_TWIPS_A_CHAR = 315
_IN_ORDER = (
    "w:pBdr",
    "w:shd",
    "w:tabs",
    "w:overflowPunct",
    "w:autoSpaceDE",
    "w:autoSpaceDN",
    "w:snapToGrid",
    "w:spacing",
    "w:ind",
    "w:jc",
    "w:rPr",
)
"""Properties of a paragraph in the order of the schema, as far as they are set here."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of notice is headed: its name in red, and whether it is a letter (信函格式) or a document (文件格式)."""

    label: str
    letter: bool = False


KINDS = {
    "work-prompt": Kind("工作提示"),
    "issue-assignment-letter": Kind("问题交办函", letter=True),
    "rectification-letter": Kind("整改督办函", letter=True),
    "bulletin": Kind("通报"),
    "special-bulletin": Kind("专项通报"),
    "listing": Kind("挂牌督办通知", letter=True),
}


def build(kind: Kind) -> Any:  # noqa: ANN401 - a document of a library without types
    """Return the template of a kind."""
    document = Document()
    _page(document, kind)
    _normal(document)
    _head(document, kind)
    _say(document, "{{ title }}", TITLE_FONT, TITLE_PT, line=36, align="center", before=LINE_PT, after=LINE_PT)
    _only_if(document, "addressees", lambda: _say(document, "{{ addressees }}："))
    _say(document, "{%p for line in paragraphs %}")
    _say(document, "{{ line }}", indent=2)
    _say(document, "{%p endfor %}")
    asked = {
        "acknowledge_by and reply_by": "请于{{ acknowledge_by }}以前签收，{{ reply_by }}以前书面回复办理情况。",
        "acknowledge_by and not reply_by": "请于{{ acknowledge_by }}以前签收。",
        "reply_by and not acknowledge_by": "请于{{ reply_by }}以前书面回复办理情况。",
    }
    for condition, text in asked.items():
        _only_if(document, condition, lambda text=text: _say(document, text, indent=2))
    _signature(document)
    _record(document)
    _fallbacks(document)
    properties = document.core_properties
    properties.author, properties.title, properties.comments, properties.language = SENDER, "{{ title }}", "", "zh-CN"
    return document


def _page(document: Any, kind: Kind) -> None:  # noqa: ANN401
    """A4; 37, 35, 28 and 26 mm; page numbers outside, in dashes, below the text; a letter's first page has a rule instead."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(20 if kind.letter else 23)
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 - the library has no word for it
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)  # noqa: SLF001
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE_PT * 20)))
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], "right")
    _page_number(section.even_page_footer.paragraphs[0], "left")
    if kind.letter:
        section.different_first_page_header_footer = True
        rule = section.first_page_footer.paragraphs[0]
        _spaced(rule, line=6)
        _border(rule, "top", "thinThickSmallGap", wide=True)


def _normal(document: Any) -> None:  # noqa: ANN401
    style = document.styles["Normal"]
    style.font.size = Pt(BODY_PT)
    properties = style.element.get_or_add_rPr()
    _fonts(properties, BODY_FONT)
    narrower = OxmlElement("w:spacing")
    narrower.set(qn("w:val"), str(CONDENSED_TWENTIETHS))
    properties.insert_element_before(narrower, "w:sz", "w:szCs")
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)
    paragraph = style.paragraph_format
    paragraph.line_spacing_rule, paragraph.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    paragraph.space_before = paragraph.space_after = Pt(0)
    paragraph.widow_control = False
    for name in ("w:overflowPunct", "w:autoSpaceDE", "w:autoSpaceDN"):
        _off(style.element.get_or_add_pPr(), name)


def _head(document: Any, kind: Kind) -> None:  # noqa: ANN401
    """The sender and the kind in red, the number below, and the red rule."""
    _say(document, SENDER, TITLE_FONT, 26, line=40, align="center", colour=RED)
    _say(document, "\u2002".join(kind.label), TITLE_FONT, 40, line=60, align="center", colour=RED)
    if kind.letter:
        rule = _say(document, "", line=8, align="center")
        _border(rule, "bottom", "thickThinSmallGap", wide=True)
        _only_if(document, "number", lambda: _say(document, "{{ number }}", align="right"))
    else:
        _only_if(document, "number", lambda: _say(document, "{{ number }}", align="center", before=LINE_PT))
        rule = _say(document, "", line=12)
        _border(rule, "bottom", "single", wide=False)


def _signature(document: Any) -> None:  # noqa: ANN401
    """Sender and date at the right, the date four characters from the edge and the sender over it (7.3.5.1); never without its date."""
    sender = _say(document, SENDER, align="right", right=2, before=2 * LINE_PT)
    sender.paragraph_format.keep_with_next = True
    _say(document, "{{ issued_on }}", align="right", right=4, after=2 * LINE_PT)


def _record(document: Any) -> None:  # noqa: ANN401
    """The record at the end (版记): addressees that are too many for the first page, and who printed it when."""
    _only_if(document, "sent_to", lambda: _noted(document, "主送：{{ sent_to }}。", hanging=3))
    last = _noted(document, f"{SENDER}\t{{{{ issued_on }}}}印发")
    last.paragraph_format.tab_stops.add_tab_stop(Mm(156 - 5), alignment=2)
    _rule(document)


def _rule(document: Any) -> None:  # noqa: ANN401
    """A black rule as wide as the text, above or below what stands in the record."""
    _border(_say(document, "", size=1, line=4), "bottom", "single", wide=False, colour="000000")


def _noted(document: Any, text: str, *, hanging: int = 0) -> Paragraph:  # noqa: ANN401
    _rule(document)
    paragraph = _say(document, text, size=NOTE_PT)
    paragraph.paragraph_format.left_indent = Pt(NOTE_PT * (1 + hanging))
    paragraph.paragraph_format.first_line_indent = Pt(-NOTE_PT * hanging)
    paragraph.paragraph_format.right_indent = Pt(NOTE_PT)
    return paragraph


def _only_if(document: Any, condition: str, say: Any) -> None:  # noqa: ANN401
    _say(document, f"{{%p if {condition} %}}")
    say()
    _say(document, "{%p endif %}")


def _say(
    document: Any,  # noqa: ANN401
    text: str,
    font: str = BODY_FONT,
    size: float = BODY_PT,
    *,
    line: float = LINE_PT,
    align: str = "left",
    indent: int = 0,
    right: int = 0,
    before: float = 0,
    after: float = 0,
    colour: RGBColor | None = None,
) -> Paragraph:
    """Add a paragraph; `indent` and `right` are in characters, `line`, `before` and `after` in points."""
    paragraph: Paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    if (font, size) != (BODY_FONT, BODY_PT):
        run.font.size = Pt(size)
        _fonts(run._r.get_or_add_rPr(), font)  # noqa: SLF001
    if colour is not None:
        run.font.color.rgb = colour
    paragraph.alignment = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,  # justified, LibreOffice 7.4 was seen to swallow a comma at a line's end
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }[align]
    _spaced(paragraph, line=line)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
    if indent:
        paragraph.paragraph_format.first_line_indent = Emu(indent * _TWIPS_A_CHAR * 635)
    if right:
        paragraph.paragraph_format.right_indent = Emu(right * _TWIPS_A_CHAR * 635)
    return paragraph


def _off(properties: Any, name: str) -> None:  # noqa: ANN401
    """Switch a property of paragraphs off, in the place the schema has for it."""
    switch = OxmlElement(name)
    switch.set(qn("w:val"), "0")
    after = _IN_ORDER[_IN_ORDER.index(name) + 1 :]
    properties.insert_element_before(switch, *after)


def _spaced(paragraph: Paragraph, *, line: float) -> None:
    if line != LINE_PT:
        _off(paragraph._p.get_or_add_pPr(), "w:snapToGrid")  # noqa: SLF001
    paragraph.paragraph_format.line_spacing_rule, paragraph.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)


def _fonts(properties: Any, font: str) -> None:  # noqa: ANN401
    fonts = properties.get_or_add_rFonts()
    for kind, name in {"ascii": LATIN_FONT, "hAnsi": LATIN_FONT, "eastAsia": font, "cs": LATIN_FONT}.items():
        fonts.set(qn(f"w:{kind}"), name)


def _border(paragraph: Paragraph, side: str, style: str, *, wide: bool, colour: str = "FF0000") -> None:
    """Rule off a paragraph; a wide rule has 170 mm (a letter's), others the text's 156."""
    border = OxmlElement(f"w:{side}")
    for name, value in {"val": style, "sz": "18" if colour != "000000" else "6", "space": "1", "color": colour}.items():
        border.set(qn(f"w:{name}"), value)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(borders, *_IN_ORDER[1:])
    borders.append(border)
    if wide:
        paragraph.paragraph_format.left_indent = Mm(-8)
        paragraph.paragraph_format.right_indent = Mm(-6)


def _page_number(paragraph: Paragraph, side: str) -> None:
    """— 1 — in 4号 宋体, one character from the outer edge (7.5)."""
    right = side == "right"
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
    indent = Pt(NOTE_PT)
    if right:
        paragraph.paragraph_format.right_indent = indent
    else:
        paragraph.paragraph_format.left_indent = indent
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        run.font.size = Pt(NOTE_PT)
        _fonts(run._r.get_or_add_rPr(), NUMBER_FONT)  # noqa: SLF001
        if text is None:
            for kind in ("begin", "instr", "end"):
                mark = OxmlElement("w:instrText" if kind == "instr" else "w:fldChar")
                if kind == "instr":
                    mark.text = "PAGE"
                else:
                    mark.set(qn("w:fldCharType"), kind)
                run._r.append(mark)  # noqa: SLF001


def _fallbacks(document: Any) -> None:  # noqa: ANN401
    """Name the fonts that stand in, where word processors look for them: the document's font table."""
    (part,) = (part for part in document.part.package.parts if part.partname == "/word/fontTable.xml")
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, others in FALLBACKS.items()
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    part._blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()  # noqa: SLF001


def write(folder: Path = FOLDER) -> None:
    """Write every template."""
    folder.mkdir(exist_ok=True)
    for name, kind in KINDS.items():
        build(kind).save(str(folder / f"{name}.docx"))


if __name__ == "__main__":
    write()
