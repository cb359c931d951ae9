"""Makes everybody and everything of a campaign from the county's numbers and a seed."""

import itertools
from collections.abc import Iterator, Mapping
from typing import TypeVar

from campaigns.calls import Actor
from campaigns.chance import Chance
from campaigns.county import County, Level, Needs, Unit, texts
from campaigns.things import CLERK, Cast, Draw, Member, Need, Notice, Project, branch_code, committee, secretary

T = TypeVar("T")
_ANONYMOUS_EVERY = 9
_WHOLE = 100
_THEMSELVES = ("website", "wechat", "douyin", "email")
"""Channels on which people write themselves; what comes in elsewhere a clerk takes down."""


def cast_of(county: County, seed: int) -> Cast:
    """Return everything of a county's campaign; ValueError where its numbers do not fit each other."""
    cast = Cast(county, seed, [Actor("leader", f"leader-{n:02}") for n in range(1, county.leaders + 1)], [], [], [], [])
    cast.projects = list(_projects(cast))
    _venues(cast)
    cast.members = list(_members(cast))
    for needs in county.needs:
        cast.needs += _needs(cast, needs)
        _claimed(cast, needs)
    _titles(cast)
    cast.notices = list(_notices(cast))
    if county.spot_check is not None:
        reviewed = [project for project in cast.projects if project.level.review_by == "unit" and project.fate != "unclaimed"]
        where = ("spot-check", "/spot-checks/{spot_check_id}", "project_ids")
        cast.checks = list(_draws(cast, where, reviewed, county.spot_check.percent, county.spot_check.failing))
    return cast


def _draws(cast: Cast, where: tuple[str, str, str], projects: list[Project], percent: int, failing: int) -> Iterator[Draw]:
    """Draw from every unit's items, and spread over the units what fails; ValueError where more would fail than is drawn."""
    name, path, field = where
    units = len(cast.county.units)
    for number, unit in enumerate(cast.county.units):
        mine = {project.thing: project for project in projects if project.unit == unit.code}
        size, failures = -(-len(mine) * percent // _WHOLE), (failing + units - 1 - number) // units
        if failures > size:
            raise ValueError(f"{failures} of the {size} items drawn at {unit.code} cannot fail")
        yield Draw(f"{name}/{unit.code}", unit.code, path, field, mine, size, failures)


def _projects(cast: Cast) -> Iterator[Project]:
    """Deal the items out to units, each fate in a turn of its own: every unit gets some of each, and the roving team comes to all."""
    county = cast.county
    numbers = itertools.count(1)
    turns: dict[str, itertools.count[int]] = {}
    for level in county.levels:
        units = [unit for unit in county.units if level.unit_kind in (None, unit.kind)]
        fates = _expanded(level.fates)
        mine: list[Project] = []
        for place, fate in enumerate(fates):
            turn = level.code if level.claimed_by == "unit" else fate
            turned = next(turns.setdefault(turn, itertools.count()))
            unit = units[turned % len(units)].code
            branch = branch_code(unit, turned // len(units) % county.branches + 1) if level.claimed_by in ("branch", "member") else None
            number = next(numbers)
            before = [other for other in mine if other.unit == unit] if place >= len(fates) - level.twice else []
            claimant = before[0].claimant if before else _claimant(cast, level, unit, branch, number)
            mine.append(Project(f"project/{number:05}", level, fate, unit, claimant.branch if before else branch, claimant))
        for project in cast.chance("returned", level.code).shuffled(mine)[: level.returned]:
            project.returned = True
        yield from mine


def _claimant(cast: Cast, level: Level, unit: str, branch: str | None, number: int) -> Actor:
    match level.claimed_by:
        case "leader":
            return cast.leaders[(number - 1) % len(cast.leaders)]
        case "unit":
            return committee(unit)
        case "branch":
            return secretary(unit, branch or "")
        case "member":
            return Actor("member", f"member-{number:05}", unit, branch)


def _venues(cast: Cast) -> None:
    for level in {venue.level for venue in cast.county.venues}:
        venues = _expanded({venue.venue: venue.count for venue in cast.county.venues if venue.level == level})
        for project, venue in zip((project for project in cast.projects if project.level.code == level), venues, strict=False):
            project.venue = venue


def _members(cast: Cast) -> Iterator[Member]:
    """Everyone who claims as a member is able; the exempt come on top, unit by unit."""
    county = cast.county
    names = cast.chance("members").names()
    able = {project.claimant.sub: project.claimant for project in cast.projects if project.level.claimed_by == "member"}
    for actor in able.values():
        yield Member(actor.sub, next(names), actor.unit or "", actor.branch or "")
    exempt = ["infirm"] * county.exempt.infirm + ["away"] * county.exempt.away
    for number, exemption in enumerate(exempt):
        unit = county.units[number % len(county.units)].code
        branch = branch_code(unit, number // len(county.units) % county.branches + 1)
        yield Member(f"exempt-{number + 1:05}", next(names), unit, branch, exemption, later=number < county.exempt.later)


def _needs(cast: Cast, needs: Needs) -> Iterator[Need]:
    chance = cast.chance("needs", needs.kind)
    names = chance.names()
    towns = [unit.code for unit in cast.county.units if unit.kind == "town"]
    ends: list[tuple[str, str]] = [("linked", fate) for fate in _expanded(needs.linked)]
    ends += [("answered", outcome) for outcome in _expanded(needs.words)]
    ends += [("declined", outcome) for outcome in _expanded(needs.declined)]
    ends += [("claimed", "")] * needs.claimed + [("routed", "")] * needs.routed + [("waiting", "")] * needs.waiting
    channels = chance.shuffled(_expanded(needs.channels))
    by_fate: dict[str, Iterator[Project]] = {
        fate: itertools.cycle([project for project in cast.projects if project.fate == fate]) for fate in needs.linked
    }
    for number, ((end, outcome), channel) in enumerate(zip(ends, channels, strict=True), 1):
        thing = f"{needs.kind}/{number:05}"
        submitter = Actor("citizen", f"citizen-{needs.kind}-{number:05}") if channel in _THEMSELVES else CLERK
        need = Need(thing, needs.kind, channel, end, outcome, submitter, chance.pick(towns))
        need.leader = cast.leaders[number % len(cast.leaders)].sub
        need.unit = chance.pick(cast.county.units).code
        if end == "linked":
            project = next(by_fate[outcome])
            project.needs.append(thing)
            need.project, need.unit = project, project.unit
        if number % _ANONYMOUS_EVERY:
            need.petitioner = {"name": next(names), "phone": chance.phone()}
        yield need


def _claimed(cast: Cast, needs: Needs) -> None:
    """Deal wishes out to the able, everyone one before anyone two; what is given back was first the next one's as well."""
    able = [Actor("member", member.account, member.unit, member.branch) for member in cast.members if member.exemption is None]
    turns = cast.chance("wishes").shuffled(able)
    for number, wish in enumerate(need for need in cast.needs if need.kind == needs.kind and need.end == "claimed"):
        last = turns[number % len(turns)]
        wish.claimants = (turns[(number + 1) % len(turns)], last) if number < needs.given_back else (last,)


def _titles(cast: Cast) -> None:
    """Name projects, and the needs they were taken up for by the same matter."""
    material, trades = texts(), {unit.code: unit for unit in cast.county.units}
    needs = {need.thing: need for need in cast.needs}
    chance = cast.chance("titles")
    for project in cast.projects:
        matter, village, n = _matter(chance, trades[project.unit])
        own = project.level.claimed_by in ("branch", "member") and not project.needs
        template = chance.pick(material["own"]) if own else matter["project"]
        project.title = template.format(village=village, n=n)
        for thing in project.needs:
            needs[thing].title = matter["need"].format(village=village, n=n)
    for need in cast.needs:
        if need.kind == "micro-wish":
            need.title = chance.pick(material["wishes"])
        elif not need.title:
            matter, village, n = _matter(chance, trades[need.unit])
            need.title = matter["need"].format(village=village, n=n)


def _matter(chance: Chance, unit: Unit) -> tuple[Mapping[str, str], str, str]:
    material = texts()
    return chance.pick(material["matters"][unit.trade]), chance.pick(material["villages"]), str(chance.between(2, 9))


def _notices(cast: Cast) -> Iterator[Notice]:
    everyone = tuple(unit.code for unit in cast.county.units)
    numbers: dict[str, itertools.count[int]] = {}
    projects = itertools.cycle(
        [project for project in cast.projects if project.fate != "unclaimed" and project.level.review_by == "office"]
    )
    for group in cast.county.notices:
        for place in range(group.count):
            number = next(numbers.setdefault(group.kind, itertools.count(1)))
            project = next(projects) if group.to == "one" else None
            yield Notice(
                thing=f"{group.kind}/{number:03}",
                group=group,
                number=number,
                units=everyone if project is None else (project.unit,),
                project=project,
                sent_back=place < group.sent_back,
                overdue=group.sent_back <= place < group.sent_back + group.overdue,
            )


def _expanded(counts: Mapping[T, int]) -> list[T]:
    return [item for item, count in counts.items() for _ in range(count)]
