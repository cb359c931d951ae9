"""Commands' endpoints, made from the rows of a service's route table."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
import structlog
from opentelemetry import trace
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from shared.kernel.commands import fingerprint
from shared.kernel.errors import EventTooLarge, LogBehind, Rejected
from shared.kernel.event_log import Answer
from shared.kernel.ids import uuid7
from shared.kernel.rules import Asked
from shared.kernel.tenancy import TROUBLE, county_reading
from shared.web.answers import Answers, Endpoint
from shared.web.problem import Problem, of_rejection, of_size, of_validation
from shared.web.requests import an_id, command_id_of, correlation_of, language, path_id, read_body
from shared.web.routes import Batch, Item, Post, Reading, body_of, build

_AT_ONCE = 256
_log = structlog.get_logger(__name__)


class Endpoints(Answers):
    """Makes endpoints for one running service: of commands, besides those of questions."""

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


def _path_names(path: str) -> set[str]:
    return {part[1:-1] for part in path.split("/") if part.startswith("{")}
