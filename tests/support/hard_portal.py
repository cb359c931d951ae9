"""A portal with a narrow limit for visitors, whose addresses a proxy of ours tells; and how hard it is used."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

import httpx

from deploy.embedded.stack import Stack
from tests.support.browsing import Browser, Form, Shown
from tests.support.cast import Cast
from tests.support.client import FENG, SHAOYANG, TOWN, Platform
from tests.support.stack import PATIENT, data_folder, free_port_base

AT_ONCE = 5
"""What one address of visitors may send at once."""
LIMITS = {"YINUO_FORWARDED_BY": "1", "YINUO_VISITOR_POSTS_PER_HOUR": "60", "YINUO_VISITOR_POSTS_AT_ONCE": str(AT_ONCE)}
SETTINGS = {**PATIENT, **LIMITS}
T = TypeVar("T")


@dataclass
class Hard:
    """The platform, a unit's people, and visitors from wherever a test wants them."""

    platform: Platform
    cast: Cast
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def portal(self) -> str:
        """Where the portal is."""
        address = self.platform.stack.info.portal
        assert address is not None
        return address

    def visitor(self, address: str | None = None) -> Browser:
        """Return somebody who does not sign in, from an address; each from one of their own unless told."""
        number = next(self._numbers)
        return Browser(self.portal, self.platform.http, {"X-Forwarded-For": address or f"198.51.{number >> 8}.{number & 255}"})

    def at_desk(self, role: str) -> Browser:
        """Return somebody of the unit, signed in as the same person the interface knows."""
        cast = self.cast
        claims = {"sub": f"{role}-{cast.unit}"}
        claims |= {"unit": cast.unit} if role in ("unit", "branch", "member") else {}
        claims |= {"branch": cast.branch} if role in ("branch", "member") else {}
        return self.visitor().sign_in(role, cast.county, **claims)

    def path(self, path: str) -> str:
        """Return the address of a page of the county."""
        return f"/c/{self.cast.county}{path}"

    def say(self, browser: Browser, title: str, detail: str, name: str = "") -> Shown:
        """Go through the three steps as far as they let one; what was submitted is known to everybody when this returns."""
        page = browser.get(self.path("/new"))
        for typed in ({"title": title, "detail": detail}, {"town": TOWN}, {"name": name}):
            page = browser.send(asking(page), typed)
            if page.status != 200:
                break
        if page.status == httpx.codes.CREATED:
            self.platform.level()
        return page


def asking(page: Shown) -> Form:
    """Return the form that asks for a need."""
    return next(form for form in page.read.forms if "step" in form.names)


def code_on(page: Shown) -> str:
    """Return the query code of a receipt."""
    found = re.search(r"receipt-code\">([^<]+)<", page.html)
    assert found is not None, page.text
    return "".join(found[1].split())


def twice(act: Callable[[], T]) -> tuple[T, T]:
    """Do the same thing twice at the same time."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(act), pool.submit(act)
        return first.result(), second.result()


@contextmanager
def hard_portal() -> Iterator[Hard]:
    """Run it."""
    with (
        data_folder() as folder,
        Stack(folder, free_port_base(), "simulated", counties=(SHAOYANG, FENG), portal=True, portal_settings=SETTINGS) as stack,
        httpx.Client(timeout=30, trust_env=False) as http,
    ):
        platform = Platform(stack, http)
        cast = Cast(platform, SHAOYANG, "hard").registered()
        platform.still()
        yield Hard(platform, cast)
