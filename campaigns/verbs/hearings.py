"""The supervision list: what the leading group hears, and what is put under listed supervision until it is right."""

import hashlib

from campaigns.calls import TODAY, Ref, Step
from campaigns.county import Entry, texts
from campaigns.things import REVIEWER, Cast, Project
from campaigns.verbs.part import Part, call, held, singles

_CRITERIA = ("bad-ratings", "strong-feeling")


def hear(cast: Cast, entry: Entry) -> Part:
    """The leading group meets; units report in turn, and are commented on at once."""
    number, hearing = next((found for found in enumerate(cast.county.hearings) if found[1].name == entry.group), (0, None))
    if hearing is None:
        raise ValueError(f"no hearing named {entry.group}")
    chance, material = cast.chance("hearings", hearing.name), texts()["hearings"]
    thing, chair = f"hearing/{hearing.name}", cast.leaders[0].sub
    calls = [call("meet", "/hearings", REVIEWER, thing, {"title": hearing.title, "held_on": TODAY, "chaired_by": chair})]
    units = cast.county.units
    for place in range(hearing.reports):
        unit = units[(number * hearing.reports + place) % len(units)].code
        body = {"unit": unit, "report": chance.pick(material["reports"]), "comment": chance.pick(material["comments"])}
        calls.append(call(f"hear/{unit}", "/hearings/{hearing_id}/reports", REVIEWER, thing, body))
    return Part([Step(tuple(calls))], after=held(cast, "dispatch-meeting", thing))


def list_supervised(cast: Cast, entry: Entry) -> Part:
    """Leaders put what people feel strongly about or rate badly under listed supervision; its unit owns it."""
    reasons, calls = texts()["listings"]["reasons"], []
    for number, project in enumerate(_of(cast, entry)):
        criterion = _CRITERIA[number % len(_CRITERIA)]
        body = {
            "subject": "project",
            "subject_id": Ref(project.thing),
            "owner": project.unit,
            "criterion": criterion,
            "reason": reasons[criterion],
        }
        calls.append(call("list", "/listings", cast.leaders[number % len(cast.leaders)], _listing(project), body))
    return Part(singles(calls))


def delist(cast: Cast, entry: Entry) -> Part:
    """What has been put right a leader takes off the list, on evidence."""
    calls = []
    for project in _of(cast, entry):
        evidence = texts()["listings"]["evidence"].format(title=project.title)
        body = {"evidence": evidence, "digest": hashlib.sha256(evidence.encode()).hexdigest()}
        calls.append(call("delist", "/listings/{listing_id}/delist", cast.leaders[0], _listing(project), body))
    return Part(singles(calls))


def _of(cast: Cast, entry: Entry) -> list[Project]:
    return [project for project in cast.projects if project.fate in entry.fates]


def _listing(project: Project) -> str:
    return f"listing/{project.thing}"
