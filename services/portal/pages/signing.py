"""Signing in and out, how pages are shown, and a form that outlived its session."""

import time
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.login.oidc import LoginFailed, Provider
from services.portal.login.sessions import COOKIE, LONGEST_SECONDS
from services.portal.pages.site import Site
from services.portal.pages.visit import Page, Visit
from services.portal.pages.words import LANGUAGES
from shared.kernel.tenancy import COUNTY
from shared.kernel.tokens import TokenRefused
from shared.web.catalogue import language_of

_LOGIN_COOKIE = "__Host-yinuo-login"
_LOGIN_SECONDS = 600
_LOCALES = {"zh": "zh-CN", "en": "en"}
_YEAR_SECONDS = 365 * 24 * 3600
_MOST_NEXT = 2_000


class Signing:
    """The addresses that belong to no county: login, its end, preferences."""

    def __init__(self, site: Site, provider: Provider, end_url: str | None) -> None:
        self._site = site
        self._provider = provider
        self._end_url = end_url

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/login", self.login, methods=["GET"]),
            Route("/login/done", self.done, methods=["GET"]),
            Route("/logout", self.logout, methods=["POST"]),
            Route("/preferences", self.preferences, methods=["POST"]),
            *self._site.routes([Page("/c/{county}/again", again)]),
        ]

    async def login(self, request: Request) -> Response:
        """Send the browser to the provider."""
        back = _own(request.query_params.get("next", ""))
        county = request.query_params.get("county") or _county_of(back) or _county_of(urlsplit(request.headers.get("referer", "")).path)
        language = request.cookies.get("yinuo-lang", "")
        language = language if language in LANGUAGES else language_of(request.headers.get("accept-language"))
        # Not `login_hint`: providers write that where the account's name belongs.
        started = self._provider.start(ui_locales=_LOCALES[language], **({"county": county} if county else {}))
        kept = {"state": started.state, "nonce": started.nonce, "verifier": started.verifier, "next": back, "county": county}
        sealed = self._site.vault.seal("login", started.state, {**kept, "until": time.time() + _LOGIN_SECONDS})
        response = RedirectResponse(started.address, 303)
        response.set_cookie(_LOGIN_COOKIE, sealed.hex(), max_age=_LOGIN_SECONDS, path="/", secure=True, httponly=True, samesite="lax")
        return response

    async def done(self, request: Request) -> Response:
        """Take the provider's answer, begin a session, and go back to where the visitor came from."""
        asked = request.query_params
        kept = self._kept(request, asked.get("state", ""))
        if kept is None or "code" not in asked:
            return _failed("登录没有完成，可能等待太久或在另一个窗口打开了。请重新登录。", "/login")
        try:
            granted = await self._provider.finish(asked["code"], kept["verifier"], kept["nonce"])
            principal = await self._site.tokens.principal(granted.access)
        except LoginFailed as failed:
            away = failed.code == "login_unavailable"
            return _failed(
                "统一身份认证暂时没有回应，请过一会儿再登录。" if away else "统一身份认证没有确认这次登录，请重新登录。", "/login"
            )
        except TokenRefused:
            return _failed("您的账号还没有本平台的身份（县、角色），请联系县学教办开通。", "/login")
        if principal.county not in self._site.worker.settings.counties:
            return _failed("您的账号所属的县不在本平台，请联系县学教办。", "/login")
        secret = await self._site.sessions.begin(principal, granted)
        home = f"/c/{principal.county}/"
        response = RedirectResponse(kept["next"] if _county_of(kept["next"]) == principal.county else home, 303)
        response.set_cookie(COOKIE, secret, max_age=LONGEST_SECONDS, path="/", secure=True, httponly=True, samesite="lax")
        response.delete_cookie(_LOGIN_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response

    async def logout(self, request: Request) -> Response:
        """End the session here, and at the provider where it has an address for that."""
        form = await request.form(max_fields=10, max_files=0)
        session = await self._site.sessions.find(request.cookies.get(COOKIE))
        if not self._site.from_here(request) or not self._site.is_own_form(request, str(form.get("csrf", ""))):
            return _failed("请从本网站的菜单退出登录。", "/")
        home = "/" if session is None else f"/c/{session.county}/"
        if session is not None:
            await self._site.sessions.end(session)
            if self._end_url is not None:
                asked = {"post_logout_redirect_uri": self._site.public_url + home, "id_token_hint": session.granted.identity or ""}
                home = f"{self._end_url}?{urlencode(asked)}"
        # A page and not a way on: browsers do not let a form's answer lead to another origin, where the provider may be.
        response = _told("您已经退出登录。", home, "继续") if home.startswith("http") else RedirectResponse(home, 303)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response

    async def preferences(self, request: Request) -> Response:
        """Keep in which language and size a browser wants its pages."""
        form = await request.form(max_fields=10, max_files=0)
        response = RedirectResponse(_own(str(form.get("next", ""))) or "/", 303)
        if (language := form.get("lang")) in LANGUAGES:
            response.set_cookie("yinuo-lang", str(language), max_age=_YEAR_SECONDS, path="/", samesite="lax", secure=True)
        if (elder := form.get("elder")) in {"0", "1"}:
            response.set_cookie("yinuo-elder", str(elder), max_age=_YEAR_SECONDS, path="/", samesite="lax", secure=True)
        return response

    def _kept(self, request: Request, state: str) -> dict[str, Any] | None:
        try:
            sealed = bytes.fromhex(request.cookies.get(_LOGIN_COOKIE, ""))
        except ValueError:
            return None
        kept: dict[str, Any] | None = self._site.vault.open("login", state, sealed) if sealed else None
        return kept if kept is not None and kept["until"] > time.time() else None


async def again(visit: Visit) -> Response:
    """Offer once more what was typed into a form whose session had ended."""
    form = await visit.site.sessions.take_form(visit.county, visit.asked("form")[:100])
    if form is None:
        return await visit.show("refused.html", 404, title=visit._("这份填写内容已经用过，或超过一小时没有提交。请重新填写。"))
    return await visit.show("again.html", fields=form["fields"], action=form["action"])


def _own(address: str) -> str:
    """Return an address of this site; nothing for any other."""
    parts = urlsplit(address[:_MOST_NEXT])
    fits = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//") and "\\" not in address
    return address[:_MOST_NEXT] if fits else ""


def _county_of(address: str) -> str:
    """Return the county of a page's address."""
    place = address.split("/")
    return place[2] if len(place) > 2 and place[1] == "c" and COUNTY.match(place[2]) is not None else ""  # noqa: PLR2004 - /c/<county>


def _failed(sentence: str, href: str) -> Response:
    return _told(sentence, href, "重新登录", 400)


def _told(sentence: str, href: str, link: str, status: int = 200) -> Response:
    head = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>登录</title>'
    text = f'{head}<p>{sentence}</p><p><a href="{escape(href)}">{link}</a></p></html>'
    return HTMLResponse(text, status, headers={"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store"})
