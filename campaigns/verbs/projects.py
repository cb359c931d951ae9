"""The projects list: proposals, reviews, claims, pledges, work and its completion."""

from campaigns.calls import Call, Heard, Ref
from campaigns.chance import Chance
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, Cast, Project, committee, secretary
from campaigns.verbs.part import Part, call, sheets, singles

_WHOLE = 100


def propose(cast: Cast, _entry: Entry) -> Part:
    """Whoever means to claim puts the item forward, members' items their secretary as a sheet; some in a version that will not pass."""
    return Part(sheets(_proposal(cast, project, _first(project) if project.returned else project.thing) for project in cast.projects))


def propose_again(cast: Cast, _entry: Entry) -> Part:
    """What was returned is put forward anew."""
    return Part(sheets(_proposal(cast, project, project.thing) for project in cast.projects if project.returned))


def review(cast: Cast, _entry: Entry) -> Part:
    """The tier judges line by line, by the three principles, each with a reason; first versions fail one of them."""
    chance = cast.chance("reviews")
    return Part(
        sheets(
            _review(chance, project, _first(project), fails=True) if project.returned else _review(chance, project, project.thing)
            for project in cast.projects
        )
    )


def review_again(cast: Cast, _entry: Entry) -> Part:
    """Second versions pass."""
    chance = cast.chance("second reviews")
    return Part(sheets(_review(chance, project, project.thing) for project in cast.projects if project.returned))


def claim(cast: Cast, _entry: Entry) -> Part:
    """Everyone claims what they put forward, except what is left for somebody else."""
    mine = [project for project in cast.projects if project.fate != "unclaimed"]
    for project in mine:
        project.in_hand = True
    return Part(singles(call("claim", "/projects/{project_id}/claim", each.claimant, each.thing) for each in mine))


def pledge(cast: Cast, _entry: Entry) -> Part:
    """Every claimant promises in public what will be done by when."""
    chance = cast.chance("pledges")
    return Part(
        singles(
            call("pledge", "/projects/{project_id}/pledge", project.claimant, project.thing, promise(cast, project, chance))
            for project in cast.projects
            if project.in_hand
        )
    )


def promise(cast: Cast, project: Project, chance: Chance) -> dict[str, object]:
    """Return what a claimant promises."""
    by = cast.county.planned_completion
    text = chance.pick(texts()["promise"]).format(by=f"{by.year}年{by.month}月{by.day}日", title=project.title)
    return {"promise": text, "complete_by": by.isoformat(), "venue": project.venue}


def progress(cast: Cast, entry: Entry) -> Part:
    """What is in hand gets on, each as far as its work allows."""
    chance = cast.chance("progress", str(entry.percent))
    return Part(
        singles(
            _report(project, min(_WHOLE - 1, entry.percent + chance.between(0, 15)), chance, str(entry.percent))
            for project in cast.projects
            if project.in_hand and project.level.code in entry.levels
        )
    )


def complete(cast: Cast, entry: Entry) -> Part:
    """Claimants declare the work done; scoring opens a verification for each declaration."""
    chance = cast.chance("completion", *entry.fates)
    calls, rounds = list[Call](), dict[int, list[str]]()
    for project in cast.projects:
        if project.in_hand and project.fate in entry.fates:
            project.in_hand = False
            project.round += 1
            template = chance.pick(texts()["summary"]) if project.round == 1 else texts()["redone"]
            body = {"summary": template.format(title=project.title)}
            path = "/projects/{project_id}/completion"
            calls.append(call("complete", path, project.claimant, project.thing, body, nth=project.round))
            rounds.setdefault(project.round, []).append(project.thing)
    opened = (Heard("the verification of {} was opened", "/verifications", tuple(things), "round", nth) for nth, things in rounds.items())
    return Part(sheets(calls), after=tuple(opened))


def _first(project: Project) -> str:
    return f"{project.thing}/first"


def _proposal(cast: Cast, project: Project, thing: str) -> Call:
    body = {
        "title": project.title,
        "level": project.level.code,
        "unit": project.unit,
        "branch": project.branch,
        "need_ids": [Ref(need) for need in project.needs],
        "planned_completion": cast.county.planned_completion.isoformat(),
    }
    by = secretary(project.unit, project.branch or "") if project.level.code == "member" and project.branch else project.claimant
    return call("propose", "/projects", by, thing, body)


def verdicts(chance: Chance, *, fails: bool = False) -> dict[str, object]:
    """Return a judgement of the three principles, each with a reason; what fails does not meet one of them."""
    material = texts()
    failed = chance.pick(list(material["principles"])) if fails else None
    judged = [
        {"principle": name, "met": name != failed, "reason": chance.pick(material["failing"] if name == failed else reasons)}
        for name, reasons in material["principles"].items()
    ]
    return {"verdicts": judged}


def _review(chance: Chance, project: Project, thing: str, *, fails: bool = False) -> Call:
    reviewer = committee(project.unit) if project.level.review_by == "unit" else REVIEWER
    return call("review", "/projects/{project_id}/review", reviewer, thing, verdicts(chance, fails=fails))


def _report(project: Project, percent: int, chance: Chance, when: str) -> Call:
    body = {"percent": percent, "text": chance.pick(texts()["progress"])}
    return call(f"progress-{when}", "/projects/{project_id}/progress", project.claimant, project.thing, body)
