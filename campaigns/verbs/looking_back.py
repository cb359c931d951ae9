"""Looking back (回头看) on what was signed off: most of it holds, the rest is done again and signed off again.

Which sign-offs are drawn nobody knows before: the first of each unit's list do not hold.
"""

from collections.abc import Callable, Sequence

from campaigns.calls import Call, Heard, Ref, Step, UpToDate
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, VISITOR, Cast, Draw, Project
from campaigns.verbs.part import Part, bulks, call, drawn
from campaigns.verbs.verifying import scored, seen, signer


def look_back(cast: Cast, _entry: Entry) -> Part:
    """The office draws from each unit's sign-offs of the period, by numbers drawn in public, once scoring's board knows all of them."""
    period = cast.county.look_back
    if period is None:
        raise ValueError("the calendar looks back, but on no period")
    seed = texts()["look_back"]["seed"].format(n=cast.chance("look back").between(10_000, 99_999))
    body = {"since": period.since.isoformat(), "until": period.until.isoformat(), "seed": seed}
    draws = (call("look-back", "/look-backs", REVIEWER, draw.thing, {**body, "unit": draw.unit}) for draw in cast.look_backs)
    return Part(bulks(draws), before=(UpToDate("/verifications"),))


def revisit(cast: Cast, _entry: Entry) -> Part:
    """An inspector who scored none of it goes there: what holds is confirmed, what does not is revoked and goes back to work."""
    words = texts()["look_back"]

    def confirmed(draw: Draw, project: Project) -> list[Call]:
        body = {"look_back_id": Ref(draw.thing), "remark": words["holds"]}
        return [call("confirm", "/verifications/{project_id}/confirm", VISITOR, project.thing, body)]

    def revoked(draw: Draw, project: Project) -> list[Call]:
        body = {"look_back_id": Ref(draw.thing), "reason": words["fails"]}
        return [call("revoke", "/verifications/{project_id}/revoke", VISITOR, project.thing, body)]

    steps = list[Step]()
    for draw in cast.look_backs:
        steps += drawn(draw.failing, draw, revoked, bulk=True)
        steps += drawn(draw.passing, draw, confirmed, bulk=True)
    return Part(steps, after=_heard(cast, "{} went back to work", "/projects", "reopened", lambda project: project.refused + 1))


def complete_again(cast: Cast, _entry: Entry) -> Part:
    """Claimants do it again and say so."""
    rounds = {project.thing: project.round for project in cast.projects}

    def completed(_draw: Draw, project: Project) -> list[Call]:
        body = {"summary": texts()["redone"].format(title=project.title)}
        path = "/projects/{project_id}/completion"
        return [call("complete", path, project.claimant, project.thing, body, nth=rounds[project.thing] + 1)]

    opened = _heard(cast, "the verification of {} was opened", "/verifications", "round", lambda project: project.round + 1)
    return Part(_again(cast, completed), after=opened)


def score_again(cast: Cast, _entry: Entry) -> Part:
    """The tier sees the materials and scores again."""
    rounds = {project.thing: project.round + 1 for project in cast.projects}

    def judged(_draw: Draw, project: Project) -> list[Call]:
        by, nth = signer(project), rounds[project.thing]
        return [seen(cast, project, by, nth), scored(cast, cast.chance("scored again", project.thing), project, by, nth=nth)]

    return Part(_again(cast, judged, each=2))


def sign_off_again(cast: Cast, _entry: Entry) -> Part:
    """The tier signs off again."""
    rounds = {project.thing: project.round + 1 for project in cast.projects}

    def signed(_draw: Draw, project: Project) -> list[Call]:
        return [call("sign-off", "/verifications/{project_id}/sign-off", signer(project), project.thing, nth=rounds[project.thing])]

    off = _heard(cast, "{} was struck off the list", "/projects", "status", lambda _project: "signed-off")
    return Part(_again(cast, signed), after=off)


def _again(cast: Cast, calls: Callable[[Draw, Project], Sequence[Call]], *, each: int = 1) -> list[Step]:
    return [step for draw in cast.look_backs for step in drawn(draw.failing, draw, calls, each=each)]


def _heard(cast: Cast, what: str, path: str, field: str, value: Callable[[Project], int | str]) -> tuple[Heard, ...]:
    """Return what is waited for of what did not hold, things together of which the same is."""
    together: dict[int | str, list[str]] = {}
    for draw in cast.look_backs:
        for project in draw.projects.values():
            together.setdefault(value(project), []).append(project.thing)
    failing = tuple(draw.failing for draw in cast.look_backs if draw.failing.size)
    return tuple(Heard(what, path, tuple(things), field, reached, failing) for reached, things in together.items() if failing)
