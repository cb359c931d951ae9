"""A browser without scripts: cookies kept, people signed in, forms read from pages and sent as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx


@dataclass
class Form:
    """A form of a page: where it goes, and the fields it would send as it stands."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Every field there is, also a box nobody has ticked."""
    text: str = ""


@dataclass
class Read(HTMLParser):
    """What a page says: its forms, its links, its text."""

    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""
    _form: Form | None = None
    _area: str | None = None
    _select: str | None = None
    _skip: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self._skip += tag in ("script", "style")
        if tag == "form":
            self._form = Form(told.get("action", ""), told.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "a":
            self.links.append((told.get("href", ""), ""))
        elif self._form is not None:
            self._field(self._form, tag, told)

    def _field(self, form: Form, tag: str, told: Mapping[str, str]) -> None:
        """Take a field in as it would be sent."""
        name = told.get("name", "")
        if name:
            form.names.add(name)
        if tag == "option" and self._select is not None:
            if "selected" in told or self._select not in form.fields:
                form.fields[self._select] = told.get("value", "")
        elif tag == "input" and name and (told.get("type") not in ("checkbox", "radio") or "checked" in told):
            form.fields[name] = told.get("value", "")
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""
        elif tag == "select":
            self._select = name

    def handle_endtag(self, tag: str) -> None:
        self._skip -= tag in ("script", "style")
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            self._form.fields[self._area] += data
        if self._skip:
            return
        self.text += data
        if self._form is not None:
            self._form.text += data
        if self.links and data.strip() and not self.links[-1][1]:
            self.links[-1] = (self.links[-1][0], data.strip())


@dataclass
class Shown:
    """A page as it was answered."""

    status: int
    address: str
    html: str
    read: Read

    @property
    def text(self) -> str:
        """What it says, without the space around words."""
        return " ".join(self.read.text.split())

    def form(self, **fields: str) -> Form:
        """Return the first form with these fields as they stand, such as the act it is for."""
        for form in self.read.forms:
            if all(form.fields.get(name) == value for name, value in fields.items()):
                return form
        raise AssertionError(f"no form {fields} on {self.address}: {[form.fields for form in self.read.forms]}")

    def link(self, text: str) -> str:
        """Return where the first link goes that says this."""
        return next(href for href, said in self.read.links if text in said)


class Browser:
    """Somebody at the portal."""

    def __init__(self, portal: str, http: httpx.Client, headers: Mapping[str, str] | None = None) -> None:
        self.portal = portal
        self.http = http
        self.headers = dict(headers or {})
        self._kept: dict[str, str] = {}

    def sign_in(self, role: str, county: str, **claims: str) -> "Browser":
        """Sign in through the provider, as somebody of a role."""
        started = self._send("GET", f"{self.portal}/login?county={county}")
        there = f"{started.headers['location']}&{urlencode({'role': role, 'county': county, **claims})}"
        granted = self.http.get(there)
        assert granted.status_code == 303, granted.text
        done = self._send("GET", granted.headers["location"])
        assert done.status_code == 303, done.text
        return self

    def get(self, path: str, **params: str) -> Shown:
        """Open a page, following where it leads."""
        return self._shown(self._send("GET", urljoin(self.portal, path) + (f"?{urlencode(params)}" if params else "")))

    def send(self, form: Form, changed: Mapping[str, str] | None = None, **typed: str) -> Shown:
        """Fill in a form and send it, following where it leads."""
        return self._shown(self.answer(form, changed, **typed))

    def answer(self, form: Form, changed: Mapping[str, str] | None = None, **typed: str) -> httpx.Response:
        """Fill in a form and send it; return what was answered, wherever that would lead."""
        fields = {**form.fields, **typed, **(changed or {})}
        assert set(typed) | set(changed or {}) <= form.names, f"{set(typed) | set(changed or {})} not all among {form.names}"
        return self._send("POST", urljoin(self.portal, form.action), data=fields)

    def forget(self, cookie: str) -> None:
        """Lose a cookie, as a browser does when its time is over."""
        self._kept.pop(cookie, None)

    def come_back(self, path: str, **claims: str) -> Shown:
        """Sign in by a page's own link, as somebody, and be led back."""
        started = self.file(path)
        granted = self.http.get(f"{started.headers['location']}&{urlencode(claims)}")
        return self.get(granted.headers["location"])

    def file(self, path: str) -> httpx.Response:
        """Fetch a file."""
        return self._send("GET", urljoin(self.portal, path))

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies kept."""
        return dict(self._kept)

    def _shown(self, answer: httpx.Response) -> Shown:
        for _ in range(5):
            if answer.status_code != 303:
                break
            answer = self._send("GET", urljoin(str(answer.url), answer.headers["location"]))
        read = Read()
        read.feed(answer.text)
        return Shown(answer.status_code, str(answer.url), answer.text, read)

    def _send(self, method: str, address: str, **more: Any) -> httpx.Response:
        """Ask with the cookies of the portal: browsers send secure ones to a loopback address, httpx's jar does not."""
        assert urlsplit(address).netloc == urlsplit(self.portal).netloc, address
        headers = {**self.headers, "Accept-Language": "zh-CN", "Cookie": "; ".join(f"{name}={value}" for name, value in self._kept.items())}
        answer = self.http.request(method, address, headers=headers, **more)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line or not value:
                self._kept.pop(name, None)
            else:
                self._kept[name] = value
        self.http.cookies.clear()
        return answer
