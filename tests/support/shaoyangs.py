"""What Shaoyang has of most things the services keep, for others to look for in vain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.cast import GOOD, Cast, at
from tests.support.client import Person
from tests.support.described import Described, Question
from tests.support.pictures import picture


@dataclass(frozen=True)
class Known:
    """What Shaoyang has: ids by service, by service and first word of a path, and by the name a path gives them; since where."""

    ids: dict[str, str]
    words: tuple[str, ...]
    since: dict[str, int]

    def of(self, asked: Described | Question) -> str:
        """Return the id of the thing a path is about."""
        return self.ids.get(f"{asked.service}/{asked.path.partition('/')[0]}", self.ids[asked.service])

    def asks(self, person: Person, query: Question, *, after: int = 0, **more: str) -> httpx.Response:
        """Ask a query for these things: of a list as much as there is at once, of a file the form that is text."""
        most = {"limit": 500, "after": after} if "limit" in query.parameters else {}
        form = {"format": "csv"} if "format" in query.parameters else {}
        return person.get(query.service, query.at(self.of(query), **self.ids), **most, **form, **more)


def attached(member: Person, project: str) -> str:
    """Attach a document to a project; return the evidence's id."""
    url, headers = member.url("projects", f"projects/{project}/evidence"), {**member.bearer, "Caption": "secret"}
    answer = member.platform.http.post(url, content=b"%PDF-1.7 secret", headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def photographed(cast: Cast, said: Mapping[str, Any]) -> str:
    """Show a photo with the query code of a need the clerk has entered; return the photo's id."""
    receipt = cast.of("clerk").get("intake", f"needs/{said['id']}/receipts", min_position=said["position"]).json()["items"][0]
    url = f"{cast.platform.urls['intake']}/v1/{cast.county}/tracking/{said['id']}/photos"
    shown = cast.platform.http.post(url, content=picture("JPEG"), headers={"Query-Code": receipt["code"]})
    assert shown.status_code == 201, shown.text
    listed = cast.of("office").get("intake", f"needs/{said['id']}/photos", min_position=shown.json()["position"]).json()
    return str(listed["items"][0]["id"])


def supervised(cast: Cast, project: str) -> dict[str, str]:
    """Make one of everything supervision keeps besides notices; return their ids by path."""
    office, leader = cast.of("office"), cast.of("leader")
    day = {"first_on": "2021-01-01", "last_on": "2999-12-31"}
    plan = {"kind": "spot-check", "title": "只属于邵阳的督查", "plan": "走访。", "team": ["team-1"], "units": [cast.unit], **day}
    opened = office.do("supervision", "rounds", plan, at("2021-01-05T09:00:00"))["id"]
    office.do("supervision", f"rounds/{opened}/inspections", {"unit": cast.unit, "inspected_on": "2021-01-02"})
    office.do("supervision", f"rounds/{opened}/findings", {"unit": cast.unit, "severity": "minor", "text": "只属于邵阳的问题"})
    meeting = {"title": "只属于邵阳的调度会", "held_on": "2021-01-02", "chaired_by": "leader-1"}
    hearing = office.do("supervision", "hearings", meeting)["id"]
    office.do("supervision", f"hearings/{hearing}/reports", {"unit": cast.unit, "report": "已办。", "comment": "要快。"})
    within = {"days": 900, "unit": "calendar"}
    office.do("supervision", f"hearings/{hearing}/tasks", {"unit": cast.unit, "text": "补台账。", "within": within})
    leader.do("supervision", "visits", {"unit": cast.unit, "visited_on": "2021-01-02", "guidance": "指导。"})
    entry = {"subject": "project", "subject_id": project, "owner": cast.unit, "criterion": "strong-feeling", "reason": "反映强烈。"}
    listing = leader.do("supervision", "listings", entry)["id"]
    compiled = office.do("supervision", "figures", {"purpose": "month", "first_on": "2021-01-02", "last_on": "2021-01-31"})["id"]
    cast.platform.still()
    watch = office.see("supervision", "watches", unit=cast.unit)["items"][0]["id"]
    finding = office.see("supervision", "findings", unit=cast.unit)["items"][0]["id"]
    ids = {"rounds": opened, "hearings": hearing, "listings": listing, "figures": compiled, "watches": watch, "findings": finding}
    return {f"supervision/{path}": identifier for path, identifier in ids.items()}


def judged(cast: Cast) -> dict[str, str]:
    """Survey, score and assess the unit; return the ids by the names that paths give them."""
    office = cast.of("office")
    question = {"code": "q1", "text": "满意吗？", "kind": "rating", "topic": "satisfaction"}
    survey = {"title": "只属于邵阳的测评", "unit": cast.unit, "questions": [question], "until": "2999-12-31"}
    points = dict.fromkeys(("materials", "satisfaction", "awareness", "quality"), GOOD)
    made = {
        "survey_id": office.do("scoring", "surveys", {**survey, "respondents": "codes", "sampling": "drawn", "sample": 9}),
        "score_id": office.do("scoring", "unit-scores", {"unit": cast.unit, "occasion": "2021-11", "points": points}),
        "assessment_id": office.do("scoring", "assessments", {"year": 2021, "subject": "person", "unit": cast.unit}),
    }
    cast.platform.still()
    return {name: str(said["id"]) for name, said in made.items()}
