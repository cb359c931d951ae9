"""The projects list: items dealt out to units, who claims them, and what will be drawn of them."""

import itertools
from collections.abc import Iterator

from campaigns.calls import Actor
from campaigns.county import Level, expanded
from campaigns.things import Cast, Draw, Member, Project, branch_code, committee, secretary

_WHOLE = 100


def projects(cast: Cast) -> Iterator[Project]:
    """Deal the items out to units, each fate in a turn of its own: every unit gets some of each, and the roving team comes to all."""
    county = cast.county
    numbers = itertools.count(1)
    turns: dict[str, itertools.count[int]] = {}
    for level in county.levels:
        units = [unit for unit in county.units if level.unit_kind in (None, unit.kind)]
        fates = expanded(level.fates)
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


def venues(cast: Cast) -> None:
    """Say where the first of a level's items are pledged that are not pledged on the website."""
    for level in {venue.level for venue in cast.county.venues}:
        where = expanded({venue.venue: venue.count for venue in cast.county.venues if venue.level == level})
        for project, venue in zip((project for project in cast.projects if project.level.code == level), where, strict=False):
            project.venue = venue


def members(cast: Cast) -> Iterator[Member]:
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


def draws(cast: Cast, where: tuple[str, str, str], projects: list[Project], percent: int, failing: int) -> Iterator[Draw]:
    """Draw from every unit's items, and spread over the units what fails; ValueError where more would fail than is drawn."""
    name, path, field = where
    units = len(cast.county.units)
    for number, unit in enumerate(cast.county.units):
        mine = {project.thing: project for project in projects if project.unit == unit.code}
        size, failures = -(-len(mine) * percent // _WHOLE), (failing + units - 1 - number) // units
        if failures > size:
            raise ValueError(f"{failures} of the {size} items drawn at {unit.code} cannot fail")
        yield Draw(f"{name}/{unit.code}", unit.code, path, field, mine, size, failures)
