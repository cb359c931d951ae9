"""A server that a campaign's client may talk to: it answers in turn, and keeps what it was asked."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from campaigns.api import Api
from campaigns.calls import SHANGHAI, Actor, Call, Phase, Plan, Step

COUNTY = "430523"
AT = datetime(2021, 5, 6, 9, tzinfo=SHANGHAI)
OFFICE = Actor("office", "office-01", "xjb")
DONE = httpx.Response(201, json={"id": "0199", "version": 1, "position": "7"})
Answers = Callable[[httpx.Request], httpx.Response]


def problem(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "title": "…", "status": status})


class Server:
    """Answers requests in turn and keeps them."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def api(self, patience: float = 5.0) -> Api:
        client = httpx.AsyncClient(base_url="http://services", transport=httpx.MockTransport(self))
        services = dict.fromkeys(("intake", "projects", "supervision", "scoring"), client)
        return Api(services, COUNTY, lambda county, actor: f"{county}.{actor.sub}", patience=patience)

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests if request.content]


def submit(name: str = "need/1") -> Call:
    return Call(f"demo/collect/{name}", "/needs", OFFICE, name, {"title": "路灯"})


def one(call: Call) -> Step:
    return Step((call,), times=(AT,))


def listed(**item: object) -> httpx.Response:
    return httpx.Response(200, json={"items": [{"id": "0199", **item}], "next": None})


def profiles(adopted_at: str) -> httpx.Response:
    return httpx.Response(200, json={"items": [{"adopted_at": adopted_at}], "next": None})


def plan(*phases: Phase) -> Plan:
    return Plan(COUNTY, "邵阳县", AT.date(), sum(phase.size for phase in phases), lambda: iter(phases))


def told(_county: str, _at: str, _done: int, _total: int) -> None:
    """Nobody listens."""
