"""A real browser on the portal: signing in as one clicks, and what a page must never do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.support.cast import Cast
from tests.support.client import Platform

ROOT = Path(__file__).parents[2]
AXE = ROOT / "services/portal/web/node_modules/axe-core/axe.min.js"
SHOTS = Path(os.environ.get("YINUO_SCREENSHOTS") or ROOT / "dist/screenshots")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Lend the machine's own Chromium, without a window."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "browser tests need Chromium: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Window:
    """Somebody's browser on a county's pages; what it must not see is written down."""

    platform: Platform
    county: str
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    allowed: set[int] = field(default_factory=set)
    """Statuses of refusals that are expected."""
    known: set[str] = field(default_factory=set)
    """Hosts that may be asked besides the portal and its issuer."""
    _claims: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))

    @property
    def portal(self) -> str:
        """The portal's address."""
        return str(self.platform.stack.info.portal)

    def go(self, path: str) -> Page:
        """Open a page of the county, once everybody has heard of what was done before."""
        self.platform.level()
        self.page.goto(f"{self.portal}/c/{self.county}{path}")
        return self.page

    def sign_in(self, role: str, sub: str, unit: str | None = None, branch: str | None = None) -> "Window":
        """Sign in at the development issuer, as somebody described there."""
        self.page.goto(f"{self.portal}/login?{urlencode({'county': self.county, 'next': f'/c/{self.county}/'})}")
        self._claims = {"county": self.county, "sub": sub, "unit": unit or "", "branch": branch or "", "role": role}
        self.as_before()
        self.page.wait_for_url(f"{self.portal}/c/{self.county}/")
        return self

    def as_before(self) -> None:
        """Say at the issuer who one is: whoever signed in here before."""
        self.page.select_option("#role", self._claims["role"])
        for name in ("county", "sub", "unit", "branch"):
            self.page.fill(f"#{name}", self._claims[name])
        self.page.click("form button")

    def shot(self, name: str) -> None:
        """Keep a picture of the page."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def says(self, text: str) -> None:
        """Wait until the page says that something was done, or was not: a click does not always wait for the page it leads to."""
        self.page.locator("#messages", has_text=text).wait_for()

    def violations(self, *rules: str) -> list[str]:
        """Return what axe finds amiss, by all of its rules or those that are named."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {resultTypes: ['violations'], preload: false, ...(rules.length ? {runOnly: rules} : {})})",
            list(rules),
        )
        return [
            f"{each['id']}: {each['help']} ({', '.join(str(node['target']) for node in each['nodes'][:3])})" for each in found["violations"]
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:  # `_response` sees to those
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        known = {urlsplit(self.portal).netloc, f"127.0.0.1:{(urlsplit(self.portal).port or 0) + 5}", *self.known}
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc not in known:
            self.faults.append(f"asked another origin: {request.url}")
        if parts.path == "/csp":
            self.faults.append(f"policy broken: {request.post_data}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.faults.append(f"{response.status} {response.url}")


def window(
    browser: Browser, cast: Cast, role: str | None = None, sub: str | None = None, *, scripts: bool = True, width: int = 1366
) -> Window:
    """Open a browser of its own for somebody: of the cast's unit and branch, where the role belongs to one."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", java_script_enabled=scripts)
    opened = Window(cast.platform, cast.county, context)
    if role is not None:
        unit = cast.unit if role in {"member", "branch", "unit"} else None
        opened.sign_in(role, sub or f"{role}-{cast.unit}", unit, cast.branch if role in {"member", "branch"} else None)
    return opened
