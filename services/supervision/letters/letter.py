"""A notice's facts put into the template of its kind."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from io import BytesIO

from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

_FIRST_PAGE = 200
"""Characters of addressees (seven lines) past which they stand at the end, as the text must begin on the first page (GB/T 9704, 7.3.2)."""
_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF))
"""What XML 1.0 has no way to write, of the characters that texts may have."""
_ACTIVE = {ord(letter): f"&#{ord(letter)};" for letter in "&<>\"'{}%#_"}
"""What the template language or XML would read as its own, written so that only a reader of XML sees it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says."""

    kind: str
    county: str
    number: str | None
    title: str
    text: str
    addressees: tuple[str, ...]
    issued_on: date
    acknowledge_by: date | None
    reply_by: date | None


def printed(letter: Letter) -> bytes:
    """Return the letter as a .docx."""
    addressees = "、".join(letter.addressees)
    many = len(addressees) > _FIRST_PAGE
    template = DocxTemplate(BytesIO(_template(letter.kind)))
    template.render(
        {
            "county": _plain(letter.county),
            "number": None if letter.number is None else _plain(letter.number),
            "title": _plain(letter.title),
            "paragraphs": [_plain(line.strip()) for line in letter.text.splitlines() if line.strip()],
            "addressees": None if many else _plain(addressees),
            "sent_to": _plain(addressees) if many else None,
            "issued_on": _day(letter.issued_on),
            "acknowledge_by": letter.acknowledge_by and _day(letter.acknowledge_by),
            "reply_by": letter.reply_by and _day(letter.reply_by),
        },
        Environment(undefined=StrictUndefined, autoescape=True),
    )
    out = BytesIO()
    template.save(out)
    return out.getvalue()


@cache
def _template(kind: str) -> bytes:
    return (resources.files("services.supervision.letters") / "templates" / f"{kind}.docx").read_bytes()


def _plain(text: str) -> Markup:
    """Return a text that stays text, whatever it looks like."""
    return Markup(text.translate(_NO_XML).translate(_ACTIVE))  # noqa: S704 - escaped right here, further than HTML asks


def _day(day: date) -> str:
    """Write a date as official documents do: Arabic digits, no leading noughts (GB/T 9704, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"
