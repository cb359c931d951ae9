"""The addresses of what vite built, and what is said when it built nothing."""

import json
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.routing import Mount

from services.portal.assets import Assets, BuiltFiles

MANIFEST = {
    "src/app.css": {"file": "app-4f3a.css", "src": "src/app.css", "isEntry": True},
    "src/app.js": {"file": "app.js-77aa.js", "src": "src/app.js", "isEntry": True},
    "_shared-1.js": {"file": "shared-1.js"},
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    return tmp_path


def test_an_asset_is_named_as_its_source_and_served_as_what_it_was_built_to(built: Path) -> None:
    assets = Assets(built)
    assert assets.url("app.css") == "/static/app-4f3a.css"
    assert Assets(built, "/s/").url("app.js") == "/s/app.js-77aa.js"


def test_asking_for_an_address_reads_nothing(built: Path) -> None:
    assets = Assets(built)
    (built / "manifest.json").unlink()
    assert assets.url("app.css") == "/static/app-4f3a.css"


def test_what_is_no_entry_is_refused_with_what_there_is(built: Path) -> None:
    with pytest.raises(LookupError, match=r"no asset 'chart\.js'; there are app\.css, app\.js"):
        Assets(built).url("chart.js")


def test_pages_that_were_not_built_say_how_to(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m deploy\.web"):
        Assets(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1}', '{"a": {"isEntry": true}}'])
def test_a_manifest_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ValueError, match="not what vite writes"):
        Assets(tmp_path)


@pytest.fixture
def sent(built: Path) -> Starlette:
    for entry in MANIFEST.values():
        (built / str(entry["file"])).write_text("a { color: red } " * 200)
    return Starlette(routes=[Mount("/static", BuiltFiles(built))])


@pytest.mark.parametrize(("taken", "packed"), [("gzip, br", "gzip"), ("identity", None)])
async def test_a_built_file_is_sent_as_small_as_the_browser_takes_it_and_kept_for_ever(
    sent: Starlette, taken: str, packed: str | None
) -> None:
    async with AsyncClient(transport=ASGITransport(sent), base_url="http://portal", headers={"Accept-Encoding": taken}) as http:
        answer = await http.get("/static/app-4f3a.css")
    assert answer.text == "a { color: red } " * 200
    assert answer.headers.get("content-encoding") == packed
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]


async def test_what_does_not_change_its_name_is_asked_for_again(sent: Starlette) -> None:
    async with AsyncClient(transport=ASGITransport(sent), base_url="http://portal") as http:
        answer = await http.get("/static/manifest.json")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers.get("cache-control", "")
