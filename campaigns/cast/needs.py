"""The needs list: what people ask for, how, and what becomes of it."""

import itertools
from collections.abc import Iterator, Mapping

from campaigns.calls import Actor
from campaigns.chance import Chance
from campaigns.county import Needs, Unit, expanded, texts
from campaigns.things import CLERK, Cast, Need, Project

_ANONYMOUS_EVERY = 9
_THEMSELVES = ("website", "wechat", "douyin", "email")
"""Channels on which people write themselves; what comes in elsewhere a clerk takes down."""


def needs(cast: Cast, group: Needs) -> Iterator[Need]:
    """Make needs of one kind; those that projects take up go to projects of that fate in turn."""
    chance = cast.chance("needs", group.kind)
    names = chance.names()
    towns = [unit.code for unit in cast.county.units if unit.kind == "town"]
    ends: list[tuple[str, str]] = [("linked", fate) for fate in expanded(group.linked)]
    ends += [("answered", outcome) for outcome in expanded(group.words)]
    ends += [("declined", outcome) for outcome in expanded(group.declined)]
    ends += [("claimed", "")] * group.claimed + [("routed", "")] * group.routed + [("waiting", "")] * group.waiting
    channels = chance.shuffled(expanded(group.channels))
    by_fate: dict[str, Iterator[Project]] = {
        fate: itertools.cycle([project for project in cast.projects if project.fate == fate]) for fate in group.linked
    }
    for number, ((end, outcome), channel) in enumerate(zip(ends, channels, strict=True), 1):
        thing = f"{group.kind}/{number:05}"
        submitter = Actor("citizen", f"citizen-{group.kind}-{number:05}") if channel in _THEMSELVES else CLERK
        need = Need(thing, group.kind, channel, end, outcome, submitter, chance.pick(towns))
        need.leader = cast.leaders[number % len(cast.leaders)].sub
        need.unit = chance.pick(cast.county.units).code
        if end == "linked":
            project = next(by_fate[outcome])
            project.needs.append(thing)
            need.project, need.unit = project, project.unit
        if number % _ANONYMOUS_EVERY:
            need.petitioner = {"name": next(names), "phone": chance.phone()}
        yield need


def claimed(cast: Cast, group: Needs) -> None:
    """Deal wishes out to the able, everyone one before anyone two; what is given back was first the next one's as well."""
    able = [Actor("member", member.account, member.unit, member.branch) for member in cast.members if member.exemption is None]
    turns = cast.chance("wishes").shuffled(able)
    for number, wish in enumerate(need for need in cast.needs if need.kind == group.kind and need.end == "claimed"):
        last = turns[number % len(turns)]
        wish.claimants = (turns[(number + 1) % len(turns)], last) if number < group.given_back else (last,)


def titles(cast: Cast) -> None:
    """Name projects, and the needs they were taken up for by the same matter."""
    material, trades = texts(), {unit.code: unit for unit in cast.county.units}
    by_thing = {need.thing: need for need in cast.needs}
    chance = cast.chance("titles")
    for project in cast.projects:
        matter, village, n = _matter(chance, trades[project.unit])
        own = project.level.claimed_by in ("branch", "member") and not project.needs
        template = chance.pick(material["own"]) if own else matter["project"]
        project.title = template.format(village=village, n=n)
        for thing in project.needs:
            by_thing[thing].title = matter["need"].format(village=village, n=n)
    for need in cast.needs:
        if need.kind == "micro-wish":
            need.title = chance.pick(material["wishes"])
        elif not need.title:
            matter, village, n = _matter(chance, trades[need.unit])
            need.title = matter["need"].format(village=village, n=n)


def _matter(chance: Chance, unit: Unit) -> tuple[Mapping[str, str], str, str]:
    material = texts()
    return chance.pick(material["matters"][unit.trade]), chance.pick(material["villages"]), str(chance.between(2, 9))
