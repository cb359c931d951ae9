"""What the portal shows: live streams and JSON below `/v1`, pages, its built files; begun and ended with its worker."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from services.portal.api import Interface
from services.portal.assets import BuiltFiles
from services.portal.interfaces import Interfaces
from services.portal.login.authority import Authority
from services.portal.login.kiosks import Kiosks
from services.portal.login.oidc import Provider
from services.portal.login.sessions import Sessions
from services.portal.login.vault import Vault
from services.portal.login.viewers import Viewers
from services.portal.login.visitors import VisitorLimit
from services.portal.pages import PAGES
from services.portal.pages.bounded import Bounded
from services.portal.pages.open_data import accessibility_of_all
from services.portal.pages.services import Services
from services.portal.pages.signing import Signing
from services.portal.pages.site import Site
from services.portal.queries.archive import last_recorded, prune
from services.portal.settings import Settings
from services.portal.stream.cursor import Cursors
from services.portal.stream.tail import Tails
from shared.kernel.tenancy import TROUBLE, county_reading, county_transaction
from shared.kernel.tokens import Tokens
from shared.web.requests import Door

if TYPE_CHECKING:
    from shared.kernel.worker import Worker

CALLBACK = "/login/done"
FOLDER = Path(__file__).parent
_PRUNE_SECONDS = 60.0
_LEVEL = 5
"""How hard pages are packed: 9 takes twice as long for two per cent less."""
_MOST_REPORT = 4_000
_log = structlog.get_logger(__name__)


class Portal:
    """The portal's face; made before anything runs, whole once it is started."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._vault = Vault(settings.sealing_key())
        self._interface: Interface | None = None
        self._tails: Tails | None = None
        self._authority: Authority | None = None
        self._services = Services(settings.service_urls)
        self._site: Site | None = None
        self._open: Interfaces | None = None
        self._pruning: asyncio.Task[None] | None = None
        self.v1 = [
            Route("/v1/{county}/stream", self._later(lambda portal: portal.stream), methods=["GET"]),
            Route("/v1/{county}/snapshot", self._later(lambda portal: portal.snapshot), methods=["GET"]),
        ]
        self.other: list[BaseRoute] = [
            Mount("/static", BuiltFiles(FOLDER / "static"), name="static"),
            Mount("/", Bounded(GZipMiddleware(self._pages, compresslevel=_LEVEL))),
        ]
        self._router: Router | None = None

    async def start(self, worker: "Worker", door: Door) -> None:
        """Begin, once the worker runs."""
        settings, pool = self._settings, worker.pool
        for county in settings.counties:
            async with county_reading(pool, county) as connection:
                recorded_at = await last_recorded(connection, county)
            if recorded_at is not None:  # a simulated clock goes on from what is known; a real one takes no notice
                worker.clock.observe(county, recorded_at)
        tokens: Tokens = door.tokens
        provider = Provider(
            tokens,
            authorize=settings.oidc_authorize_url,
            token=settings.oidc_token_url,
            client_id=settings.oidc_client_id,
            secret=settings.client_secret(),
            redirect=settings.public_url + CALLBACK,
            visitor_scope=settings.oidc_visitor_scope,
        )
        sessions, kiosks = Sessions(pool, self._vault), Kiosks(pool)
        viewers = Viewers(door, tokens, sessions, kiosks, provider)
        self._authority, self._tails = Authority(pool), Tails(pool, worker.progress)
        cursors = Cursors(self._vault.secret("cursors"))
        self._interface = Interface(worker, viewers, self._authority, self._tails, cursors)
        site = self._site = Site(
            worker,
            tokens=tokens,
            provider=provider,
            authority=self._authority,
            viewers=viewers,
            sessions=sessions,
            vault=self._vault,
            services=self._services,
            limit=VisitorLimit(settings.visitor_posts_per_hour, settings.visitor_posts_at_once, settings.forwarded_by),
            wait_seconds=settings.page_wait_seconds,
            public_url=settings.public_url,
            folder=FOLDER,
        )
        signing = Signing(site, provider, settings.oidc_end_url)
        self._open = Interfaces(site, self._authority, settings)
        routes = [*signing.routes(), *self._open.routes(), *site.routes(PAGES), *self._plain(site)]
        self._router = Router(routes, redirect_slashes=True)
        self._authority.start(viewers.still)
        self._open.start()
        if settings.archive_keep is not None:
            self._pruning = asyncio.create_task(self._prune(worker, settings.archive_keep), name="prune")

    async def stop(self) -> None:
        """End."""
        if self._pruning is not None:
            self._pruning.cancel()
            await asyncio.gather(self._pruning, return_exceptions=True)
        if self._open is not None:
            await self._open.stop()
        if self._authority is not None:
            await self._authority.stop()
        if self._tails is not None:
            await self._tails.stop()
        await self._services.close()

    def let_go(self) -> None:
        """End streams: the process waits for its connections."""
        if self._tails is not None:
            self._tails.let_go()

    def _later(self, of: Callable[[Interface], Callable[[Request], Awaitable[Response]]]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint of the interface that is there once the portal is started."""

        async def endpoint(request: Request) -> Response:
            if self._interface is None:
                raise ConnectionError("not started")
            return await of(self._interface)(request)

        return endpoint

    @staticmethod
    def _plain(site: Site) -> list[BaseRoute]:
        """Return what belongs to no county."""
        return [
            Route("/csp", _reported, methods=["POST"]),
            Route("/", site.counties, methods=["GET"]),
            Route("/accessibility", accessibility_of_all, methods=["GET"]),
        ]

    async def _pages(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a page, once the portal is started."""
        if self._router is None:
            raise ConnectionError("not started")
        scope["app_root_path"] = scope["root_path"] = ""
        await self._router(scope, receive, send)

    async def _prune(self, worker: "Worker", keep: int) -> None:
        while True:
            for county in self._settings.counties:
                with contextlib.suppress(*TROUBLE):
                    async with county_transaction(worker.pool, county) as connection:
                        await prune(connection, county, keep)
            await asyncio.sleep(_PRUNE_SECONDS)


async def _reported(request: Request) -> Response:
    """Take a browser's report that a page broke its own policy: nobody should ever send one."""
    report = (await request.body())[:_MOST_REPORT]
    _log.warning("policy_broken", report=report.decode("utf-8", "replace"))
    return Response(status_code=204)
