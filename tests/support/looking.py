"""Looking at one page: what axe finds at every width and size, what does not fit, what a page always has; and its pictures."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from playwright.sync_api import ViewportSize

from tests.support.browser import Window
from tests.support.looks import Look

WIDTHS, NARROW, TALL = (1366, 768, 360), (360, 320), 800
A4: ViewportSize = {"width": 672, "height": 986}
"""What is left of a sheet within its margins, at 96 dots an inch."""
WALLS = ((1920, 1080), (3840, 2160))
_REFUSED = 400
_MODE = "elder => elder ? document.documentElement.dataset.mode = 'elder' : delete document.documentElement.dataset.mode"
_TOO_WIDE = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
_HEADS = "[...document.querySelectorAll('h1')].filter(head => head.checkVisibility()).length"


@dataclass
class Looking:
    """What was found amiss, each with where."""

    window: Window
    home: str = ""
    """Where the pages are; the portal where nothing is said."""
    paper: Iterable[str] = ()
    """Names of those that are also looked at as they are printed."""
    found: list[str] = field(default_factory=list)

    def at(self, looks: Iterable[Look], ids: dict[str, str], *, citizens: bool = False) -> list[str]:
        """Look at pages one after the other, each at every width and size; return what is amiss."""
        for look in looks:
            self.window.allowed = {look.status} if look.status >= _REFUSED else set()
            self.window.page.set_viewport_size({"width": WIDTHS[0], "height": TALL})
            if look.path is not None:
                self.window.page.goto((self.home or self.window.portal) + look.path.format_map(ids))
            if look.then is not None:
                look.then(self.window)
            self._always(look.name)
            for elder in (False, True):
                self._sized(look.name, elder=elder, shown=(360,) if elder and citizens else () if elder else (1366, 360))
            self._in_the_dark(look.name)
            if look.name in self.paper:
                self._printed(look.name)
        return self.found + self.window.faults

    def on_walls(self, look: Look, ids: dict[str, str]) -> list[str]:
        """Look at what is made for walls."""
        for width, height in WALLS:
            self.window.page.set_viewport_size({"width": width, "height": height})
            self.window.page.goto(self.window.portal + (look.path or "").format_map(ids))
            self.window.page.wait_for_selector(".chart svg, .chart canvas")
            self._always(look.name)
            self._clean(f"{look.name} at {width}")
            if (tall := self.window.page.evaluate("document.scrollingElement.scrollHeight - innerHeight")) > 0:
                self.found.append(f"{look.name} at {width} is {tall} px too tall for its wall")
            self.window.shot(f"{look.name}-{width}")
        return self.found + self.window.faults

    def _sized(self, name: str, *, elder: bool, shown: Iterable[int]) -> None:
        page, size = self.window.page, "-elder" if elder else ""
        page.evaluate(_MODE, elder)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": TALL})
            self._clean(f"{name}{size} at {width}")
            if width in shown:
                self.window.shot(f"{name}-{width}{size}")
        for width in NARROW:
            page.set_viewport_size({"width": width, "height": TALL})
            if (wide := page.evaluate(_TOO_WIDE)) > 0:
                self.found.append(f"{name}{size} at {width} is {wide} px too wide")

    def _in_the_dark(self, name: str) -> None:
        """See a page as who likes it dark does."""
        page = self.window.page
        page.evaluate(_MODE, arg=False)
        page.set_viewport_size({"width": WIDTHS[0], "height": TALL})
        page.emulate_media(color_scheme="dark")
        self.found += [f"{name} in the dark: {each}" for each in self.window.violations("color-contrast")]
        page.emulate_media(color_scheme="light")

    def _printed(self, name: str) -> None:
        """See a page as it comes out on A4."""
        page = self.window.page
        page.evaluate(_MODE, arg=False)
        page.set_viewport_size(A4)
        page.emulate_media(media="print")
        if (wide := page.evaluate(_TOO_WIDE)) > 0:
            self.found.append(f"{name} is {wide} px too wide for paper")
        self.window.shot(f"{name}-paper")
        page.emulate_media(media="screen")

    def _clean(self, where: str) -> None:
        self.found += [f"{where}: {each}" for each in self.window.violations()]

    def _always(self, name: str) -> None:
        """A page has one head and a title."""
        if (heads := self.window.page.evaluate(_HEADS)) != 1:
            self.found.append(f"{name} has {heads} heads")
        if not self.window.page.title().strip(" ·"):
            self.found.append(f"{name} has no title")
