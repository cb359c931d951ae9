"""No page of the portal is forgotten by those who look at them: every address that answers a GET is on one of two lists."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.looks import NOT_PAGES, SEEN

PORTAL = Path(__file__).parents[2] / "services" / "portal"
MACHINES = ("interfaces/open311", "interfaces/feeds")
"""Written in XML, JSON and Atom for other programs."""


def addresses(tree: ast.Module) -> Iterator[str]:
    """Yield every path that a module gives to a Page or a Route which answers a GET."""
    constants = {
        ast.unparse(target): node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
    }
    for node in ast.walk(tree):
        made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Page", "Route"}
        if made and ast.unparse(node.args[0]) != "page.path" and _answers_get(node):
            yield _text(node.args[0], constants)


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    """Return what a text, or one put together of texts, says; anything else is no address that could be looked at."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, constants) for part in parts)
        case ast.Name(id=name) | ast.FormattedValue(value=ast.Name(id=name)):
            return constants[name]
        case _:
            raise AssertionError(f"write the address out: {ast.unparse(node)}")


def _answers_get(call: ast.Call) -> bool:
    said = [ast.unparse(word.value) for word in call.keywords if word.arg == "methods"] + [ast.unparse(each) for each in call.args[3:]]
    return not said or "GET" in said[0]


def unseen(tree: ast.Module) -> list[str]:
    return [path for path in addresses(tree) if path not in SEEN and path not in NOT_PAGES]


def modules() -> Iterator[ast.Module]:
    for file in sorted(PORTAL.rglob("*.py")):
        if not file.relative_to(PORTAL).as_posix().startswith(MACHINES):
            yield ast.parse(file.read_text(encoding="utf-8"))


def test_every_address_is_looked_at_or_is_no_page() -> None:
    assert [path for tree in modules() for path in unseen(tree)] == []


def test_the_lists_name_nothing_that_is_not_there() -> None:
    there = {path for tree in modules() for path in addresses(tree)}
    assert (SEEN | NOT_PAGES.keys()) - there == set()


@pytest.mark.parametrize(
    "text",
    [
        'PAGES = (Page("/c/{county}/forgotten", forgotten),)',
        '_HERE = "/c/{county}/desk"\nPAGES = (Page(f"{_HERE}/{{desk_id:uuid}}", desk, DESK, ("GET",)),)',
        'routes = [Route("/forgotten", forgotten, methods=["GET"])]',
    ],
)
def test_a_page_that_nobody_looks_at_is_found(text: str) -> None:
    assert len(unseen(ast.parse(text))) == 1
