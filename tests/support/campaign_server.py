"""What a campaign asks in tests, and what it is answered."""

from datetime import datetime

from campaigns.calls import SHANGHAI, Actor, Call, Phase, Plan, Step
from tests.support.answering import Answer

COUNTY = "430523"
AT = datetime(2021, 5, 6, 9, tzinfo=SHANGHAI)
OFFICE = Actor("office", "office-01", "xjb")
DONE = Answer(201, {"id": "0199", "version": 1, "position": "7"})


def problem(status: int, code: str) -> Answer:
    return Answer(status, {"code": code, "title": "…", "status": status})


def submit(name: str = "need/1") -> Call:
    return Call(f"demo/collect/{name}", "/needs", OFFICE, name, {"title": "路灯"})


def one(call: Call) -> Step:
    return Step((call,), times=(AT,))


def listed(**item: object) -> Answer:
    return Answer(200, {"items": [{"id": "0199", **item}], "next": None})


def profiles(adopted_at: str) -> Answer:
    return Answer(200, {"items": [{"adopted_at": adopted_at}], "next": None})


def plan(*phases: Phase) -> Plan:
    return Plan(COUNTY, "邵阳县", AT.date(), sum(phase.size for phase in phases), lambda: iter(phases))


def told(_county: str, _at: str, _done: int, _total: int) -> None:
    """Nobody listens."""
