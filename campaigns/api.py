"""The services' public HTTP interface as a campaign uses it: its commands, its lists."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from campaigns.calls import Actor, Call, Listed, Ref, Step, braces
from campaigns.sender import PATIENCE_SECONDS, Clients, Patience, Problem, RefusedError, Request, Sender, Token, UnreachableError

AUDITOR = Actor("auditor", "auditor-01")
_PAGE = 500
_MOST_BYTES = 900_000
Item = dict[str, object]


class Api:
    """The services as one county's people reach them; it remembers the ids of what it made, and how far each lane reaches."""

    def __init__(self, clients: Clients, county: str, token: Token, *, patience: float = PATIENCE_SECONDS) -> None:
        self.county = county
        self.patience = patience
        self._sender = Sender(clients, county, token, patience)
        self._ids: dict[str, str] = {}
        self._positions: dict[str, int] = {}

    def id_of(self, thing: str) -> str:
        """Return the id a thing got; KeyError before it was made."""
        return self._ids[thing]

    async def carry_out(self, step: Step) -> None:
        """Give the step's commands, each until it is done; RefusedError and UnreachableError say why one is not."""
        if step.bulk:
            done = 0
            for sheet in step.sheets:
                await self._bulk(sheet, step.times[done])
                done += len(sheet)
            return
        for call, at in zip(step.calls, step.times, strict=True):
            answer = await self._post(
                call, self._filled(call.path, call.parameters), self._resolved(call.body), at, {"Idempotency-Key": call.key}
            )
            await self._note([(call, answer)])

    async def pages(self, service: str, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[list[Any]]:
        """Yield a list page by page, as the auditor sees it, no older than what this campaign was answered."""
        wanted = dict(params or {})
        after = wanted.pop("after", "0")
        while after is not None:
            page = await self.known(service, path, {"limit": str(_PAGE), "after": after, **wanted})
            yield page["items"]
            after = page["next"]

    async def items(self, service: str, path: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Return all items of a list; long ones are better taken page by page."""
        return [item async for page in self.pages(service, path, params) for item in page]

    async def listed(self, listed: Listed) -> list[str]:
        """Return the ids of the things that are listed; RefusedError where they are not as many as they should be."""
        path = self._filled(listed.path, dict.fromkeys(braces(listed.path), listed.thing))
        if listed.field:
            ids: list[str] = (await self.known(listed.service, path))[listed.field]
        else:
            ids = [item["id"] for item in await self.items(listed.service, path)]
        if len(ids) != listed.whole:
            raise RefusedError(f"{self.county}: {listed.service} names {len(ids)} things at {path}, not {listed.whole}")
        return ids[listed.first - 1 : listed.last]

    async def known(self, service: str, path: str, params: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - a JSON document
        """Return a resource once it holds everything this campaign knows the service to have recorded."""
        reached = self._positions.get(service)
        return await self.get(service, path, {**(params or {}), **({} if reached is None else {"min_position": str(reached)})})

    async def get(self, service: str, path: str, params: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - a JSON document
        """Return what a query answers the auditor; RefusedError where it is not shown."""
        answer = await self._sender.send(Request("GET", service, path, AUDITOR, params=params or {}))
        if isinstance(answer, Problem):
            raise RefusedError(f"{self.county}: {service} does not show {path}: {answer}")
        return answer

    async def _bulk(self, sheet: Sequence[Call], at: datetime) -> None:
        """Send a batch, then what of it is still to be done, until nothing is: each item is answered by itself."""
        left = list(sheet)
        patience = Patience(self.patience)
        while left:
            again: list[tuple[Call, Problem]] = []
            for calls, items in self._parts(left):
                answers = (await self._post(calls[0], _batch_path(calls[0].path), {"items": items}, at, {}))["items"]
                done = []
                for call, answer in zip(calls, answers, strict=True):
                    if "problem" not in answer:
                        done.append((call, answer))
                        continue
                    problem = Problem(answer["status"], answer["problem"])
                    if not problem.may_pass:
                        raise self._refused(call, problem)
                    again.append((call, problem))
                await self._note(done)
            if again and not await patience.lasts():
                call, problem = again[0]
                raise UnreachableError(f"{self.county}: {call.service} could not do {call.key} for {self.patience:g} s: {problem}")
            left = [call for call, _ in again]

    async def _post(self, call: Call, path: str, body: object, at: datetime, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        headers = {**headers, "Simulated-Time": at.isoformat(), "Content-Type": "application/json"}
        content = orjson.dumps(body)
        answer = await self._sender.send(Request("POST", call.service, path, call.actor, headers=headers, content=content))
        if isinstance(answer, Problem):
            raise self._refused(call, answer)
        return answer

    def _parts(self, calls: Sequence[Call]) -> Iterator[tuple[list[Call], list[Item]]]:
        """Cut a batch so that each request stays below what a service takes (1 MiB)."""
        part: tuple[list[Call], list[Item]] = ([], [])
        size = 0
        for call in calls:
            item: Item = {
                "key": call.key,
                "path": {name: self._ids[thing] for name, thing in call.parameters.items()},
                "body": self._resolved(call.body),
            }
            weight = len(orjson.dumps(item)) + 2
            if size + weight > _MOST_BYTES and part[0]:
                yield part
                part, size = ([], []), 0
            size += weight
            part[0].append(call)
            part[1].append(item)
        yield part

    def _filled(self, path: str, parameters: Mapping[str, str]) -> str:
        for name, thing in parameters.items():
            path = path.replace("{" + name + "}", self._ids[thing])
        return path

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

    async def _note(self, answered: Sequence[tuple[Call, Mapping[str, Any]]]) -> None:
        """Remember what things were answered to be; the id that an answer does not tell is looked up in its list."""
        found: list[tuple[Call, str]] = []
        for call, answer in answered:
            self._positions[call.service] = max(self._positions.get(call.service, 0), int(answer["position"]))
            if call.found_in:
                found.append((call, answer["position"]))
            elif call.opens:
                self._ids[call.thing] = answer["id"]
        if found:
            first = min(int(position) for _, position in found)
            rows = await self.items(found[0][0].service, found[0][0].found_in, {"after": str(first - 1)})
            ids = {row["position"]: row["id"] for row in rows}
            self._ids |= {call.thing: ids[position] for call, position in found}

    def _refused(self, call: Call, problem: Problem) -> RefusedError:
        if problem.document.get("code") == "command_reused":
            return RefusedError(
                f"{self.county}: what is recorded is another campaign ({call.key} of {call.actor.sub} was asked for in other words): "
                "give the --seed it was made with, or another --data."
            )
        return RefusedError(f"{self.county}: {call.service} refused {call.key} of {call.actor.sub}: {problem}")


def _batch_path(path: str) -> str:
    return "/".join(part for part in path.split("/") if not part.startswith("{")) + ":batch"
