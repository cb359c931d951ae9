"""Endpoints made from the rows of a service's route table."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
import structlog
from opentelemetry import trace
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from shared.kernel import metrics
from shared.kernel.commands import fingerprint
from shared.kernel.errors import EventTooLarge, LogBehind, Rejected
from shared.kernel.event_log import Answer
from shared.kernel.ids import uuid7
from shared.kernel.rules import Asked
from shared.kernel.telemetry import parent_of
from shared.kernel.tenancy import TROUBLE, county_reading
from shared.kernel.worker import Worker
from shared.web.files import Download
from shared.web.problem import Problem, of_rejection, of_size, of_validation
from shared.web.requests import Door, an_id, command_id_of, correlation_of, language, path_id, read_body
from shared.web.routes import Batch, Get, History, HistoryParams, Item, Page, Post, Reading, body_of, build, require_role

Endpoint = Callable[[Request], Awaitable[Response]]
_READ_YOUR_WRITES_SECONDS = 2.0
_HISTORY_PAGE = 500
_AT_ONCE = 256
_log = structlog.get_logger(__name__)


class Endpoints:
    """Makes endpoints for one running service."""

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

    def command(self, route: Post) -> Endpoint:
        """Return the endpoint of one command."""
        body_model = body_of(route.command)

        async def inner(request: Request, span: trace.Span) -> Response:
            door = self._door()
            principal = door.anyone(request) if route.public else await door.principal(request)
            raw = await read_body(request)
            asked = door.asked(request, principal, raw, span)
            ids = {name: path_id(request, name) for name in request.path_params if name != "county"}
            body = _received(body_model, raw)
            answer, said = await self._carry_out(route, body, ids, asked)
            return Response(orjson.dumps(said), 201, headers={"ETag": f'"{answer.version}"'}, media_type="application/json")

        return self.guarded(route.command.__name__, inner)

    def batch(self, route: Post) -> Endpoint:
        """Return the endpoint that takes many commands of one kind and answers each by itself."""

        async def inner(request: Request, span: trace.Span) -> Response:
            door = self._door()
            principal = door.anyone(request) if route.public else await door.principal(request)
            raw = await read_body(request)
            asked = door.asked(request, principal, raw, span)
            batch = _received(Batch, raw)
            gate = asyncio.Semaphore(_AT_ONCE)
            keyed = "idempotency-key" in request.headers
            spoken, correlation = language(request), correlation_of(request)

            async def one(index: int, item: Item) -> dict[str, Any]:
                async with gate:
                    try:
                        said = await self._item(route, asked, index, item, keyed_batch=keyed)
                    except Problem as problem:
                        return {"status": problem.status, "problem": problem.document(spoken, correlation)}
                    except TROUBLE as fault:
                        _log.warning("item_failed", route=route.command.__name__, correlation_id=correlation, error=repr(fault))
                        later = Problem("unavailable")
                        return {"status": later.status, "problem": later.document(spoken, correlation)}
                    return {"status": 201, **said}

            items = await asyncio.gather(*(one(index, item) for index, item in enumerate(batch.items)))
            return Response(orjson.dumps({"items": items}), 200, media_type="application/json")

        return self.guarded(f"{route.command.__name__}:batch", inner)

    async def _item(self, route: Post, asked: Asked, index: int, item: Item, *, keyed_batch: bool) -> dict[str, Any]:
        wanted = _path_names(route.path)
        if item.path.keys() != wanted:
            raise Problem(
                "batch_path_wrong",
                errors=[{"pointer": f"/items/{index}/path", "code": "batch_path_wrong"}],
                names=", ".join(sorted(wanted)),
            )
        ids = {name: an_id(text) for name, text in item.path.items()}
        raw = to_json(item.body, inf_nan_mode="constants")  # orjson would make null of them, and fail on long integers
        body = validated(body_of(route.command), raw, f"/items/{index}/body")
        path = "".join(f"{name}={value}" for name, value in sorted(item.path.items()))
        keyed = item.key if item.key is not None else f"{asked.command_id}#{index}" if keyed_batch else None
        own = replace(
            asked,
            command_id=command_id_of(asked.county, asked.actor, keyed) if keyed is not None else uuid7(),
            fingerprint=fingerprint(route.path.encode(), path.encode(), asked.actor.sub.encode(), raw),
            expected=None,
        )
        return (await self._carry_out(route, body, ids, own))[1]

    async def _carry_out(self, route: Post, body: BaseModel, ids: Mapping[str, UUID], asked: Asked) -> tuple[Answer, dict[str, Any]]:
        filled: dict[str, Any] = dict(ids)
        if route.new is not None:
            filled[route.new] = uuid7()
        command = build(route.command, body, filled)
        try:
            answer = await self._worker().commands.execute(command, asked)
        except Rejected as refusal:
            raise of_rejection(refusal) from refusal
        except EventTooLarge as fault:
            raise of_size(fault) from fault
        except LogBehind as fault:
            raise Problem("log_behind", headers={"Retry-After": "60"}) from fault
        said: dict[str, Any] = {"id": answer.stream.partition("-")[2], "version": answer.version, "position": str(answer.position)}
        if route.shows is not None:
            async with county_reading(self._worker().pool, asked.county) as connection:
                said |= await route.shows(
                    Reading(connection, asked.county, asked.actor, None, ids, self._worker().commands.sealer), command
                )
        return answer, said

    def query(self, route: Get) -> Endpoint:
        """Return the endpoint of one query."""

        async def inner(request: Request, _span: trace.Span) -> Response:
            if route.public:
                principal = self._door().anyone(request)
            else:
                principal = await self._door().principal(request)
                require_role(principal.actor, route.roles)
            ids: dict[str, Any] = {
                name: request.path_params[name] if route.text_ids else path_id(request, name)
                for name in request.path_params
                if name != "county"
            }
            params = parameters(route.params, request)
            await self._wait(route, principal.county, params)
            async with county_reading(self._worker().pool, principal.county) as connection:
                found = await route.query(
                    Reading(connection, principal.county, principal.actor, params, ids, self._worker().commands.sealer)
                )
            if found is None:
                raise Problem("not_found")
            if isinstance(found, Page):
                return _json({"items": found.items, "next": None if found.next is None else str(found.next)})
            headers = {"ETag": f'"{found["version"]}"'} if "version" in found else {}
            return _json(found, headers)

        return self.guarded(route.query.__name__, inner)

    async def _wait(self, route: Get | Download, county: str, params: Any) -> None:  # noqa: ANN401 - any Params
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
            after = parameters(HistoryParams, request).after
            events = await self._worker().log.stream(principal.county, route.stream(ids), after=after, limit=_HISTORY_PAGE)
            if not events and after == 0:
                raise Problem("not_found")
            more = str(events[-1].meta.version) if len(events) == _HISTORY_PAGE else None
            return _json({"items": [orjson.Fragment(event.body) for event in events], "next": more})

        return self.guarded(f"history {route.path}", inner)


def _received(model: type[BaseModel], raw: bytes) -> Any:  # noqa: ANN401 - an instance of the model
    valid = validated(model, raw)
    try:
        if raw.count(b":") == _members(orjson.loads(raw)):
            return valid  # every member needs a colon: with none left over, none stands twice
    except orjson.JSONDecodeError:
        pass  # a number it does not take, in a value the model takes whole
    try:
        json.loads(raw, object_pairs_hook=_each_once)
    except ValueError as fault:
        raise Problem("key_repeated") from fault
    return valid


def _members(value: object) -> int:
    """Return how many distinct members the objects in a value have."""
    if isinstance(value, dict):
        return len(value) + sum(_members(item) for item in value.values() if isinstance(item, dict | list))
    if isinstance(value, list):
        return sum(_members(item) for item in value)
    return 0


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object that names a key twice: readers disagree on which of the two counts (RFC 8259, section 4)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def validated(model: type[BaseModel], raw: bytes, prefix: str = "") -> Any:  # noqa: ANN401 - an instance of the model
    """Return the model of a JSON text; a Problem with a pointer for each fault, below `prefix`."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as fault:
        raise of_validation(fault, prefix) from fault


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


def _path_names(path: str) -> set[str]:
    return {part[1:-1] for part in path.split("/") if part.startswith("{")}


def _json(content: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content, default=_plain), headers=dict(headers or {}), media_type="application/json")


def _plain(value: object) -> str:
    """Write the database driver's own kind of UUID, which orjson does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
