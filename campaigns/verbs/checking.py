"""The office's spot check of what units reviewed themselves; what fails is reviewed again and claimed anew.

Which items are drawn nobody knows before: the first of each unit's list fail, the others pass.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from campaigns.calls import Actor, Call, Step, UpToDate
from campaigns.county import Entry
from campaigns.things import REVIEWER, Cast, Draw, Project, committee
from campaigns.verbs.part import Part, call, drawn, singles
from campaigns.verbs.projects import promise, verdicts


def spot_check(cast: Cast, _entry: Entry) -> Part:
    """The office draws from each unit's reviewed items, once the board knows all of them."""
    draws = (call("spot-check", "/spot-checks", REVIEWER, draw.thing, {"unit": draw.unit}) for draw in cast.checks)
    return Part(singles(draws), before=(UpToDate("/projects"),))


def judge_drawn(cast: Cast, _entry: Entry) -> Part:
    """The office judges every drawn item by the three principles, each unit's as a sheet."""

    def judged(draw: Draw, project: Project, *, fails: bool) -> list[Call]:
        path = "/spot-checks/{spot_check_id}/projects/{project_id}/review"
        body = verdicts(cast.chance("spot check", project.thing), fails=fails)
        return [call("judge", path, REVIEWER, project.thing, body, spot_check_id=draw.thing)]

    steps = list[Step]()
    for draw in cast.checks:
        steps += drawn(draw.failing, draw, partial(judged, fails=True), bulk=True)
        steps += drawn(draw.passing, draw, partial(judged, fails=False), bulk=True)
    return Part(steps)


def review_drawn_again(cast: Cast, _entry: Entry) -> Part:
    """Units review again what failed, with a better eye."""
    return _anew(cast, "review", lambda project: (committee(project.unit), verdicts(cast.chance("reviewed anew", project.thing))))


def claim_drawn_again(cast: Cast, _entry: Entry) -> Part:
    """Who had claimed it claims it anew."""
    return _anew(cast, "claim", lambda project: (project.claimant, {}))


def pledge_drawn_again(cast: Cast, _entry: Entry) -> Part:
    """And promises anew in public."""
    return _anew(cast, "pledge", lambda project: (project.claimant, promise(cast, project, cast.chance("pledged anew", project.thing))))


def _anew(cast: Cast, verb: str, done: Callable[[Project], tuple[Actor, Mapping[str, Any]]]) -> Part:
    def again(_draw: Draw, project: Project) -> list[Call]:
        by, body = done(project)
        return [call(f"{verb}-anew", f"/projects/{{project_id}}/{verb}", by, project.thing, body)]

    return Part([step for draw in cast.checks for step in drawn(draw.failing, draw, again)])
