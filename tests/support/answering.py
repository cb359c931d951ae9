"""A web server on loopback that gives the answers a test says, one after the other, and keeps what it was asked."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from campaigns.api import Api
from campaigns.sender import Clients, connected

_SERVICES = ("intake", "projects", "supervision", "scoring")


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Answer:
    """A status and a JSON document; `cut`: the connection ends in the middle of it; no status: before anything was said."""

    status: int | None
    document: Any = None
    cut: bool = False


DROPPED = Answer(None)
Answering = Callable[[Asked], Answer]


class Server:
    """Answers in turn, or by a function."""

    def __init__(self, answering: Answering) -> None:
        self.requests: list[Asked] = []
        self._answering = answering
        self.clients: Clients = {}

    def api(self, county: str, patience: float = 5.0) -> Api:
        """Return a campaign's client of this server."""
        return Api(self.clients, county, lambda county, actor: f"{county}.{actor.sub}", patience=patience)

    def bodies(self) -> list[Any]:
        """Return the JSON documents of all requests."""
        return [orjson.loads(request.content) for request in self.requests if request.content]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep a request and answer it."""
        asked = Asked(request.method, request.path, dict(request.query), dict(request.headers), await request.read())
        self.requests.append(asked)
        answer = self._answering(asked)
        response = web.StreamResponse(status=answer.status or 200)
        content = orjson.dumps(answer.document)
        if answer.status is not None:
            response.content_length = len(content)
            await response.prepare(request)
            await response.write(content[: len(content) // 2] if answer.cut else content)
        if answer.status is None or answer.cut:
            assert request.transport is not None
            request.transport.close()
        return response


@asynccontextmanager
async def answering(*answers: Answer, by: Answering | None = None) -> AsyncIterator[Server]:
    """Run a server that gives these answers in turn, the last one again and again."""
    left = list(answers)
    server = Server(by or (lambda _: left.pop(0) if len(left) > 1 else left[0]))
    app = web.Application(client_max_size=1 << 21)
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        server.clients = await stack.enter_async_context(connected(dict.fromkeys(_SERVICES, f"http://127.0.0.1:{port}"), 8))
        yield server
