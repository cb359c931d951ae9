"""What is measured of the portal's pages: all of them, or a reason why not; and how a page's weight is found."""

from bench.portal.browser import Opened, files_of
from bench.portal.places import FILES, FOLDED, PLACES, UNOPENED
from services.portal.pages import PAGES
from services.portal.pages.screen import PARTS


def test_every_page_of_the_portal_is_opened_by_somebody_who_may_or_said_not_to_be() -> None:
    opened = {place.pattern for place in PLACES}
    assert {f"~/screen/parts/{name}" for name in PARTS} <= {place.address for place in PLACES}
    assert {page.path for page in PAGES if "GET" in page.methods} - opened - set(UNOPENED) == set()
    assert {place.pattern for place in FOLDED} <= opened
    assert opened.isdisjoint({place.pattern for place in FILES})


def test_pages_are_opened_by_roles_that_may() -> None:
    for page in PAGES:
        by = {place.role for place in PLACES if place.pattern == page.path}
        assert not page.roles or by <= set(page.roles), page.path


def test_a_page_fetches_style_sheets_scripts_and_images_but_not_what_it_links_to() -> None:
    text = (
        '<link rel="icon" href="data:image/svg+xml,x"><link rel="stylesheet" href="/static/a.css">'
        '<script type="module" src="/static/a.js?v=1&amp;w=2"></script><img src="/photo.webp" alt="">'
        '<a href="/elsewhere">x</a><link rel="alternate" href="/feed"><script type="module" src="/static/a.js?v=1&amp;w=2"></script>'
    )
    page = Opened(200, text, "gzip", 10, 0.1)
    assert sorted(files_of(page)) == ["/photo.webp", "/static/a.css", "/static/a.js?v=1&w=2"]
