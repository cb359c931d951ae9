"""Finds every text of the portal's pages and keeps the English catalogue complete: `python -m deploy.words` adds what is new.

Texts are what templates and pages give to `_`, and the Chinese in tables of constants that pages translate when they show it.
A text that is not translated yet stays Chinese on the page; the tests name it.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

PORTAL = Path(__file__).parents[1] / "services" / "portal"
FILE = PORTAL / "locale" / "en.po"
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w*\}")
_KEYWORDS = {"_": None, "gettext": None}
_OPTIONS = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
_NOT_SHOWN = {"gallery.html", "samples.html"}
"""The gallery of components, which no visitor sees."""
_LETTERS = {"letters.py", "bulletins.py"}
"""What is written into letters, which are Chinese."""


def texts(portal: Path = PORTAL) -> dict[str, list[str]]:
    """Return every text of the pages with the files it stands in, in the order of files."""
    found: dict[str, list[str]] = {}
    for file in [*sorted((portal / "templates").rglob("*.html")), *sorted(portal.rglob("*.py"))]:
        if file.name in _NOT_SHOWN | _LETTERS:
            continue
        name = file.relative_to(portal).as_posix()
        for text in _of_template(file) if file.suffix == ".html" else _of_code(file, constants=name.startswith("pages/")):
            if name not in found.setdefault(text, []):
                found[text].append(name)
    return {text: names for text, names in found.items() if _CHINESE.search(text)}


def _of_template(file: Path) -> Iterator[str]:
    with file.open("rb") as stream:
        for _line, text, _comments, _context in extract("jinja2.ext:babel_extract", stream, _KEYWORDS, (), _OPTIONS):
            yield from (text,) if isinstance(text, str) else text


def _of_code(file: Path, *, constants: bool) -> Iterator[str]:
    """Yield what is given to `_`, also within f-strings, and the Chinese in constants of pages' modules."""
    tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_gettext(node.func) and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)
    if constants:
        for statement in tree.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                for node in ast.walk(statement.value):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CHINESE.search(node.value):
                        yield node.value


def _is_gettext(function: ast.expr) -> bool:
    return (isinstance(function, ast.Name) and function.id == "_") or (isinstance(function, ast.Attribute) and function.attr == "_")


def catalogue(file: Path = FILE) -> Catalog:
    """Return the English catalogue; an empty one where there is none."""
    if not file.is_file():
        return Catalog(locale="en")
    with file.open("rb") as stream:
        return read_po(stream, locale="en")


def wrong(portal: Path = PORTAL, file: Path = FILE) -> list[str]:
    """Return a sentence for each text without a translation, with other placeholders than its own, or that no page shows any more."""
    wanted, kept = texts(portal), catalogue(file)
    told = {str(message.id): str(message.string or "") for message in kept if message.id}
    found = [f"not translated: {text} ({names[0]})" for text, names in wanted.items() if not told.get(text)]
    found += [
        f"other placeholders: {text} / {told[text]}" for text in wanted if told.get(text) and placeholders(text) != placeholders(told[text])
    ]
    return found + [f"shown nowhere: {text}" for text in told if text not in wanted]


def placeholders(text: str) -> list[str]:
    """Return what is filled into a text."""
    return sorted(_PLACEHOLDER.findall(text))


def refresh(file: Path = FILE) -> int:
    """Write the catalogue anew with every text there is, translations kept; return how many lack one."""
    kept = catalogue(file)
    made = Catalog(locale="en", fuzzy=False)
    for text, names in sorted(texts().items(), key=lambda item: (item[1], item[0])):
        before = kept.get(text)
        made.add(text, before.string if before is not None else "", locations=[(name, 1) for name in names])
    file.parent.mkdir(exist_ok=True)
    with file.open("wb") as stream:
        write_po(stream, made, width=140, omit_header=True, include_lineno=False)  # the same texts make the same file
    return sum(1 for message in made if message.id and not message.string)


if __name__ == "__main__":
    missing = refresh()
    sys.stdout.write(f"{FILE.relative_to(Path.cwd()) if FILE.is_relative_to(Path.cwd()) else FILE}: {missing} to translate\n")
