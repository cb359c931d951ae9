"""A running platform with its portal for the desks' tests: two counties' units on the register before anybody opens a page."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack
from tests.support.browsing import Browser
from tests.support.cast import Cast
from tests.support.client import FENG, SHAOYANG, Platform
from tests.support.stack import data_folder, free_port_base


@dataclass(frozen=True)
class Office:
    """A unit's people, and their way to the portal."""

    cast: Cast
    portal: str

    def at_desk(self, role: str, sub: str | None = None) -> Browser:
        """Return somebody of a role, signed in at the portal as the same person the interface knows."""
        cast = self.cast
        claims = {"sub": sub or f"{role}-{cast.unit}"}
        claims |= {"unit": cast.unit} if role in ("unit", "branch", "member") else {}
        claims |= {"branch": cast.branch} if role in ("branch", "member") else {}
        return Browser(self.portal, cast.platform.http).sign_in(role, cast.county, **claims)

    def path(self, path: str) -> str:
        """Return the address of a page of the county."""
        return f"/c/{self.cast.county}{path}"


@dataclass(frozen=True)
class Desks:
    """The platform, a unit of Shaoyang and one of Feng."""

    platform: Platform
    shaoyang: Office
    feng: Office


@pytest.fixture(scope="module")
def desks() -> Iterator[Desks]:
    """Services and portal with a clock of their own: tests here move it."""
    with (
        data_folder() as folder,
        Stack(folder, free_port_base(), "simulated", services=SERVICES, counties=(SHAOYANG, FENG), portal=True) as stack,
        httpx.Client(timeout=30, trust_env=False) as http,
    ):
        platform = Platform(stack, http)
        portal = stack.info.portal
        assert portal is not None
        offices = [Office(Cast(platform, county, f"desk-{county}").registered(), portal) for county in (SHAOYANG, FENG)]
        for office in offices:
            cast, clerk = office.cast, office.cast.of("office")
            clerk.do("projects", "organisations", {"code": f"{cast.unit}-2", "name": "第二支部", "kind": "branch", "parent": cast.unit})
            for account, name in (("ill", "老李"), ("far", "小张")):
                member = {"account": f"{account}-{cast.unit}", "name": name, "unit": cast.unit, "branch": cast.branch}
                clerk.do("projects", "members", member)
        platform.still()
        yield Desks(platform, *offices)
