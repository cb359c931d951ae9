"""One service's HTTP face: routes from its table, health, metrics, its own description; graceful from start to stop."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import structlog
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from shared.kernel.settings import ServiceSettings
from shared.kernel.telemetry import tracer
from shared.kernel.tokens import Tokens
from shared.kernel.worker import Parts, Worker
from shared.web.answers import Endpoint
from shared.web.asyncapi import asyncapi
from shared.web.dispatch import ServiceApp
from shared.web.files import Download, Proof, Upload
from shared.web.openapi import openapi
from shared.web.problem import Problem
from shared.web.requests import Door, correlation_of, language
from shared.web.routes import Get, History, Post, batch_path
from shared.web.tlog import Tlog
from shared.web.transfers import Transfers

_log = structlog.get_logger(__name__)
Row = Post | Get | History | Download | Proof | Upload
PREFIX = "/v1/{county}"


@dataclass(slots=True)
class _Running:
    worker: Worker | None = None
    door: Door | None = None

    def the_worker(self) -> Worker:
        if self.worker is None:
            raise ConnectionError("not started")
        return self.worker

    def the_door(self) -> Door:
        if self.door is None:
            raise ConnectionError("not started")
        return self.door


class Face(Protocol):
    """What a process shows besides the routes of its table."""

    @property
    def v1(self) -> Sequence[Route]:
        """Routes below `/v1`."""
        ...

    @property
    def other(self) -> Sequence[BaseRoute]:
        """Routes anywhere else."""
        ...

    async def start(self, worker: Worker, door: Door) -> None:
        """Begin, once the worker runs."""
        ...

    async def stop(self) -> None:
        """End, before the worker does."""
        ...

    def let_go(self) -> None:
        """End what would not end by itself: the process is about to stop, and waits for its connections."""
        ...


def create_app(parts: Parts, table: Sequence[Row], settings: ServiceSettings, face: Face | None = None) -> FastAPI:
    """Return the ASGI application of a service; its lifespan opens and closes the worker."""
    running = _Running()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        worker = await Worker.open(parts, settings)
        tokens = Tokens(
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            algorithm=settings.token_algorithm,
            keys=settings.token_keys_file,
        )
        running.worker, running.door = worker, Door(tokens, frozenset(settings.counties), worker.clock)
        await worker.start()
        if face is not None:
            await face.start(worker, running.door)
        _log.info("service_started", counties=settings.counties, port=settings.http_port)
        try:
            yield
        finally:
            if face is not None:
                await face.stop()
            await worker.stop()
            _log.info("service_stopped")

    service = parts.contract.service
    endpoints = Transfers(running.the_worker, running.the_door, tracer(service, settings.otlp_endpoint))
    short = [Route(PREFIX + path, endpoint, methods=[method]) for row in table for path, endpoint, method in _routes(row, endpoints)]
    short.append(Route(f"{PREFIX}/as-of", endpoints.moment(), methods=["GET"]))
    short.extend(face.v1 if face is not None else ())
    app = ServiceApp(
        short=short,
        title=f"yinuo {service}",
        lifespan=lifespan,
        redirect_slashes=False,  # an address is right or it is not
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(Exception, _internal_problem)
    for path, content in (("/openapi.json", openapi(parts, table, PREFIX)), ("/asyncapi.json", asyncapi(parts, settings.kafka))):
        app.router.routes.append(Route(path, _document(content), methods=["GET"]))
    for path, endpoint in (("/livez", _alive), ("/readyz", _ready(running)), ("/metrics", _metrics)):
        app.router.routes.append(Route(path, endpoint, methods=["GET"]))
    app.router.routes.extend(Tlog(running.the_worker, running.the_door).routes())
    for name in parts.contract.events:
        app.router.routes.append(Route(parts.contract.dataschema(name), _document(parts.contract.schema(name)), methods=["GET"]))
    app.router.routes.extend(face.other if face is not None else ())
    return app


def _routes(row: Row, endpoints: Transfers) -> list[tuple[str, Endpoint, str]]:
    match row:
        case Post():
            return [(row.path, endpoints.command(row), "POST"), (batch_path(row.path), endpoints.batch(row), "POST")]
        case Get():
            return [(row.path, endpoints.query(row), "GET")]
        case History():
            return [(row.path, endpoints.history(row), "GET")]
        case Download():
            return [(row.path, endpoints.download(row), "GET")]
        case Proof():
            return [(row.path, endpoints.proof(row), "GET")]
        case Upload():
            return [(row.path, endpoints.upload(row), "POST")]


def _document(content: dict[str, Any]) -> Endpoint:
    body = orjson.dumps(content)

    async def document(_request: Request) -> Response:
        return Response(body, media_type="application/json")

    return document


async def _alive(_request: Request) -> Response:
    return Response(b'{"status":"alive"}', media_type="application/json")


def _ready(running: _Running) -> Endpoint:
    async def ready(_request: Request) -> Response:
        wrong = await running.worker.readiness() if running.worker is not None else {"service": "not started"}
        body = orjson.dumps({"status": "not ready" if wrong else "ready", "wrong": wrong})
        return Response(body, 503 if wrong else 200, media_type="application/json")

    return ready


async def _metrics(_request: Request) -> Response:
    return Response(await asyncio.to_thread(generate_latest), media_type=CONTENT_TYPE_LATEST)


async def _http_problem(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    code = {404: "route_unknown", 405: "method_not_allowed"}.get(status, "request_refused" if status < 500 else "internal")  # noqa: PLR2004
    headers = dict(fault.headers or {}) if isinstance(fault, HTTPException) else {}
    return Problem(code, headers=headers).response(language(request), correlation_of(request))


async def _internal_problem(request: Request, fault: Exception) -> Response:
    _log.error("internal_error", path=request.scope["path"], correlation_id=correlation_of(request), exc_info=fault)
    return Problem("internal").response(language(request), correlation_of(request))
