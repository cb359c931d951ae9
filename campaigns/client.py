"""A client of the services' public HTTP interface: patient, and harmless when it repeats itself."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx

from campaigns.calls import Actor, Call, Ref, Step

Token = Callable[[str, Actor], str]
"""Returns a bearer token for an actor of a county."""

AUDITOR = Actor("auditor", "auditor-01")
PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = (0.05, 2.0)
_PAGE = 500
_MOST_BYTES = 900_000
_NOT_YET = frozenset({"need_not_known", "unit_not_registered", "project_not_known", "profile_not_adopted", "stream_too_busy"})
"""Refusals that may only mean that a service has not heard yet what another one was told a moment ago."""


class CampaignError(Exception):
    """Why a campaign cannot go on, in one sentence."""


class UnreachableError(CampaignError):
    """A service did not answer, or did not come to know something, for as long as a campaign is patient."""


class RefusedError(CampaignError):
    """A service refused a command of the plan: what it holds is something other than this campaign's past."""


class Api:
    """The services as one county's people reach them. `positions` holds how far each service's lane is known to reach."""

    def __init__(
        self, http: httpx.AsyncClient, bases: Mapping[str, str], county: str, token: Token, *, patience: float = PATIENCE_SECONDS
    ) -> None:
        self.county = county
        self.patience = patience
        self.positions: dict[str, int] = {}
        self._http = http
        self._bases = bases
        self._token = token
        self._tokens: dict[Actor, str] = {}
        self._ids: dict[str, str] = {}

    async def carry_out(self, step: Step) -> None:
        """Give the step's commands, each until it is done; RefusedError and UnreachableError say why one is not."""
        if step.bulk:
            await self._bulk(step)
            return
        for call, at in zip(step.calls, step.times, strict=True):
            headers = {"Idempotency-Key": call.key}
            path = (
                call.path
                if call.opens
                else call.path[: call.path.index("{")] + self._ids[call.thing] + call.path[call.path.index("}") + 1 :]
            )
            answer = await self._post(call, path, self._resolved(call.body), at, headers)
            self._note(call, answer)

    async def items(self, service: str, path: str, **params: str) -> list[dict[str, Any]]:
        """Return all items of a list, page by page, as the auditor sees them."""
        found: list[dict[str, Any]] = []
        after = "0"
        while True:
            page = await self._get(service, path, {"limit": str(_PAGE), "after": after, **params})
            found += page["items"]
            if page["next"] is None:
                return found
            after = page["next"]

    async def known(self, service: str, path: str) -> Any:  # noqa: ANN401 - a JSON document
        """Return a resource once it holds everything this campaign knows the service to have recorded."""
        return await self._get(service, path, {"min_position": str(self.positions[service])} if service in self.positions else {})

    async def history(self, service: str, path: str) -> list[dict[str, Any]]:
        """Return a stream's events, at most 500."""
        events: list[dict[str, Any]] = (await self._get(service, f"{path}/history", {}))["items"]
        return events

    async def _bulk(self, step: Step) -> None:
        """Send what is left of a batch until nothing is: items are answered one by one, and only those that may yet be done go again."""
        left = list(step.calls)
        deadline, pause = time.monotonic() + self.patience, _PAUSE_SECONDS[0]
        while left:
            again: list[Call] = []
            trouble = ""
            for part in _parts([(call, self._item(call)) for call in left]):
                calls = [call for call, _ in part]
                path = _batch_path(calls[0].path)
                answers = await self._post(calls[0], path, {"items": [item for _, item in part]}, step.times[0], {})
                for call, answer in zip(calls, answers["items"], strict=True):
                    if "problem" not in answer:
                        self._note(call, answer)
                    elif _may_pass(answer["status"], answer["problem"]):
                        again.append(call)
                        trouble = _told(answer["status"], answer["problem"])
                    else:
                        raise self._refusal(call, _told(answer["status"], answer["problem"]))
            left = again
            if left:
                pause = await self._pause(deadline, pause, left[0].service, trouble)

    async def _post(self, call: Call, path: str, body: object, at: datetime, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {**headers, "Simulated-Time": at.isoformat(), "Content-Type": "application/json"}
        response = await self._send("POST", call.service, path, call.actor, headers=headers, content=content)
        if response.is_error:
            raise self._refusal(call, _told(response.status_code, response.json()))
        return response.json()

    async def _get(self, service: str, path: str, params: Mapping[str, str]) -> Any:  # noqa: ANN401 - a JSON document
        response = await self._send("GET", service, path, AUDITOR, params=params)
        if response.is_error:
            raise RefusedError(f"{self.county}: {path} was not shown: {_told(response.status_code, response.json())}")
        return response.json()

    async def _send(
        self,
        method: str,
        service: str,
        path: str,
        actor: Actor,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send until there is an answer that repeating will not change."""
        headers = {"Authorization": f"Bearer {self._bearer(actor)}", **(headers or {})}
        url = f"{self._bases[service]}/v1/{self.county}{path}"
        deadline, pause = time.monotonic() + self.patience, _PAUSE_SECONDS[0]
        while True:
            try:
                response = await self._http.request(method, url, headers=headers, params=params, content=content)
            except httpx.TransportError as fault:
                trouble = f"{type(fault).__name__} {fault}".strip()
            else:
                if not response.is_error or not _may_pass(response.status_code, response.json()):
                    return response
                trouble = _told(response.status_code, response.json())
            pause = await self._pause(deadline, pause, service, trouble)

    async def _pause(self, deadline: float, pause: float, service: str, trouble: str) -> float:
        """Wait a little and return the next pause; UnreachableError when patience is at its end."""
        if time.monotonic() + pause > deadline:
            raise UnreachableError(f"{self.county}: {service} could not do it for {self.patience:g} s: {trouble}.")
        await asyncio.sleep(pause)
        return min(pause * 2, _PAUSE_SECONDS[1])

    def _bearer(self, actor: Actor) -> str:
        if actor not in self._tokens:
            self._tokens[actor] = self._token(self.county, actor)
        return self._tokens[actor]

    def _item(self, call: Call) -> dict[str, object]:
        name = call.path[call.path.index("{") + 1 : call.path.index("}")] if not call.opens else None
        path = {name: self._ids[call.thing]} if name else {}
        return {"key": call.key, "path": path, "body": self._resolved(call.body)}

    def _resolved(self, value: Any) -> Any:  # noqa: ANN401 - JSON with references in it
        """Return a body with the ids of the things it refers to."""
        match value:
            case Ref():
                return self._ids[value.thing]
            case Mapping():
                return {name: self._resolved(inner) for name, inner in value.items()}
            case list():
                return [self._resolved(inner) for inner in value]
            case _:
                return value

    def id_of(self, thing: str) -> str:
        """Return the id a thing got; KeyError before it was made."""
        return self._ids[thing]

    def _note(self, call: Call, answer: Mapping[str, Any]) -> None:
        if call.opens:
            self._ids[call.thing] = answer["id"]
        self.positions[call.service] = max(self.positions.get(call.service, 0), int(answer["position"]))

    def _refusal(self, call: Call, trouble: str) -> RefusedError:
        return RefusedError(f"{self.county}: {call.service} refused {call.key} of {call.actor.sub}: {trouble}")


@asynccontextmanager
async def connected(at_once: int) -> AsyncIterator[httpx.AsyncClient]:
    """Yield an HTTP client for so many requests at once; a proxy of the environment has no business on the loopback."""
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(timeout=httpx.Timeout(20.0, pool=None), limits=limits, trust_env=False) as http:
        yield http


def _may_pass(status: int, problem: Mapping[str, Any]) -> bool:
    return status >= httpx.codes.INTERNAL_SERVER_ERROR or problem.get("code") in _NOT_YET


def _told(status: int, problem: Mapping[str, Any]) -> str:
    return f"{status} {problem.get('code')}, {problem.get('title')}"


def _batch_path(path: str) -> str:
    return "/".join(part for part in path.split("/") if not part.startswith("{")) + ":batch"


def _parts(items: Sequence[tuple[Call, dict[str, object]]]) -> list[list[tuple[Call, dict[str, object]]]]:
    """Cut a batch so that each request stays below what a service takes."""
    parts: list[list[tuple[Call, dict[str, object]]]] = [[]]
    size = 0
    for pair in items:
        size += len(json.dumps(pair[1], ensure_ascii=False).encode()) + 2
        if size > _MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(pair)
    return parts
