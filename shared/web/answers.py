"""Answers to questions: lists, resources, histories, of now or as of a moment of the past."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
import structlog
from opentelemetry import trace
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from shared.kernel import metrics
from shared.kernel.as_of.moments import read_moment
from shared.kernel.checkpoints import CODE_VERSION
from shared.kernel.errors import Rejected
from shared.kernel.telemetry import parent_of
from shared.kernel.tenancy import TROUBLE, county_reading
from shared.kernel.tokens import Principal
from shared.kernel.worker import Worker
from shared.web.files import Download, Proof, Upload
from shared.web.problem import Problem, of_rejection, of_validation
from shared.web.requests import Door, correlation_of, language, path_id
from shared.web.routes import Get, History, HistoryParams, MomentParams, Page, Reading, require_role

Endpoint = Callable[[Request], Awaitable[Response]]
_READ_YOUR_WRITES_SECONDS = 2.0
_HISTORY_PAGE = 500
_log = structlog.get_logger(__name__)


class Answers:
    """Makes the endpoints of questions for one running service."""

    def __init__(self, worker: Callable[[], Worker], door: Callable[[], Door], tracer: trace.Tracer) -> None:
        self._worker = worker
        self._door = door
        self._tracer = tracer

    def guarded(self, name: str, inner: Callable[[Request, trace.Span], Awaitable[Response]]) -> Endpoint:
        """Wrap an endpoint: a span, the time it took, and a problem document for whatever goes wrong."""

        async def endpoint(request: Request) -> Response:
            began = time.perf_counter()
            correlation = correlation_of(request)
            outcome = "error"
            with self._tracer.start_as_current_span(name, context=parent_of(request.headers.get("traceparent"))) as span:
                try:
                    response = await inner(request, span)
                    outcome = "done"
                except Problem as problem:
                    outcome, response = problem.code, problem.response(language(request), correlation)
                except TROUBLE as fault:
                    _log.warning("request_failed", route=name, correlation_id=correlation, error=repr(fault))
                    outcome, response = (
                        "unavailable",
                        Problem("unavailable", headers={"Retry-After": "1"}).response(language(request), correlation),
                    )
                except ClientDisconnect:
                    raise
                except Exception as fault:  # noqa: BLE001 - the last door: told as what it is, logged with its trace
                    _log.error("internal_error", route=name, correlation_id=correlation, exc_info=fault)
                    outcome, response = "internal", Problem("internal").response(language(request), correlation)
            response.headers["X-Correlation-ID"] = correlation
            _log.debug("request_answered", route=name, outcome=outcome, correlation_id=correlation)
            metrics.COMMANDS.labels(name, outcome).inc()
            metrics.COMMAND_SECONDS.labels(name).observe(time.perf_counter() - began)
            return response

        return endpoint

    def query(self, route: Get) -> Endpoint:
        """Return the endpoint of one query."""

        async def inner(request: Request, _span: trace.Span) -> Response:
            # The past costs more than a stranger may spend.
            principal, ids = await self.asked(route, request, anyone=route.public and "as_of" not in request.query_params)
            headers: dict[str, str] = {}
            async with self.reading(route, principal, parameters(route.params, request), ids, headers) as reading:
                found = await route.query(reading)
            if found is None:
                raise Problem("not_found")
            if isinstance(found, Page):
                return _json({"items": found.items, "next": None if found.next is None else str(found.next)}, headers)
            if "version" in found:
                headers["ETag"] = f'"{found["version"]}"'
            return _json(found, headers)

        return self.guarded(route.query.__name__, inner)

    async def asked(self, route: Get | Proof | Download | Upload, request: Request, *, anyone: bool) -> tuple[Principal, dict[str, Any]]:
        """Return who asks, let in, and the path's ids."""
        if anyone:
            principal = self._door().anyone(request)
        else:
            principal = await self._door().principal(request)
            if not route.public:
                require_role(principal.actor, route.roles)
        names = [name for name in request.path_params if name != "county"]
        return principal, {name: request.path_params[name] if route.text_ids else path_id(request, name) for name in names}

    @asynccontextmanager
    async def reading(
        self,
        route: Get | Download,
        principal: Principal,
        params: Any,  # noqa: ANN401 - any Params
        ids: Mapping[str, Any],
        headers: dict[str, str],
    ) -> AsyncIterator[Reading]:
        """Lend what a query may use, of now or as of the moment asked for; `headers` are told what that came to."""
        worker, county = self._worker(), principal.county
        more = (county, principal.actor, params, ids, worker.commands.sealer, worker.opened)
        if params.as_of is None:
            await self._wait(route, county, params)
            async with county_reading(worker.pool, county) as connection:
                yield Reading(connection, *more)
            return
        if params.min_position is not None:
            raise Problem("parameter_invalid", errors=[{"pointer": "/min_position", "code": "not_with_as_of"}])
        try:
            vector = await worker.past.vector(county, read_moment(params.as_of))
            headers |= told(str(vector))
            async with worker.past.reading(county, vector) as connection:
                yield Reading(connection, *more)
        except Rejected as refusal:
            raise of_rejection(refusal) from refusal

    def moment(self) -> Endpoint:
        """Return the endpoint that says what a moment comes to: how far each lane is read, and when its last event was recorded."""

        async def inner(request: Request, _span: trace.Span) -> Response:
            county = (await self._door().principal(request)).county
            asked, past = parameters(MomentParams, request), self._worker().past
            try:
                moment = None if asked.as_of is None else read_moment(asked.as_of)
                if asked.own:
                    vector = await past.of_own_lane(county, moment)
                else:
                    vector = await past.now(county) if moment is None else await past.vector(county, moment)
            except Rejected as refusal:
                raise of_rejection(refusal) from refusal
            own = past.lanes.own
            recorded_at = await past.lanes.recorded_at(county, vector[own])
            said = {"service": own, "as_of": str(vector), "positions": dict(vector.positions), "recorded_at": recorded_at}
            said["code_version"] = CODE_VERSION
            return _json(said, told(str(vector)))

        return self.guarded("moment", inner)

    async def _wait(self, route: Get | Download | Proof, county: str, params: Any) -> None:  # noqa: ANN401 - any Params
        wanted = params.min_position
        worker = self._worker()
        service = worker.parts.contract.service
        if wanted and not await worker.progress.reached(county, route.projection, service, wanted, seconds=_READ_YOUR_WRITES_SECONDS):
            raise Problem("projection_behind", headers={"Retry-After": "1"}, position=wanted)

    def history(self, route: History) -> Endpoint:
        """Return the endpoint of a stream's events: the very bytes, 500 a page, `next` for more."""

        async def inner(request: Request, _span: trace.Span) -> Response:
            principal = await self._door().principal(request)
            require_role(principal.actor, route.roles)
            ids = {name: path_id(request, name) for name in request.path_params if name != "county"}
            asked = parameters(HistoryParams, request)
            worker, headers = self._worker(), {}
            events = await worker.log.stream(principal.county, route.stream(ids), after=asked.after, limit=_HISTORY_PAGE)
            if asked.as_of is not None:
                try:
                    until = await worker.past.own_position(principal.county, read_moment(asked.as_of))
                except Rejected as refusal:
                    raise of_rejection(refusal) from refusal
                headers = told(f"{worker.past.lanes.own}@{until}")
                events = [event for event in events if event.meta.position <= until]
            if not events and asked.after == 0:
                raise Problem("not_found")
            more = str(events[-1].meta.version) if len(events) == _HISTORY_PAGE else None
            return _json({"items": [orjson.Fragment(event.body) for event in events], "next": more}, headers)

        return self.guarded(f"history {route.path}", inner)


def told(vector: str) -> dict[str, str]:
    """Return the headers of an answer about the past: the vector it was read at, and by which code."""
    return {"As-Of": vector, "Yinuo-Version": CODE_VERSION}


def parameters(model: type[BaseModel], request: Request) -> Any:  # noqa: ANN401 - an instance of the model
    """Return the query's parameters; a Problem where one is repeated or not as it must be."""
    given = request.query_params.multi_items()
    times = Counter(name for name, _ in given)
    wrong = {name: "repeated" if times[name] > 1 else "nul" for name, value in given if times[name] > 1 or "\x00" in value}
    if wrong:
        raise Problem("parameter_invalid", errors=[{"pointer": f"/{name}", "code": code} for name, code in wrong.items()])
    try:
        return model.model_validate(dict(given))
    except ValidationError as fault:
        problem = of_validation(fault)
        raise Problem("parameter_invalid", errors=problem.errors) from fault


def _json(content: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content, default=_plain), headers=dict(headers or {}), media_type="application/json")


def _plain(value: object) -> str:
    """Write the database driver's own kind of UUID, which orjson does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
