"""A running platform with its portal for the desks' tests: two counties' units on the register before anybody opens a page."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from deploy.embedded.stack import Stack
from tests.support.browsing import Browser, Shown
from tests.support.cast import Cast, at
from tests.support.client import FENG, SHAOYANG, Platform
from tests.support.stack import PATIENT, data_folder, free_port_base

LETTER = "rectification-letter"


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
        Stack(folder, free_port_base(), "simulated", counties=(SHAOYANG, FENG), portal=True, portal_settings=PATIENT) as stack,
        httpx.Client(timeout=30, trust_env=False) as http,
    ):
        platform = Platform(stack, http)
        portal = stack.info.portal
        assert portal is not None
        offices = [Office(Cast(platform, county, f"desk-{county}").registered(), portal) for county in (SHAOYANG, FENG)]
        for office in offices:
            cast, clerk = office.cast, office.cast.of("office")
            clerk.do("projects", "organisations", {"code": f"{cast.unit}-2", "name": "第二支部", "kind": "branch", "parent": cast.unit})
            clerk.do("projects", "organisations", {"code": f"other-{cast.county}", "name": "另一个单位", "kind": "department", "order": 8})
            for account, name in (("ill", "老李"), ("far", "小张")):
                member = {"account": f"{account}-{cast.unit}", "name": name, "unit": cast.unit, "branch": cast.branch}
                clerk.do("projects", "members", member)
        platform.still()
        yield Desks(platform, *offices)


def kinds(office: Office, path: str) -> list[str]:
    """Return the types of a resource's events."""
    return [event["type"] for event in office.cast.of("office").history("supervision", path)]


def issued(office: Office, title: str, kind: str = LETTER) -> tuple[Browser, Shown, str]:
    """Write a notice to the unit through its form; return who did, the page afterwards, and the notice's id."""
    clerk = office.at_desk("office")
    form = clerk.get(office.path("/supervision/notices/new"), kind=kind).form(act="issue")
    page = clerk.send(form, {f"to-{office.cast.unit}": "1"}, title=title, body="台账不实，请整改。")
    assert page.status == 200
    assert "文书已发出" in page.text
    return clerk, page, page.address.split("/notices/")[1][:36]


def replied(office: Office, notice: str, text: str = "已整改。") -> tuple[Browser, Shown]:
    """Sign for a notice and reply to it, as the unit."""
    unit = office.at_desk("unit")
    page = unit.get(office.path(f"/supervision/notices/{notice}"))
    page = unit.send(page.form(act="acknowledge"))
    assert "已签收" in page.text
    page = unit.send(page.form(act="respond"), reply=text)
    assert "回复已提交" in page.text
    return unit, page


def strike(cast: Cast, moment: str) -> None:
    """Let a county's clock come to a moment: the office compiles figures then."""
    day = moment[:10]
    cast.of("office").do("supervision", "figures", {"purpose": "month", "first_on": day, "last_on": day}, at(moment))
