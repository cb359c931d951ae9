"""What all pages share: who visits, which county, in which words; guards before a page, and how it is shown."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import structlog
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.assets import Assets
from services.portal.lanes import LANES
from services.portal.login.authority import Authority
from services.portal.login.form_tokens import FormTokens
from services.portal.login.held import HeldPhotos
from services.portal.login.oidc import Provider
from services.portal.login.sessions import COOKIE, Sessions
from services.portal.login.vault import Vault, new_secret
from services.portal.login.viewers import Viewers
from services.portal.login.visitors import VisitorLimit
from services.portal.pages.field_words import FIELDS, typed
from services.portal.pages.filters import FILTERS, moment
from services.portal.pages.places import ROLE_NAMES, SAID
from services.portal.pages.services import Services
from services.portal.pages.strict import Strict
from services.portal.pages.typed import shown
from services.portal.pages.visit import LONGEST_POSITION, Page, Visit, kept, navigation, person
from services.portal.pages.words import LANGUAGES, translations
from services.portal.queries.register import NAMING, Names, names
from shared.kernel.ids import uuid7
from shared.kernel.tenancy import COUNTY, TROUBLE, county_reading
from shared.kernel.tokens import Tokens
from shared.web.catalogue import language_of
from shared.web.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from shared.kernel.worker import Worker

VISIT_COOKIE = "__Host-yinuo-visit"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; report-uri /csp",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cache-Control": "no-store",
}
_NAMES_SECONDS = 30.0
STALE_SECONDS = 10.0
"""From when on a page says that what it shows may be old."""
TOO_MANY = 429
_MOST_FIELDS = 400
_MOST_FILES = 4
_log = structlog.get_logger(__name__)


class Site:
    """All pages of one running portal."""

    def __init__(
        self,
        worker: "Worker",
        *,
        tokens: Tokens,
        provider: Provider,
        authority: Authority,
        viewers: Viewers,
        sessions: Sessions,
        vault: Vault,
        services: Services,
        limit: VisitorLimit,
        wait_seconds: float,
        public_url: str,
        folder: "Path",
    ) -> None:
        self.worker = worker
        self.tokens = tokens
        self.provider = provider
        self.authority = authority
        self.viewers = viewers
        self.sessions = sessions
        self.vault = vault
        self._forms = FormTokens(vault)
        self.held = HeldPhotos(worker.pool, vault)
        self.services = services
        self.limit = limit
        self._wait_seconds = wait_seconds
        self.public_url = public_url
        self._assets = Assets(folder / "static")
        self._names: dict[str, tuple[float, list[int], Names]] = {}
        self._environments = {language: self._environment(folder, language) for language in ("zh", "en")}

    def routes(self, pages: Sequence[Page]) -> list[BaseRoute]:
        """Return the routes of pages."""
        return [Route(page.path, self.endpoint(page), methods=list(page.methods)) for page in pages]

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return a page's endpoint: guards, the page, and a page for whatever goes wrong."""

        async def endpoint(request: Request) -> Response:
            visit = await self._visit(request)
            if visit is None:
                return HTMLResponse(self._plain("没有这个县的页面。请检查网址。"), 404, headers=self._headers())
            try:
                response = await self._guarded(page, visit)
            except Problem as problem:
                response = await self._refused(visit, problem)
            except TROUBLE as fault:
                _log.warning("page_failed", path=page.path, error=repr(fault))
                title = visit._("数据库暂时没有回应，请过一会儿刷新本页。")
                response = HTMLResponse(self._plain(title), 503, headers=self._headers())
            if self.viewers.let_go(request):
                response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
            if request.cookies.get(VISIT_COOKIE) != visit.secret:
                response.set_cookie(VISIT_COOKIE, visit.secret, path="/", secure=True, httponly=True, samesite="lax")
            return response

        return endpoint

    async def counties(self, request: Request) -> Response:
        """Send the visitor of the only county there, and let others choose."""
        served = self.worker.settings.counties
        if len(served) == 1:
            return RedirectResponse(f"/c/{served[0]}/", 303)
        links = [{"code": county, "name": (await self.names(county)).county} for county in served]
        language = language_of(request.headers.get("accept-language"))
        template = self._environments[language].get_template("counties.html")
        return HTMLResponse(await template.render_async(counties=links, lang=language), headers=self._headers())

    async def show(self, visit: Visit, template: str, status: int, context: Mapping[str, Any]) -> Response:
        """Render a template for a visitor."""
        asked = visit.request.url
        shared: dict[str, Any] = {
            "visit": visit,
            "county": {"code": visit.county, "name": visit.names.county},
            "units": visit.names,
            "lang": visit.language,
            "elder": visit.elder,
            "big": False,
            "theme": None,
            "stream": None,
            "footer_links": None,
            "person": person(visit),
            "csrf": self._forms.token(visit.secret),
            "here": asked.path + (f"?{asked.query}" if asked.query else ""),
            "nav": navigation(visit),
            "messages": visit.said,
            "freshness": self.freshness(visit.county),
            "key": visit.same_key or str(uuid7()),
        }
        text = await self._environments[visit.language].get_template(template).render_async({**shared, **context})
        return HTMLResponse(text, status, headers=self._headers())

    def is_own_form(self, request: Request, token: str) -> bool:
        """Tell whether a form was sent from a page this browser was shown: in a field, or by our script in a header."""
        return self._forms.holds(request.cookies.get(VISIT_COOKIE), token or request.headers.get("x-csrf-token", ""))

    def freshness(self, county: str) -> dict[str, Any]:
        """Return up to when the rows shown here reach, and whether they may be behind."""
        behind = self.worker.behind_seconds()
        as_of = self.worker.clock.now(county) - timedelta(seconds=behind)
        return {"as_of": moment(as_of), "behind_seconds": round(behind), "stale": behind > STALE_SECONDS}

    async def names(self, county: str) -> Names:
        """Return what a county and its organisations are called, as of the last change read here, or of seconds ago."""
        known, changes = self._names.get(county), [self.worker.progress.changes(county, table) for table in NAMING]
        if known is None or known[0] < time.monotonic() or known[1] != changes:
            async with county_reading(self.worker.pool, county) as connection:
                known = (time.monotonic() + _NAMES_SECONDS, changes, await names(connection, county))
            self._names[county] = known
        return known[2]

    async def _visit(self, request: Request) -> Visit | None:
        county = request.path_params.get("county", "")
        if COUNTY.match(county) is None or county not in self.worker.settings.counties:
            return None
        cookies = request.cookies
        language = cookies.get("yinuo-lang", "")
        return Visit(
            self,
            request,
            county,
            await self.names(county),
            language if language in LANGUAGES else language_of(request.headers.get("accept-language")),
            cookies.get("yinuo-elder") == "1",
            None,
            cookies.get(VISIT_COOKIE) or new_secret(),
        )

    async def _guarded(self, page: Page, visit: Visit) -> Response:
        """Let a visitor in, read the form, wait until the rows know of what was just done, and answer."""
        request = visit.request
        signed_in = await self.viewers.signed_in(request)
        if signed_in is not None and signed_in.principal.county == visit.county:
            visit.signed_in = signed_in
        elif self.viewers.let_go(request):
            text = visit._("统一身份认证已经结束您的登录。请重新登录；登录不了，请联系县学教办。")
            visit.said.append({"kind": "warning", "text": text})
        if visit.posted:
            if not self.from_here(request):
                return await visit.show(
                    "refused.html", 403, title=visit._("这个表单不是从本网站发出的，没有受理。请从本网站重新打开页面再填写。")
                )
            visit.form = await request.form(max_fields=_MOST_FIELDS, max_files=_MOST_FILES)
            if not self.is_own_form(request, visit.text("csrf")):
                return await visit.show("again.html", 403, fields=kept(visit.form), action=request.url.path)
        if page.roles and visit.signed_in is None:
            return await self.sign_in_first(visit)
        if page.roles and not set(page.roles) & set(visit.roles):
            roles = "、".join(visit._(ROLE_NAMES[role]) for role in page.roles)
            return await visit.show("refused.html", 403, title=visit._("这一页只供以下身份使用：{roles}。").format(roles=roles))
        await self._wait(visit)
        if (said := SAID.get(visit.asked("said"))) is not None:
            visit.said.append({"kind": "success", "text": visit._(said)})
        return await page.answer(visit)

    async def _refused(self, visit: Visit, problem: Problem) -> Response:
        """Say what is the matter; whoever is to wait is offered once more what they typed."""
        title = str(problem.document(visit.language, "")["title"])
        if problem.status == TOO_MANY and visit.posted:
            visit.said.append({"kind": "error", "text": title})
            response = await visit.show("again.html", TOO_MANY, fields=kept(visit.form), action=visit.request.url.path)
        else:
            response = await visit.show("refused.html", problem.status, title=title)
        response.headers.update({name: value for name, value in problem.headers.items() if name == "Retry-After"})
        return response

    async def sign_in_first(self, visit: Visit) -> Response:
        """Send a visitor to sign in; a form that was sent is kept and offered again afterwards."""
        asked = visit.request.url
        if not visit.posted:
            back = asked.path + (f"?{asked.query}" if asked.query else "")
            login = f"/login?{urlencode({'county': visit.county, 'next': back})}"
            if self.viewers.let_go(visit.request):
                return await visit.show("signed_out.html", 401, login=login, typed=False)
            return RedirectResponse(login, 303)
        form = {"action": asked.path, "fields": kept(visit.form)}
        back = visit.address("/again", form=await self.sessions.keep_form(visit.county, form))
        # A page and not a way on: browsers do not let a form's answer lead to another origin, where the provider may be.
        return await visit.show("signed_out.html", 401, login=f"/login?{urlencode({'county': visit.county, 'next': back})}", typed=True)

    async def _wait(self, visit: Visit) -> None:
        """Read your own writes: wait a moment until the rows know of a position named by the page before."""
        service, _, position = visit.asked("after").partition("@")
        if service in LANES and position.isdecimal() and len(position) <= LONGEST_POSITION:
            progress = self.worker.progress
            if not await progress.reached(visit.county, "event_archive", service, int(position), seconds=self._wait_seconds):
                visit.said.append({"kind": "warning", "text": visit._("已经办好，本页还没有更新，请稍后刷新。")})

    def from_here(self, request: Request) -> bool:
        """Tell whether a form was sent from our own pages, as far as the browser says."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site is not None and site not in {"same-origin", "none"}:
            return False
        return origin is None or urlsplit(origin or "").netloc in {urlsplit(self.public_url).netloc, request.headers.get("host")}

    def _headers(self) -> dict[str, str]:
        return _HEADERS

    def _environment(self, folder: "Path", language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=select_autoescape(default=True),
            undefined=Strict,
            finalize=shown,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            enable_async=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
        environment.globals["asset"] = self._assets.url
        environment.filters.update(FILTERS, typed=typed)
        environment.globals["field_names"] = FIELDS
        return environment

    @staticmethod
    def _plain(sentence: str) -> str:
        return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>一诺</title><p>{sentence}</p></html>'
