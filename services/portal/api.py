"""The portal's JSON interface and its live streams. It takes no commands: people's go to the services."""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Annotated

import orjson
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.portal.lanes import SOURCES
from services.portal.login.authority import Authority, Viewer
from services.portal.login.viewers import Viewers
from services.portal.queries.figures import funnel
from services.portal.stream.cursor import Cursors
from services.portal.stream.follow import Streams, Wanted
from services.portal.stream.frames import Filters
from services.portal.stream.masking import level_of
from services.portal.stream.tail import Tails
from shared.kernel.tenancy import TROUBLE, county_reading
from shared.kernel.text import UnitCode
from shared.kernel.workdays import business_day
from shared.web.answers import parameters
from shared.web.app import Row
from shared.web.problem import Problem
from shared.web.requests import correlation_of, language

if TYPE_CHECKING:
    from shared.kernel.worker import Worker

TABLE: Sequence[Row] = ()
_TYPES = frozenset(name for contract in SOURCES for name in contract.events)
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Access-Control-Allow-Origin": "*"}  # other sites see what all see


class StreamParams(BaseModel):
    """Query parameters of a stream."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    types: Annotated[str | None, Field(max_length=2_000, description="Types of events, separated by commas; none: all you may see")] = None
    stream: Annotated[str | None, Field(max_length=100, description="One stream, as in `need-0199…`")] = None
    unit: Annotated[UnitCode | None, Field(description="What concerns one organisation")] = None
    town: Annotated[UnitCode | None, Field(description="What concerns one town")] = None
    cursor: Annotated[
        str | None, Field(max_length=200, description="Where to go on from, as `Last-Event-ID` says it; empty: from the beginning")
    ] = None


class Interface:
    """The endpoints below `/v1/{county}`."""

    def __init__(self, worker: "Worker", viewers: Viewers, authority: Authority, tails: Tails, cursors: Cursors) -> None:
        self._worker = worker
        self._viewers = viewers
        self._authority = authority
        self._tails = tails
        self._cursors = cursors
        self._streams = Streams(worker.pool, tails, cursors)

    async def stream(self, request: Request) -> Response:
        """Answer with server-sent events, until the reader leaves or may not stay."""
        try:
            viewer = await self._viewers.of(request)
            asked = parameters(StreamParams, request)
            wanted = self._wanted(request, viewer, asked)
            async with self._streams.gate:
                await self._authority.demand(viewer)
        except Problem as problem:
            return problem.response(language(request), correlation_of(request))
        except TROUBLE:
            return Problem("unavailable", headers={"Retry-After": "1"}).response(language(request), correlation_of(request))
        return EventSourceResponse(self._watched(viewer, wanted), headers=_HEADERS)

    async def snapshot(self, request: Request) -> Response:
        """Answer with what the county has come to, and the cursor to go on from."""
        try:
            viewer = await self._viewers.of(request)
            county, level = viewer.county, level_of(viewer.actor)
            tail = await self._tails.of(county)
            cursor = self._cursors.write(county, level, tail.vector)
            async with county_reading(self._worker.pool, county) as connection:
                figures = await funnel(connection, county, business_day(self._worker.clock.now(county)))
        except Problem as problem:
            return problem.response(language(request), correlation_of(request))
        body = {"county": county, "cursor": cursor, "figures": figures, "stream": f"/v1/{county}/stream"}
        return Response(orjson.dumps(body), media_type="application/json", headers=_HEADERS)

    def _wanted(self, request: Request, viewer: Viewer, asked: StreamParams) -> Wanted:
        types = frozenset((asked.types or "").split(",")) - {""}
        if unknown := types - _TYPES:
            raise Problem(
                "parameter_invalid", errors=[{"pointer": "/types", "code": "unknown", "detail": ", ".join(sorted(unknown))[:200]}]
            )
        filters = Filters(types, asked.stream, asked.unit, asked.town)
        return Wanted(viewer.county, level_of(viewer.actor), filters, request.headers.get("last-event-id") or asked.cursor)

    async def _watched(self, viewer: Viewer, wanted: Wanted) -> AsyncIterator[bytes]:
        with self._authority.watching(viewer) as watched:
            async for piece in self._streams.follow(wanted, watched.allowed):
                yield piece
