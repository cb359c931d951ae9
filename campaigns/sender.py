"""Requests to the services, patient: sent again with the same key until there is an answer that repeating will not change."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from campaigns.calls import Actor

Token = Callable[[str, Actor], str]
"""Returns a bearer token for an actor of a county."""

Clients = Mapping[str, aiohttp.ClientSession]
"""An HTTP client for each service. A campaign at full size sends some 200,000 requests: what one costs the client is a tenth with this
library of what it is with the one the command line uses."""

PATIENCE_SECONDS = 120.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 1.0
_REQUEST_SECONDS = 20.0
_ERROR, _INTERNAL = 400, 500
_NOT_YET = frozenset({"need_not_known", "unit_not_registered", "project_not_known", "profile_not_adopted", "stream_too_busy"})
"""Refusals that may only mean that a service has not heard yet what another one was told a moment ago."""


class CampaignError(Exception):
    """Why a campaign cannot go on, in one sentence."""


class UnreachableError(CampaignError):
    """A service did not answer, or did not come to know something, for as long as a campaign is patient."""


class RefusedError(CampaignError):
    """A service refused what a campaign asks: what it holds is something other than this campaign's past."""


class Patience:
    """Pauses that grow, as long as there is time left."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._pause = _FIRST_PAUSE_SECONDS

    async def lasts(self) -> bool:
        """Wait a little; False at once when that would be too long."""
        if time.monotonic() + self._pause > self._deadline:
            return False
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)
        return True


@dataclass(frozen=True, slots=True)
class Request:
    """One request of an actor to a service; the path is the one below the county."""

    method: str
    service: str
    path: str
    actor: Actor
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that is not what was asked for: its status and problem document."""

    status: int
    document: Mapping[str, Any]

    @property
    def may_pass(self) -> bool:
        """Whether the same request may be answered otherwise in a moment."""
        return self.status >= _INTERNAL or self.document.get("code") in _NOT_YET

    def __str__(self) -> str:
        return f"{self.status} {self.document.get('code')}, {self.document.get('title')}"


class Sender:
    """Sends requests for one county's people."""

    def __init__(self, clients: Clients, county: str, token: Token, patience: float) -> None:
        self.county = county
        self.patience = patience
        self._clients = clients
        self._token = token
        self._tokens: dict[Actor, str] = {}

    async def send(self, request: Request) -> Any:  # noqa: ANN401 - a JSON document, or a Problem
        """Return the answer's JSON, or the Problem that will not pass; UnreachableError when patience is at its end."""
        headers = {"Authorization": f"Bearer {self._bearer(request.actor)}", **request.headers}
        client, path = self._clients[request.service], f"/v1/{self.county}{request.path}"
        patience = Patience(self.patience)
        while True:
            try:
                async with client.request(request.method, path, headers=headers, params=request.params, data=request.content) as response:
                    status, answer = response.status, await response.read()
            except (aiohttp.ClientError, TimeoutError) as fault:
                trouble = f"{type(fault).__name__} {fault}".strip()
            else:
                document = orjson.loads(answer)
                if status < _ERROR:
                    return document
                problem = Problem(status, document)
                if not problem.may_pass:
                    return problem
                trouble = str(problem)
            if not await patience.lasts():
                raise UnreachableError(f"{self.county}: {request.service} could not do it for {self.patience:g} s: {trouble}")

    def _bearer(self, actor: Actor) -> str:
        if actor not in self._tokens:
            self._tokens[actor] = self._token(self.county, actor)
        return self._tokens[actor]


@asynccontextmanager
async def connected(bases: Mapping[str, str], at_once: int) -> AsyncIterator[Clients]:
    """Yield a client for each service's base URL, for so many requests at once; loopback traffic passes by any proxy."""
    async with AsyncExitStack() as stack:
        yield {
            service: await stack.enter_async_context(
                aiohttp.ClientSession(
                    url,
                    connector=aiohttp.TCPConnector(limit=at_once),
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=_REQUEST_SECONDS, sock_read=_REQUEST_SECONDS),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    trust_env=False,
                )
            )
            for service, url in bases.items()
        }
