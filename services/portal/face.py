"""What the portal shows: live streams and JSON below `/v1`, pages, its built files; begun and ended with its worker."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.portal.api import Interface
from services.portal.login.authority import Authority
from services.portal.login.kiosks import Kiosks
from services.portal.login.oidc import Provider
from services.portal.login.sessions import Sessions
from services.portal.login.vault import Vault
from services.portal.login.viewers import Viewers
from services.portal.queries.archive import prune
from services.portal.settings import Settings
from services.portal.stream.cursor import Cursors
from services.portal.stream.tail import Tails
from shared.kernel.tenancy import TROUBLE, county_transaction
from shared.kernel.tokens import Tokens
from shared.web.requests import Door

if TYPE_CHECKING:
    from shared.kernel.worker import Worker

CALLBACK = "/login/done"
_PRUNE_SECONDS = 60.0


class Portal:
    """The portal's face; made before anything runs, whole once it is started."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._vault = Vault(settings.sealing_key())
        self._interface: Interface | None = None
        self._tails: Tails | None = None
        self._authority: Authority | None = None
        self._pruning: asyncio.Task[None] | None = None
        self.v1 = [
            Route("/v1/{county}/stream", self._later(lambda portal: portal.stream), methods=["GET"]),
            Route("/v1/{county}/snapshot", self._later(lambda portal: portal.snapshot), methods=["GET"]),
        ]
        self.other: list[BaseRoute] = []

    async def start(self, worker: "Worker", door: Door) -> None:
        """Begin, once the worker runs."""
        settings, pool = self._settings, worker.pool
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
        self._authority.start()
        if settings.archive_keep is not None:
            self._pruning = asyncio.create_task(self._prune(worker, settings.archive_keep), name="prune")

    async def stop(self) -> None:
        """End."""
        if self._pruning is not None:
            self._pruning.cancel()
            await asyncio.gather(self._pruning, return_exceptions=True)
        if self._authority is not None:
            await self._authority.stop()
        if self._tails is not None:
            await self._tails.stop()

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

    async def _prune(self, worker: "Worker", keep: int) -> None:
        while True:
            for county in self._settings.counties:
                with contextlib.suppress(*TROUBLE):
                    async with county_transaction(worker.pool, county) as connection:
                        await prune(connection, county, keep)
            await asyncio.sleep(_PRUNE_SECONDS)
