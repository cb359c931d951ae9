"""Every page in a real browser, with data in it: clean by axe at any width and size, not too wide, nothing from elsewhere."""

from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import Browser
from starlette.routing import compile_path

from tests.support.browser import Window, chromium, window
from tests.support.busy import Things, busy_county
from tests.support.gallery import serve
from tests.support.looking import Looking
from tests.support.looks import CITIZENS, SCREEN, STAFF, Look

PAPER = ("receipt", "notice-replied", "assessment", "dashboard")
"""What is printed."""


@pytest.fixture(scope="module")
def things() -> Iterator[Things]:
    with busy_county() as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def of(browser: Browser, things: Things, role: str | None = None) -> Window:
    """Open a browser of its own for somebody of the campaign."""
    return window(browser, things.cast, role, None if role is None else things.cast.account(role))


@pytest.mark.parametrize("role", [None, *STAFF])
def test_nothing_is_amiss_with_any_page(browser: Browser, things: Things, role: str | None) -> None:
    looking = Looking(of(browser, things, role), paper=PAPER)
    assert looking.at(CITIZENS if role is None else STAFF[role], things.ids, citizens=role is None) == []


def test_the_big_screen_fits_its_walls(browser: Browser, things: Things) -> None:
    assert Looking(of(browser, things, "leader")).on_walls(SCREEN, things.ids) == []


def test_nothing_is_amiss_with_any_part_of_the_gallery(browser: Browser, things: Things) -> None:
    with serve(0) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_address[1]}"
        opened = of(browser, things)
        opened.known.add(home.removeprefix("http://"))
        looks = [
            Look("gallery", "/", "/"),
            Look("gallery-dark", "/", "/?theme=dark"),
            Look("gallery-dense", "/", "/?density=dense&lang=en"),
        ]
        found = Looking(opened, home=home).at(looks, {})
        server.shutdown()
    assert found == []


def test_looks_name_pictures_of_their_own_and_lie_on_their_routes(things: Things) -> None:
    looks = [*CITIZENS, *(look for looks in STAFF.values() for look in looks), SCREEN]
    assert len({look.name for look in looks}) == len(looks)
    off = [
        look.name
        for look in looks
        if look.path is not None and compile_path(look.route)[0].match(look.path.partition("?")[0].format_map(things.ids)) is None
    ]
    assert off == []
