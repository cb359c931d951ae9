"""The addresses of feeds, below `/c/{county}/feeds`: `.xml` is RSS 2.0, `.atom` Atom."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.interfaces.feeds.telling import EVENTS, MOST, of_need, of_project, of_town
from services.portal.interfaces.feeds.writing import MEDIA_TYPES, Feed, Form
from services.portal.interfaces.guarding import conditional, county_of, guarded
from services.portal.pages.site import Site
from services.portal.pages.words import translations
from services.portal.queries.feeds import project, project_events, town_needs, town_projects
from shared.kernel.tenancy import county_reading
from shared.web.problem import Problem
from shared.web.requests import an_id

BASE = "/c/{county}/feeds"
_ = translations("zh").gettext  # a feed has one language, whoever asks: readers keep what they were told
_NOT_FOUND = 404


class Feeds:
    """Feeds over the portal's own rows, and of a need over what intake tells the holder of its query code."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return the addresses."""
        endings = "{form:str}"
        return [
            Route(f"{BASE}/town/{{code}}.{endings}", guarded(self._town), methods=["GET"]),
            Route(f"{BASE}/project/{{id}}.{endings}", guarded(self._project), methods=["GET"]),
            Route(f"{BASE}/need/{{code}}.{endings}", guarded(self._need), methods=["GET"]),
        ]

    async def _town(self, request: Request) -> Response:
        county, form, code = county_of(self._site, request), _form(request), request.path_params["code"]
        names = await self._site.names(county)
        if code not in {town["code"] for town in names.of_kind("town")}:
            raise Problem("not_found")
        async with county_reading(self._site.worker.pool, county) as connection:
            rows = (await town_needs(connection, county, code, MOST), await town_projects(connection, county, code, MOST))
        link = self._page(county, "/wall")
        title = _("{county}{town}：群众需求和实事项目").format(county=names.county, town=names.of(code))
        address = self._page(county, f"/feeds/town/{code}")
        return _sent(request, form, Feed(title, title, link, address, names.county, of_town(_, county, rows, names, link)))

    async def _project(self, request: Request) -> Response:
        county, form, project_id = county_of(self._site, request), _form(request), an_id(request.path_params["id"])
        names = await self._site.names(county)
        async with county_reading(self._site.worker.pool, county) as connection:
            known = await project(connection, county, project_id)
            bodies = await project_events(connection, county, project_id, list(EVENTS), MOST)
        if known is None:
            raise Problem("not_found")
        link, title = self._page(county, "/wall"), f"{known['title']} · {names.of(known['unit'])}"
        address = self._page(county, f"/feeds/project/{project_id}")
        return _sent(request, form, Feed(title, title, link, address, names.county, of_project(_, bodies, names, link)))

    async def _need(self, request: Request) -> Response:
        county, form, code = county_of(self._site, request), _form(request), request.path_params["code"]
        if not (code.isascii() and code.replace("-", "").isalnum()):
            raise Problem("not_found")
        found = await self._site.services.get("intake", f"/v1/{county}/tracking/{code}", None)
        if not found.ok:
            raise Problem("not_found") if found.status == _NOT_FOUND else Problem("unavailable", headers={"Retry-After": "5"})
        names = await self._site.names(county)
        link = f"{self._page(county, '/track')}?{urlencode({'code': code})}"
        title = _("回执 {receipt} 的办理情况").format(receipt=found.data["receipt"])
        feed = Feed(title, title, link, self._page(county, f"/feeds/need/{code}"), names.county, of_need(_, county, found.data, link))
        response = _sent(request, form, feed, "private, max-age=60")
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _page(self, county: str, path: str) -> str:
        return f"{self._site.public_url}/c/{county}{path}"


def _sent(request: Request, form: Form, feed: Feed, cache: str = "public, max-age=60") -> Response:
    return conditional(request, feed.written(form), f"{MEDIA_TYPES[form]}; charset=utf-8", feed.changed, cache=cache)


def _form(request: Request) -> Form:
    match request.path_params["form"]:
        case "xml":
            return "xml"
        case "atom":
            return "atom"
    raise Problem("not_found")
