"""The short way to a service's own routes: matched and answered without the layers that only other routes need."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from shared.web.problem import Problem
from shared.web.requests import correlation_of, language

SHORT = "/v1/"


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
        request = Request(scope, receive)
        try:
            response = await self._answer(request, scope)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

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
