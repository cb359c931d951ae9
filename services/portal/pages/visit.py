"""One request for a page: who visits which county, what they sent, what they are told; and a page's place in the site."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.portal.login.viewers import SignedIn
from services.portal.login.visitors import VisitorLimit
from services.portal.pages.places import NAVIGATION, ROLE_NAMES
from services.portal.pages.services import Answer
from services.portal.pages.typed import typed
from services.portal.pages.words import translations
from services.portal.queries.register import Names
from shared.kernel.tenancy import county_reading
from shared.kernel.workdays import business_day
from shared.web.problem import Problem

if TYPE_CHECKING:
    from services.portal.pages.site import Site
    from shared.kernel.tenancy import Connection

_UUID_LENGTH = 36


LONGEST_POSITION = 18
"""Digits of a position that may be asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's address, what answers it, and for whom it is; no roles: for everybody."""

    path: str
    answer: Callable[["Visit"], Awaitable[Response]]
    roles: Sequence[str] = ()
    methods: Sequence[str] = ("GET", "POST")


@dataclass(slots=True)
class Visit:
    """One request of somebody for a page of a county."""

    site: "Site"
    request: Request
    county: str
    names: Names
    language: str
    elder: bool
    signed_in: SignedIn | None
    secret: str
    """The browser's own, which form tokens are bound to."""
    form: FormData = field(default_factory=FormData)
    said: list[dict[str, str]] = field(default_factory=list)
    refusal: int | None = None
    """The status with which a service refused the form that was sent; the page it is shown on again has it too."""
    same_key: str = ""
    """The key of a form that nobody answered: sent again, it is the same command, if it was carried out after all."""

    @property
    def token(self) -> str | None:
        """The access token of whoever is signed in."""
        return None if self.signed_in is None else self.signed_in.session.granted.access

    @property
    def roles(self) -> Sequence[str]:
        """The roles of whoever is signed in here."""
        return () if self.signed_in is None else self.signed_in.principal.actor.roles

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.request.method == "POST"

    def text(self, name: str, default: str = "") -> str:
        """Return a field of the form that was sent, without space around it."""
        value = self.form.get(name, default)
        return typed(value) if isinstance(value, str) else default

    def asked(self, name: str, default: str = "") -> str:
        """Return a parameter of the address."""
        return self.request.query_params.get(name, default).replace("\x00", "").strip()

    def _(self, message: str) -> str:
        """Return a text in the visitor's language."""
        return translations(self.language).gettext(message)

    async def get(self, service: str, path: str, **params: Any) -> Answer:  # noqa: ANN401 - parameters of a query
        """Ask a service as whoever is signed in; `path` is the one below the county."""
        return await self.site.services.get(service, f"/v1/{self.county}{path}", self.token, params=params, language=self.language)

    async def get_for(self, roles: Collection[str], service: str, path: str, **params: Any) -> Answer:  # noqa: ANN401 - as above
        """Ask a service for what the page shows to some roles only; nothing, where the visitor has none of them."""
        return await self.get(service, path, **params) if {*roles} & {*self.roles} else Answer(200)

    async def command(self, service: str, path: str, body: Mapping[str, Any], *, token: str | None = None) -> Answer:
        """Send a command as whoever is signed in, or with another token; sent twice, the form's key makes it one."""
        return await self.site.services.command(
            service,
            f"/v1/{self.county}{path}",
            token or self.token,
            body,
            key=self.text("idempotency_key") or None,
            version=self.text("version") or None,
            language=self.language,
        )

    @property
    def today(self) -> date:
        """The county's day."""
        return business_day(self.site.worker.clock.now(self.county))

    def reading(self) -> "AbstractAsyncContextManager[Connection]":
        """Lend one snapshot of the county's rows."""
        return county_reading(self.site.worker.pool, self.county)

    def address(self, path: str, **params: object) -> str:
        """Return an address of this county's pages."""
        asked = {name: value for name, value in params.items() if value not in (None, "")}
        return f"/c/{self.county}{path}" + (f"?{urlencode(asked)}" if asked else "")

    def go(self, path: str, answer: Answer | None = None, service: str = "", **params: object) -> Response:
        """Send the browser on to another page, which waits until it knows of what was just done."""
        if answer is not None and "position" in answer.data:
            params["after"] = f"{service}@{answer.data['position']}"
        return RedirectResponse(self.address(path, **params), 303)

    def after(self, service: str) -> str:
        """Return the position a page must know of, where the page before did something at this service; empty where it did not."""
        named, _, position = self.asked("after").partition("@")
        return position if named == service and position.isdecimal() and len(position) <= LONGEST_POSITION else ""

    def refused(self, answer: Answer) -> None:
        """Say on the page why a service did not do it."""
        if self.posted:
            self.refusal = answer.status
        if answer.code == "unavailable":
            self.same_key = str(an_id(self.text("idempotency_key")[:_UUID_LENGTH]) or "")
        away = self._("办理这件事的服务暂时没有回应。您填写的内容还在，请过一会儿再点一次。")
        title = "" if answer.code == "unavailable" else answer.title
        self.said.append({"kind": "error", "text": title or away})

    def spoken(self) -> None:
        """Count what a visitor says who is not signed in; a Problem where too much came from their address."""
        if self.signed_in is None:
            spoken(self.site.limit, self.request)

    async def show(self, template: str, status: int | None = None, **context: Any) -> Response:  # noqa: ANN401 - a template's context
        """Return a page; its status is that of a refusal, where there was one and none is told."""
        return await self.site.show(self, template, status or self.refusal or 200, context)


def spoken(limit: VisitorLimit, request: Request) -> None:
    """Count what is said without a login; a Problem where too much came from its address."""
    if seconds := limit.wait(request):
        raise Problem("too_many_submissions", headers={"Retry-After": str(seconds)}, seconds=seconds)


def an_id(text: str) -> UUID | None:
    """Return the UUID of a text; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def kept(form: FormData) -> dict[str, str]:
    """Return what was typed into a form, without what only that form was good for; files are not kept."""
    return {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}


def person(visit: Visit) -> dict[str, str] | None:
    """Return how whoever is signed in is called at the head of a page."""
    if visit.signed_in is None:
        return None
    actor = visit.signed_in.principal.actor
    roles = "、".join(visit._(ROLE_NAMES.get(role, role)) for role in actor.roles)
    where = visit.names.of(actor.branch or actor.unit) if actor.branch or actor.unit else ""
    return {"name": actor.sub, "roles_text": " · ".join(part for part in (roles, where) if part)}


def navigation(visit: Visit) -> list[dict[str, Any]]:
    """Return the pages a visitor may go to."""
    roles, here = set(visit.roles), visit.request.url.path

    def is_here(address: str) -> bool:
        return here == address or (address != visit.address("/") and here.startswith(f"{address}/"))

    return [
        {"href": visit.address(path), "text": visit._(text), "current": is_here(visit.address(path))}
        for path, text, for_roles in NAVIGATION
        if not for_roles or roles & set(for_roles)
    ]
