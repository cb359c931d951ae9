"""XML as the open interfaces write it: from plain values, without characters that XML 1.0 does not know."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

_UNKNOWN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ONE_OF = {"attributes": "attribute", "values": "value", "service_requests": "request", "services": "service", "errors": "error"}
"""By the name of a list, what each of its items is called."""


def text_of(value: object) -> str:
    """Return a value as text of an element: nothing for None, `true` and `false`, all else as it prints."""
    if value is None:
        return ""
    return _UNKNOWN.sub("", str(value).lower() if isinstance(value, bool) else str(value))


def child(parent: ET.Element, name: str, value: object = None, **attributes: str) -> ET.Element:
    """Add an element with a text and return it."""
    made = ET.SubElement(parent, name, {key: text_of(each) for key, each in attributes.items()})
    made.text = text_of(value) or None
    return made


def written(root: ET.Element) -> bytes:
    """Return a document's bytes, in UTF-8 and with a declaration."""
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + content


def document(name: str, value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return a JSON value as a document: members become elements, items of a list elements called as one of them."""
    root = ET.Element(name)
    _fill(root, value)
    return written(root)


def _fill(element: ET.Element, value: Any) -> None:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        for name, each in value.items():
            _fill(ET.SubElement(element, name), each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            _fill(ET.SubElement(element, _ONE_OF[element.tag]), each)
    else:
        element.text = text_of(value) or None
