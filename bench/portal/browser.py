"""A browser as far as measuring needs one: it keeps cookies, signs in, sends forms, and notes how long and how large an answer was."""

import re
import time
from dataclasses import dataclass
from html import unescape
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from campaigns.calls import Actor

_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_ENCODINGS = "gzip, deflate, br, zstd"


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer: its status, its text, the bytes that came over the wire, and the seconds until the last of them was there."""

    status: int
    text: str
    encoding: str
    wire_bytes: int
    seconds: float


class Browser:
    """Somebody's browser at a portal; cookies are kept though they are marked secure, since the embedded stack speaks plain HTTP."""

    def __init__(self, portal: str, county: str, http: httpx.Client) -> None:
        self.portal, self.county = portal, county
        self._http = http
        self._cookies: dict[str, str] = {}

    def signed_in(self, actor: Actor) -> Self:
        """Sign in at the development issuer as somebody; RuntimeError where that does not work."""
        here = f"/c/{self.county}/help"
        login = self._send("GET", f"/login?{urlencode({'county': self.county, 'next': here})}")
        told = {"role": actor.role, "county": self.county, "sub": actor.sub, "unit": actor.unit, "branch": actor.branch}
        chosen = urlencode({name: value for name, value in told.items() if value is not None})
        back = self._http.get(f"{login.headers['location']}&{chosen}")
        if not back.is_redirect or not self._send("GET", back.headers["location"]).is_redirect:
            raise RuntimeError(f"{actor.role} could not sign in: {back.status_code}")
        return self

    def open(self, address: str) -> Opened:
        """Open a page, below the county's or whole, with the encodings browsers take."""
        return _opened(self._send("GET", self.whole(address)))

    def send(self, address: str, **fields: str) -> Opened:
        """Fill a form in on the page it stands on and send it."""
        token = _TOKEN.search(self.open(address).text)
        if token is None:
            raise RuntimeError(f"{address} has no form")
        return _opened(self._send("POST", self.whole(address), {"csrf": token[1], **fields}))

    def whole(self, address: str) -> str:
        """Return an address with the portal's before it; one that begins with `~` is the county's."""
        return urljoin(self.portal, address.replace("~", f"/c/{self.county}", 1))

    def _send(self, method: str, address: str, fields: dict[str, str] | None = None) -> httpx.Response:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()), "Accept-Language": "zh"}
        headers |= {"Accept-Encoding": _ENCODINGS, **({"Origin": self.portal} if fields else {})}
        request = self._http.build_request(method, urljoin(self.portal, address), headers=headers, data=fields)
        began = time.perf_counter()
        with_body = self._http.send(request, stream=True)
        raw = b"".join(with_body.iter_raw())
        seconds = time.perf_counter() - began
        answer = httpx.Response(with_body.status_code, headers=with_body.headers, content=raw, request=request)
        answer.extensions = {"seconds": seconds, "wire_bytes": len(raw)}
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value.strip('"')
        return answer


def files_of(page: Opened) -> list[str]:
    """Return the addresses of what a browser fetches for a page besides it: style sheets, scripts, images, manifests."""
    found = re.findall(r'<link\b[^>]*\brel="(?:stylesheet|icon|modulepreload|manifest|preload)"[^>]*>', page.text)
    found += re.findall(r"<(?:script|img|iframe|source)\b[^>]*>", page.text)
    addresses = [match[1] for tag in found if (match := re.search(r'\b(?:href|src)="([^"]+)"', tag))]
    return [address for each in dict.fromkeys(addresses) if urlsplit(address := unescape(each)).scheme != "data"]


def _opened(answer: httpx.Response) -> Opened:
    told = answer.extensions
    return Opened(answer.status_code, answer.text, answer.headers.get("content-encoding", ""), told["wire_bytes"], told["seconds"])
