"""Verification: scores, sign-offs by tier, refusals."""

from collections.abc import Iterator
from dataclasses import replace

from campaigns.calls import Actor, Call, Heard
from campaigns.chance import Chance
from campaigns.county import Entry, texts
from campaigns.things import ASSESSOR, INSPECTOR, Cast, Project, committee, secretary
from campaigns.verbs.part import Part, call, sheets, sheets_in_turn

_GOOD = (85, 98)
_LOW = (55, 70)
_RATED = ("satisfaction", "quality")
"""What a failing item fails by."""


def score(cast: Cast, entry: Entry) -> Part:
    """The tier that signs off sees the materials and scores, by two people where the county says so; low scores will be refused."""
    chance, other = cast.chance("scores", *entry.fates), cast.chance("second scores", *entry.fates)
    things: list[list[Call]] = []
    for project in _done(cast, entry):
        by = signer(project)
        things.append([seen(cast, project, by), scored(cast, chance, project, by, low=entry.low)])
        if cast.county.scorers > 1:
            deputy = replace(by, sub=f"{by.sub}-deputy")
            things[-1].append(scored(cast, other, project, deputy, low=entry.low, verb="score-too"))
    return Part(sheets_in_turn(things))


def sign_off(cast: Cast, entry: Entry) -> Part:
    """The tier signs off; the item is struck off the list and the petitioners are answered."""
    done = list(_done(cast, entry))
    for project in done:
        project.in_hand = False
    path = "/verifications/{project_id}/sign-off"
    signed = (call("sign-off", path, signer(each), each.thing, nth=each.round) for each in done)
    projects = tuple(project.thing for project in done)
    needs = tuple(need for project in done for need in project.needs)
    after = (
        Heard("{} was struck off the list", "/projects", projects, "signed_off_at", None),
        Heard("the petitioner of {} was answered", "/needs", needs, "status", "answered"),
    )
    return Part(sheets(signed), after=tuple(heard for heard in after if heard.things))


def refuse(cast: Cast, entry: Entry) -> Part:
    """The tier refuses; the work is to be done again."""
    chance, calls, times = cast.chance("refusals", *entry.fates), list[Call](), dict[int, list[str]]()
    for project in _done(cast, entry):
        project.refused += 1
        project.in_hand = True
        times.setdefault(project.refused, []).append(project.thing)
        body = {"reason": chance.pick(texts()["refusal"])}
        path = "/verifications/{project_id}/refuse"
        calls.append(call("refuse", path, signer(project), project.thing, body, nth=project.round))
    back = (Heard("{} went back to work", "/projects", tuple(things), "reopened", nth) for nth, things in times.items())
    return Part(sheets(calls), after=tuple(back))


def _done(cast: Cast, entry: Entry) -> Iterator[Project]:
    return (project for project in cast.projects if project.fate in entry.fates)


def signer(project: Project) -> Actor:
    """Return who signs an item off, by its level's tier."""
    match project.level.sign_off_by:
        case "office":
            return ASSESSOR
        case "unit":
            return committee(project.unit)
        case "branch":
            return secretary(project.unit, project.branch or "")


def seen(cast: Cast, project: Project, by: Actor, nth: int | None = None) -> Call:
    """Return the call that ticks all materials, of the round at hand or the how many-th."""
    ticked = [{"material": material, "remark": texts()["seen"]} for material in cast.county.materials]
    return call("see", "/verifications/{project_id}/materials", by, project.thing, {"seen": ticked}, nth=nth or project.round)


def scored(
    cast: Cast, chance: Chance, project: Project, by: Actor, *, low: bool = False, verb: str = "score", nth: int | None = None
) -> Call:
    """Return the call that gives points on the county's sheet, of the round at hand or the how many-th; low ones are no sign-off."""
    points = {item: chance.between(*(_LOW if low and item in _RATED else _GOOD)) for item in cast.county.sheet}
    remark = texts()["inspected"] if by == INSPECTOR else None
    path = "/verifications/{project_id}/score"
    return call(verb, path, by, project.thing, {"points": points, "remark": remark}, nth=nth or project.round)
