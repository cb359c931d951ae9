"""The addresses of calendars: `/c/{county}/calendar/{unit}.ics`, and the page on which a unit makes and revokes secret ones."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.portal.interfaces.calendars.secrets import Calendars
from services.portal.interfaces.calendars.writing import calendar
from services.portal.interfaces.guarding import conditional, county_of, guarded
from services.portal.login.authority import Authority
from services.portal.pages.site import Site
from services.portal.pages.visit import Page, Visit
from services.portal.pages.words import translations
from services.portal.queries.deadlines import deadlines
from shared.kernel.actor import PUBLIC
from shared.kernel.tenancy import county_reading
from shared.kernel.workdays import business_day
from shared.web.problem import Problem

_PAST_DAYS, _GONE_DAYS = 90, 30
_ANY_UNIT = ("office", "inspector", "leader", "auditor")
_NAME_MOST = 50
_ = translations("zh").gettext


class Calendaring:
    """Calendars of units' deadlines, for those who may read their notices: the unit's committee, and who watches over it."""

    def __init__(self, site: Site, authority: Authority) -> None:
        self._site = site
        self._authority = authority
        self._calendars = Calendars(site.worker.pool)

    def routes(self) -> list[BaseRoute]:
        """Return their addresses."""
        page = Page("/c/{county}/calendars", self.manage, roles=("unit",))
        return [Route("/c/{county}/calendar/{unit}.ics", guarded(self.read), methods=["GET"]), *self._site.routes([page])]

    async def read(self, request: Request) -> Response:
        """Answer with a unit's calendar."""
        county, unit = county_of(self._site, request), request.path_params["unit"]
        await self._demand(request, county, unit)
        now = self._site.worker.clock.now(county)
        async with county_reading(self._site.worker.pool, county) as connection:
            since = business_day(now) - timedelta(days=_PAST_DAYS)
            found = await deadlines(connection, county, unit, since, now - timedelta(days=_GONE_DAYS))
        name = _("{unit} 期限").format(unit=(await self._site.names(county)).of(unit))
        content = calendar(_, name, urlsplit(self._site.public_url).hostname or "yinuo", found)
        changed = max((each.changed_at for each in found), default=None)
        response = conditional(request, content, "text/calendar; charset=utf-8", changed, cache="private, max-age=300")
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    async def manage(self, visit: Visit) -> Response:
        """Show a unit's secret addresses; make one, which is shown once, or revoke one."""
        actor = None if visit.signed_in is None else visit.signed_in.principal.actor
        if actor is None or actor.unit is None:
            return await visit.show("refused.html", 403, title=visit._("您的账号没有所属单位，请联系县学教办。"))
        made, errors = None, {}
        if visit.posted and visit.text("act") == "revoke":
            await self._calendars.revoke(visit.county, actor.unit, visit.text("id"))
        elif visit.posted:
            name = visit.text("name")
            if not name or len(name) > _NAME_MOST:
                errors["name"] = visit._("请写明用在哪里，50 字以内，以便日后撤销。")
            else:
                secret = await self._calendars.make(visit.county, actor.unit, name, actor.sub)
                if secret is None:
                    errors["name"] = visit._("地址已满，请先撤销不用的。")
                else:
                    made = f"{self._site.public_url}/c/{visit.county}/calendar/{actor.unit}.ics?{urlencode({'key': secret})}"
        listed = await self._calendars.all(visit.county, actor.unit)
        return await visit.show("calendars.html", 422 if errors else 200, calendars=listed, made=made, errors=errors, own=actor.unit)

    async def _demand(self, request: Request, county: str, unit: str) -> None:
        """Let in whoever brings a good secret of this unit's, or is signed in for it; a Problem for anybody else."""
        secret = request.query_params.get("key")
        if secret is not None:
            if not await self._calendars.opens(county, unit, secret):
                raise Problem("not_found")
            return
        viewer = await self._site.viewers.of(request)
        await self._authority.demand(viewer)
        actor = viewer.actor
        if actor.has(PUBLIC, "kiosk"):
            raise Problem("token_missing", headers={"WWW-Authenticate": "Bearer"})
        if not (actor.has(*_ANY_UNIT) or (actor.has("unit") and actor.unit == unit)):
            raise Problem("role_not_allowed", roles="unit, office, inspector, leader, auditor")
