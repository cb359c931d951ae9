"""A browser without scripts: it keeps the portal's cookies and fills in its forms."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass
class Browser:
    """Cookies are kept here: the portal's are for https, and tests speak http on loopback."""

    http: httpx.Client
    portal: str
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self, county: str, role: str, sub: str, unit: str | None = None) -> "Browser":
        """Sign in as somebody, through the development issuer."""
        to_issuer = self.get(f"/login?county={county}")
        who = {"role": role, "sub": sub, "county": county, **({"unit": unit} if unit else {})}
        back = self.http.get(f"{to_issuer.headers['location']}&{urlencode(who)}")
        done = self.get(back.headers["location"].removeprefix(self.portal))
        assert done.status_code == 303, done.text
        return self

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._sent("GET", path, headers=headers)

    def post(self, path: str, page: str, **fields: str) -> httpx.Response:
        """Send the form a page holds, filled in."""
        hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(self.get(page).text)}
        return self._sent("POST", path, data={**hidden, **fields})

    def _sent(
        self, method: str, path: str, *, data: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.http.request(
            method, self.portal + path, data=data, headers={**(headers or {}), **({"Cookie": cookie} if cookie else {})}
        )
        for told in answer.headers.get_list("set-cookie"):
            name, _, value = told.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.http.cookies.clear()
        return answer
