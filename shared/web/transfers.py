"""Endpoints for files: the same door, the same problems, the same commands as everything else."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import structlog
from opentelemetry import trace
from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.commands import fingerprint
from shared.kernel.derived import derived
from shared.kernel.errors import EventTooLarge, Rejected
from shared.kernel.event_log import Answer
from shared.kernel.rules import Command
from shared.kernel.tenancy import TROUBLE, county_reading
from shared.web.answers import Endpoint, parameters
from shared.web.endpoints import Endpoints, validated
from shared.web.files import Download, Proof, Receiving, Upload, header, read_file, receipt_file, response_of
from shared.web.problem import Problem, of_rejection, of_size
from shared.web.requests import correlation_of, language
from shared.web.routes import Reading, body_of, build

_CHUNK = 1 << 20
_log = structlog.get_logger(__name__)


class Transfers(Endpoints):
    """Makes endpoints for the rows of a table that take or give files, besides all others."""

    def download(self, route: Download) -> Endpoint:
        """Return the endpoint of a query whose answer is a file."""

        async def inner(request: Request, _span: trace.Span) -> Response:
            principal, ids = await self.asked(route, request, anyone=route.public and "as_of" not in request.query_params)
            headers: dict[str, str] = {}
            async with self.reading(route, principal, parameters(route.params, request), ids, headers) as reading:
                sent = await route.query(reading)
            if sent is None:
                raise Problem("not_found")
            content = await asyncio.to_thread(sent.content) if callable(sent.content) else None
            response = response_of(sent, content)
            response.headers.update(headers)
            return response

        return self.guarded(route.query.__name__, inner)

    def proof(self, route: Proof) -> Endpoint:
        """Return the endpoint of a receipt. The database is let go between finding the position and proving it."""

        async def inner(request: Request, _span: trace.Span) -> Response:
            principal, ids = await self.asked(route, request, anyone=route.public)
            params = parameters(route.params, request)
            await self._wait(route, principal.county, params)
            worker = self._worker()
            async with county_reading(worker.pool, principal.county) as connection:
                position = await route.query(
                    Reading(connection, principal.county, principal.actor, params, ids, worker.commands.sealer, worker.opened)
                )
            if position is None or worker.notary is None:
                raise Problem("not_found")
            receipt = await worker.notary.receipt(principal.county, position)
            if receipt is None:
                raise Problem("not_yet_witnessed", headers={"Retry-After": "5"})
            return response_of(receipt_file(worker.parts.contract.service, principal.county, position), receipt)

        return self.guarded(route.query.__name__, inner)

    def upload(self, route: Upload) -> Endpoint:
        """Return the endpoint of a file that becomes commands."""

        async def inner(request: Request, span: trace.Span) -> Response:
            door, worker = self._door(), self._worker()
            principal, ids = await self.asked(route, request, anyone=route.public)
            params = parameters(route.params, request)
            headers = {name: told for name in route.headers if (told := header(request, name)) is not None}
            spoken, correlation = language(request), correlation_of(request)
            file, size = await read_file(request, route.most)
            with file:
                mark = b"".join([await asyncio.to_thread(_digest, file), *(f"{name}={told}".encode() for name, told in headers.items())])
                asked = door.asked(request, principal, mark, span)

                async def give(
                    command: type[Command], raw: bytes, *, filled: Mapping[str, Any], key: str | None = None, rehearsed: bool = False
                ) -> Answer | None:
                    body = validated(body_of(command), raw)
                    own = asked
                    if key is not None:
                        own = replace(
                            asked,
                            command_id=derived(asked.county, key),
                            # Not the actor: who brings the same row again changes nothing, whoever brought it first.
                            fingerprint=fingerprint(route.path.encode(), raw),
                            expected=None,
                        )
                    asking = build(command, body, filled)
                    try:
                        return await (worker.commands.rehearse(asking, own) if rehearsed else worker.commands.execute(asking, own))
                    except Rejected as refusal:
                        raise of_rejection(refusal) from refusal
                    except EventTooLarge as fault:
                        raise of_size(fault) from fault

                async def settled(item: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
                    try:
                        return await item
                    except Problem as problem:
                        return {"status": problem.status, "problem": problem.document(spoken, correlation)}
                    except TROUBLE as fault:
                        _log.warning("item_failed", route=route.take.__name__, correlation_id=correlation, error=repr(fault))
                        later = Problem("unavailable")
                        return {"status": later.status, "problem": later.document(spoken, correlation)}

                head = (await worker.log.head(principal.county)).position
                receiving = Receiving(
                    file, size, principal.county, principal.actor, params, ids, headers, worker.opened, head, give, settled
                )
                answer = await route.take(receiving)
            return Response(await asyncio.to_thread(orjson.dumps, answer), route.status, media_type="application/json")

        return self.guarded(route.take.__name__, inner)


def _digest(file: Any) -> bytes:  # noqa: ANN401 - a file of bytes
    """Return what tells this file from others, and leave it at its beginning."""
    mark = b""
    while part := file.read(_CHUNK):
        mark = fingerprint(mark, part)
    file.seek(0)
    return mark
