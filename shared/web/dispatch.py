"""The short way to a service's own routes: matched and answered without the layers that only other routes need."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from shared.web.problem import Problem
from shared.web.requests import correlation_of, language

SHORT = "/v1/"
_LET_GO = 16 << 20
"""Bytes of an unwanted body that are read and dropped before a refusal is said."""
_REFUSED = 400


class _Body:
    """A request's body on its way in, which knows whether there is more."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._more = True

    async def __call__(self) -> Message:
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def let_go(self) -> None:
        """Read what nobody wants: a connection closed while the other side writes is reset, and the answer lost."""
        dropped = 0
        while self._more and dropped < _LET_GO:
            dropped += len((await self()).get("body", b""))


class ServiceApp(FastAPI):
    """A FastAPI application whose `/v1/` routes are dispatched directly; their endpoints answer every failure themselves."""

    def __init__(self, *, short: Sequence[Route], **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        super().__init__(**options)
        self._short = list(short)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not scope["path"].startswith(SHORT):
            await super().__call__(scope, receive, send)
            return
        body = _Body(receive)
        request = Request(scope, body)
        try:
            response = await self._answer(request, scope)
        except ClientDisconnect:
            return
        if response.status_code >= _REFUSED and "expect" not in request.headers:  # who expects a 100 has sent nothing yet
            await body.let_go()
        await response(scope, body, send)

    async def _answer(self, request: Request, scope: Scope) -> Response:
        allowed: set[str] = set()
        for route in self._short:
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                answer: Response = await route.endpoint(request)
                return answer
            if match is Match.PARTIAL:
                allowed |= route.methods or set()
        problem = Problem("method_not_allowed", headers={"Allow": ", ".join(sorted(allowed))}) if allowed else Problem("route_unknown")
        return problem.response(language(request), correlation_of(request))
