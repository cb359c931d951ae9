"""Every macro of the portal, rendered: nothing inline that the policy forbids, nothing from elsewhere, every label with its field."""

import gzip
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from services.portal.assets import Assets
from tests.support.gallery import PORTAL, render
from tests.support.node import run

MODES = [{}, {"mode": "elder"}, {"theme": "dark"}, {"screen": "big"}, {"lang": "en"}, {"nobody": "1"}]
FIGURES = ("funnel", "tiles", "burndown", "radar", "sankey", "ranking", "pareto", "control", "box", "calendar", "gantt", "columns", "spark")


class Page(HTMLParser):
    """A page's elements with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


@pytest.fixture(scope="module", params=MODES, ids=str)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(render(request.param))


def test_nothing_stands_inline_that_the_policy_forbids(page: Page) -> None:
    assert page.values("style") == []
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert scripts
    assert [script for script in scripts if "src" not in script and script.get("type") != "application/json"] == []
    assert [tag for tag, _ in page.elements if tag in {"style", "iframe", "object", "embed", "base"}] == []


def test_nothing_comes_from_elsewhere(page: Page) -> None:
    assert [value for name in ("src", "href", "action") for value in page.values(name) if re.match(r"(https?:)?//", value)] == []


def test_ids_are_unique_and_what_points_to_them_finds_them(page: Page) -> None:
    ids = Counter(page.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    pointed = [one for name in ("for", "aria-describedby", "aria-labelledby") for value in page.values(name) for one in value.split()]
    assert [one for one in pointed if one not in ids] == []


def test_every_form_that_changes_something_carries_its_token() -> None:
    text = render({})
    posts = re.findall(r'<form[^>]*method="post".*?</form>', text, flags=re.DOTALL)
    assert len(posts) > 4
    assert [form[:80] for form in posts if 'name="csrf" value="8f1c-example"' not in form] == []


def test_every_kind_of_picture_has_its_sentence_and_its_table() -> None:
    text = render({})
    for kind in FIGURES:
        assert f'data-chart="{kind}"' in text, kind
    figures = re.findall(r'<figure class="chart.*?</figure>', text, flags=re.DOTALL)
    assert len(figures) == len(FIGURES) - 1
    assert all("<figcaption>" in figure and "<table" in figure and 'role="img" aria-label="' in figure for figure in figures)


def test_the_modes_are_said_to_the_style_sheet() -> None:
    assert 'data-mode="elder"' in render({"mode": "elder"})
    assert 'data-screen="big"' in render({"screen": "big"})
    assert 'lang="en"' in render({"lang": "en"})
    assert 'lang="zh-CN"' in render({})


def test_a_citizens_first_load_is_small() -> None:
    folder = PORTAL / "static"
    assets = Assets(folder)
    files = [folder / assets.url(name).removeprefix("/static/") for name in ("app.css", "app.js")]
    shared = [folder / name for name in re.findall(r'from"\./([^"]+)"|import"\./([^"]+)"', files[1].read_text()) for name in name if name]
    sizes = [len(gzip.compress(file.read_bytes(), mtime=0)) for file in [*files, *shared]]
    assert sizes[0] <= 25_000
    assert sum(sizes[1:]) <= 30_000


def test_a_table_is_saved_as_csv_that_a_spreadsheet_reads_and_does_not_run() -> None:
    rows = [["乡镇", "件数, 合计"], ["小塘镇 ", "-4"], ["=SUM(A1)", 'a "b"'], ["-见附件", "+86"]]
    written = run("write_csv.mjs", rows)
    assert written == '\ufeff乡镇,"件数, 合计"\r\n小塘镇,-4\r\n\'=SUM(A1),"a ""b"""\r\n\'-见附件,+86\r\n'
