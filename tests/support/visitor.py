"""A browser as far as pages without scripts need one: it keeps cookies, follows where it is sent, fills forms in."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from tests.support.client import SHAOYANG, Platform

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_REDIRECT = range(300, 400)


class Visitor:
    """Somebody with a browser; cookies are kept by name, also those marked secure, since the stack speaks HTTP on loopback."""

    def __init__(self, platform: Platform, county: str = SHAOYANG) -> None:
        address = platform.stack.info.portal
        assert address is not None
        self.base, self.county = address, county
        self.cookies: dict[str, str] = {}
        self._http = platform.http

    def signed_in(self, role: str, **claims: str) -> "Visitor":
        """Sign in through the development issuer, as somebody with a role."""
        sent = self.get(f"/login?{urlencode({'county': self.county, 'next': f'/c/{self.county}/help'})}", follow=False)
        chosen = urlencode({"role": role, "county": self.county, "sub": f"visitor-{role}", **claims})
        back = self._http.get(f"{sent.headers['location']}&{chosen}")
        assert back.status_code == 303, back.text
        done = self.get(back.headers["location"])
        assert done.status_code == 200, done.text
        return self

    def get(self, address: str, *, follow: bool = True, **asked: Any) -> httpx.Response:
        """Open a page; `address` is whole, or below the site."""
        answer = self._http.get(self._whole(address), params=asked or None, headers=self.headers())
        return self._taken(answer, follow=follow)

    def page(self, path: str, **asked: Any) -> str:
        """Return the text of a page of the county that must be there."""
        answer = self.get(f"/c/{self.county}{path}", **asked)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:500]}"
        return unescape(answer.text)

    def post(self, path: str, *, follow: bool = True, **fields: str) -> httpx.Response:
        """Send a form of the page at a path of the county, with the token that stands in it."""
        shown = self.get(f"/c/{self.county}{path}")
        token = _CSRF.search(shown.text)
        assert token is not None, shown.text[:500]
        answer = self._http.post(
            self._whole(f"/c/{self.county}{path}"), data={"csrf": token[1], **fields}, headers={**self.headers(), "Origin": self.base}
        )
        return self._taken(answer, follow=follow)

    def _taken(self, answer: httpx.Response, *, follow: bool) -> httpx.Response:
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        if follow and answer.status_code in _REDIRECT and urlsplit(answer.headers["location"]).netloc in {"", urlsplit(self.base).netloc}:
            return self.get(answer.headers["location"])
        return answer

    def headers(self) -> dict[str, str]:
        """Return what the browser sends along."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Accept-Language": "zh"}

    def _whole(self, address: str) -> str:
        return address if address.startswith("http") else self.base + address
