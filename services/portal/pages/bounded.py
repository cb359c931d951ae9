"""No request is longer than it may be: forms 1 MiB, forms with files what their files may have together."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problem import Problem
from shared.web.requests import MAX_BODY, correlation_of, language

_MOST_WITH_FILES = 81 << 20
"""Bytes of a form with files; they go to a temporary file, and each file's own bound is its service's."""


class Bounded:
    """Refuses what is too long before it is read, or as soon as more than that has come."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request, had, answered = Request(scope), 0, False
        files = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
        most = _MOST_WITH_FILES if files else MAX_BODY

        async def counted() -> Message:
            nonlocal had
            message = await receive()
            had += len(message.get("body", b""))
            _demand(had <= most)
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        length = request.headers.get("content-length", "")
        try:
            _demand(not length.isdecimal() or int(length) <= most)
            await self._inner(scope, counted, noted)
        except Problem as problem:
            if answered:
                raise
            await problem.response(language(request), correlation_of(request))(scope, receive, send)


def _demand(fits: bool) -> None:  # noqa: FBT001 - what is demanded
    if not fits:
        raise Problem("body_too_large")
