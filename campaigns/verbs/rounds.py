"""The supervision list: rounds, what is found in them, and what becomes of that."""

from collections.abc import Iterable, Sequence

from campaigns.calls import TODAY, Call, Heard, Ref, Step
from campaigns.county import Entry, texts
from campaigns.things import INSPECTOR, REVIEWER, TEAM, Cast, Finding, Round
from campaigns.verbs.part import Part, call, held, singles
from campaigns.verbs.verifying import scored, seen


def rove(cast: Cast, entry: Entry) -> Part:
    """The office opens a round; each day the team goes to so many units, and hands in where it was, what it found and what it said.

    Where the calendar says so, the team sees the materials of what was done there as well, and scores it.
    """
    going, chance = _round(cast, entry), cast.chance("rounds", entry.group or "")
    material = texts()["rounds"]
    opened = {
        "kind": going.group.kind,
        "title": going.group.title,
        "plan": material["plan"],
        "team": [actor.sub for actor in TEAM],
        "units": list(going.units),
        "first_on": entry.start.isoformat(),
        "last_on": entry.end.isoformat(),
    }
    calls = [call("open-round", "/rounds", REVIEWER, going.thing, opened)]
    for units in _day_by_day(going.units, (entry.end - entry.start).days + 1):
        calls += [_there(going, "inspect", "inspections", unit, inspected_on=TODAY) for unit in units]
        calls += [_recorded(going, found, chance.pick(material["findings"])) for found in going.findings if found.unit in units]
        calls += [_there(going, "conclude", "conclusions", unit, text=chance.pick(material["conclusions"])) for unit in units]
        there = [project for project in cast.projects if project.fate in entry.fates and project.unit in units]
        calls += [seen(cast, project, INSPECTOR) for project in there]
        calls += [scored(cast, chance, project, INSPECTOR, low=project.fate == "failed") for project in there]
    return Part([Step(tuple(calls), bulk=True)], after=held(cast, "inspection", going.thing))


def leave(cast: Cast, entry: Entry) -> Part:
    """Of some findings the team says that nothing need be done, and why."""
    left = [found for found in _round(cast, entry).findings if found.end == "no-action"]
    body = {"reason": texts()["rounds"]["left"]}
    return Part(singles(call("leave", "/findings/{finding_id}/leave", INSPECTOR, found.thing, body) for found in left))


def revise(cast: Cast, entry: Entry) -> Part:
    """Claimants improve what they will do: because of what a round found, or, where no round is named, of their own."""
    chance = cast.chance("revised", entry.group or "")
    found = [finding for finding in _round(cast, entry).findings if finding.end == "plan-revised"] if entry.group else []
    because = {finding.project.thing: Ref(finding.thing) for finding in found if finding.project is not None}
    projects = [project for project in cast.projects if project.thing in because] if entry.group else cast.revisions
    calls = []
    for project in projects:
        body = {"text": chance.pick(texts()["rounds"]["revised"]), "finding_id": because.get(project.thing)}
        calls.append(call("revise", "/projects/{project_id}/plan", project.claimant, project.thing, body))
    return Part(singles(calls), after=ended(finding.thing for finding in found))


def close_round(cast: Cast, entry: Entry) -> Part:
    """A round is over when everything that was found has its end."""
    going = _round(cast, entry)
    calls = [call("close-round", "/rounds/{round_id}/close", REVIEWER, going.thing)]
    return Part(singles(calls), before=ended(found.thing for found in going.findings))


def ended(findings: Iterable[str]) -> tuple[Heard, ...]:
    """Return what is waited for where findings come to their end."""
    things = tuple(findings)
    return (Heard("{} has its end", "/findings", things, "status", "ended"),) if things else ()


def _round(cast: Cast, entry: Entry) -> Round:
    found = next((each for each in cast.rounds if each.group.name == entry.group), None)
    if found is None:
        raise ValueError(f"no round named {entry.group}")
    return found


def _day_by_day(units: Sequence[str], days: int) -> list[Sequence[str]]:
    return [units[len(units) * day // days : len(units) * (day + 1) // days] for day in range(days)]


def _there(going: Round, verb: str, what: str, unit: str, **told: object) -> Call:
    return call(f"{verb}/{unit}", f"/rounds/{{round_id}}/{what}", INSPECTOR, going.thing, {"unit": unit, **told})


def _recorded(going: Round, found: Finding, text: str) -> Call:
    body = {
        "unit": found.unit,
        "severity": found.severity,
        "text": text,
        "project_id": None if found.project is None else Ref(found.project.thing),
    }
    path = "/rounds/{round_id}/findings"
    return call("find", path, INSPECTOR, found.thing, body, found_in="/findings", round_id=going.thing)
