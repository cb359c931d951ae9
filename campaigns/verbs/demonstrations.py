"""Demonstration projects (示范项目): put forward by committees and leaders, designated by the office."""

from collections.abc import Iterator

from campaigns.calls import Actor, Ref
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, Cast, Project, committee
from campaigns.verbs.part import Part, bulks, call, singles


def propose_demonstrations(cast: Cast, _entry: Entry) -> Part:
    """Every committee puts one or two of its own items forward, every leader one of theirs."""
    calls = []
    for whose, by, holder, project in _shown(cast):
        body = {"whose": whose, "holder": holder, "project_id": Ref(project.thing), "reason": texts()["demonstration"]}
        calls.append(call("propose-demonstration", "/demonstrations", by, f"demonstration/{project.thing}", body))
    return Part(singles(calls))


def designate(cast: Cast, _entry: Entry) -> Part:
    """The office designates what was put forward."""
    calls = []
    for whose, _, holder, project in _shown(cast):
        body = {"whose": whose, "holder": holder, "project_id": Ref(project.thing)}
        calls.append(call("designate", "/demonstrations/designation", REVIEWER, f"demonstration/{project.thing}", body))
    return Part(bulks(calls))


def _shown(cast: Cast) -> Iterator[tuple[str, Actor, str, Project]]:
    """Yield whose each is, who puts it forward, for which holder; ValueError where a holder has too few items."""
    wanted = cast.county.demonstrations
    if wanted is None:
        raise ValueError("the calendar speaks of demonstration projects, but there are none")
    claimed: dict[Actor, list[Project]] = {}
    for project in cast.projects:
        if project.fate != "unclaimed":
            claimed.setdefault(project.claimant, []).append(project)
    units = len(cast.county.units)
    for number, unit in enumerate(cast.county.units):
        by = committee(unit.code)
        for project in _first(claimed.get(by, []), (wanted.committees + units - 1 - number) // units, unit.code):
            yield "committee", by, unit.code, project
    for leader in cast.leaders[: wanted.leaders]:
        for project in _first(claimed.get(leader, []), 1, leader.sub):
            yield "leader", leader, leader.sub, project


def _first(own: list[Project], count: int, holder: str) -> list[Project]:
    if len(own) < count:
        raise ValueError(f"{holder} has {len(own)} items, and cannot show {count}")
    return own[:count]
