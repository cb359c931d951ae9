"""`yinuo timeline`: the whole story of a thing out of all services' logs, from whichever id one has in hand."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from cli.exits import Exit
from tests.support.cast import GOOD, Cast
from tests.support.client import FENG, SHAOYANG, Platform
from tests.support.up import Ended, yinuo_here

NAME = "欧阳𠮷"


@dataclass(frozen=True)
class Told:
    """A need that was seen through to its end, and ids that lead to its story."""

    platform: Platform
    need: str
    project: str
    notice: str
    other: str
    """A project of the same member that a bulletin names together with this one."""
    receipt: str

    def run(self, thing: str, *arguments: str, county: str = FENG) -> Ended:
        return yinuo_here("timeline", thing, "--county", county, "--data", self.platform.stack.info.data, *arguments)

    def story(self, thing: str) -> dict[str, Any]:
        outcome = self.run(thing, "--json")
        assert outcome.returncode == Exit.OK, outcome.stderr
        found: dict[str, Any] = json.loads(outcome.stdout)
        return found


@pytest.fixture(scope="module")
def told(platform: Platform) -> Told:
    cast = Cast(platform, FENG, "told").registered()
    citizen, office = cast.of("citizen"), cast.of("office")
    body = {"kind": "need", "channel": "wechat", "title": "桥坏了", "detail": "过不去。", "town": f"{FENG}100"}
    need = citizen.do("intake", "needs", {**body, "petitioner": {"name": NAME, "phone": "13800138000"}})
    receipt = citizen.see("intake", f"needs/{need['id']}/receipts", min_position=need["position"])["items"][0]["receipt"]
    office.do("intake", f"needs/{need['id']}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"})
    project, other = cast.propose(need["id"]), cast.propose(cast.submit("别的事")["id"])
    for one in (project, other):
        cast.approve(one)
        cast.pledge(one)
    platform.still()
    bulletin = {"kind": "bulletin", "title": "通报", "text": "请看。", "addressees": [cast.unit], "project_ids": [project, other]}
    notice = office.do("supervision", "notices", bulletin)["id"]
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    cast.score(project, GOOD)
    cast.judge.do("scoring", f"verifications/{project}/sign-off", {})
    office.eventually("intake", f"needs/{need['id']}", status="answered")
    platform.still()
    return Told(platform, need["id"], project, notice, other, receipt)


def test_the_story_of_a_need_goes_through_all_services_causes_first(told: Told) -> None:
    found = told.story(told.need)
    events = found["events"]
    types = [event["type"] for event in events]
    way = ["NeedSubmitted", "ProjectProposed", "ProjectApproved", "ProjectClaimed", "PledgePublished", "CompletionDeclared"]
    way += ["VerificationOpened", "ProjectScored", "ProjectVerified", "NeedAnswered"]
    assert {"NeedRouted", "NoticeIssued", "WatchStarted"} < set(types)
    assert [types.index(kind) for kind in way] == sorted(types.index(kind) for kind in way)
    assert {event["service"] for event in events} == {"intake", "projects", "supervision", "scoring"}
    place = {event["id"]: number for number, event in enumerate(events)}
    caused = [event for event in events if event["causation_id"] in place]
    assert len(caused) > 3
    assert all(place[event["causation_id"]] < place[event["id"]] for event in caused)
    (answered,) = (event for event in events if event["type"] == "NeedAnswered")
    verified = events[types.index("ProjectVerified")]
    assert answered["cause"] == f"scoring@{verified['position']}"
    assert (verified["role"], verified["actor"]) == ("unit", "unit-told")
    assert not [event for event in events if event["stream"] == f"project-{told.other}"]
    assert (len(place), found["not_followed"]) == (len(events), [])


def test_every_id_of_a_story_leads_to_it(told: Told) -> None:
    whole = told.story(told.need)["events"]
    submitted = whole[0]
    assert told.story(submitted["id"])["events"] == whole
    assert told.story(told.receipt)["events"] == whole
    of_project = {event["id"] for event in told.story(told.project)["events"]}
    assert of_project == {event["id"] for event in whole}
    of_notice = told.story(told.notice)
    assert {event["id"] for event in whole} < {event["id"] for event in of_notice["events"]}
    assert f"project-{told.other}" in of_notice["streams"]


def test_what_is_sealed_stays_sealed(told: Told) -> None:
    for outcome in (told.run(told.need), told.run(told.need, "--json")):
        assert outcome.returncode == Exit.OK
        assert not [word for word in (NAME, "13800138000", "ciphertext") if word in outcome.stdout]
    assert told.story(told.need)["events"][0]["data"]["petitioner"]["name"] == {"state": "sealed"}


def test_a_story_is_read_line_by_line(told: Told) -> None:
    outcome = told.run(told.need)
    lines = outcome.stdout.splitlines()
    assert lines[0].split() == ["when", "where", "what", "of", "who", "because", "of"]
    assert len(lines) == 1 + len(told.story(told.need)["events"])
    (answered,) = (line for line in lines if "NeedAnswered" in line)
    assert "ProjectVerified scoring@" in answered
    assert outcome.stderr == ""


@pytest.mark.parametrize(
    ("thing", "code", "sentence"),
    [
        ("member-00027", Exit.USAGE, "is no id and no receipt's number"),
        ("2021-000004-1", Exit.USAGE, "wrong check digit"),
        ("2021-99999999-0", Exit.NOT_FOUND, "No receipt"),
        ("0199a0a0-0000-7000-8000-00000000dead", Exit.NOT_FOUND, "has recorded nothing about"),
    ],
)
def test_what_leads_nowhere_is_a_sentence_and_an_exit_code(told: Told, thing: str, code: Exit, sentence: str) -> None:
    outcome = told.run(thing)
    assert (outcome.returncode, outcome.stdout) == (code, "")
    assert sentence in outcome.stderr


def test_a_story_is_its_county_s(told: Told) -> None:
    assert told.run(told.need, county=SHAOYANG).returncode == Exit.NOT_FOUND
    assert told.run(told.need, county="999999").returncode == Exit.NOT_FOUND
