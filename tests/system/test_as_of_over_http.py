"""The past over HTTP: whatever was shown is shown again when it is asked for as of then, to those who may see it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from deploy.embedded.issuer import ROLES
from deploy.embedded.preflight import SERVICES
from tests.support.cast import GOOD, Cast
from tests.support.client import FENG, Person, Platform
from tests.support.described import Question
from tests.support.faults import faults_of
from tests.support.healing import nobody_behind

NOT_COMPARED = ("as-of", "needs:export")
"""What says where things stand, and a file that carries the time it was made at."""
RESOURCES = {
    "intake": ("needs/{need}", "needs/{need}/history"),
    "projects": ("projects/{project}", "projects/{project}/submissions", "projects/{project}/history"),
    "supervision": ("notices/{notice}", "notices/{notice}/history"),
    "scoring": ("verifications/{project}", "verifications/{project}/history"),
}


@dataclass
class Seen:
    """What the services showed once nothing moved any more: positions of each service, and answers by service and path."""

    vectors: dict[str, str]
    answers: dict[tuple[str, str], tuple[int, Any]]


@dataclass
class Grown:
    """A history, what was shown after each of its steps, and its ids."""

    cast: Cast
    ids: dict[str, str] = field(default_factory=dict)
    steps: list[Seen] = field(default_factory=list)

    @property
    def reader(self) -> Person:
        """Somebody with every role, of the cast's unit."""
        cast = self.cast
        return cast.platform.person(*ROLES, county=cast.county, sub="everyone", unit=cast.unit, branch=cast.branch)


def shown(answer: httpx.Response) -> tuple[int, Any]:
    """Return what an answer says, apart from the id of its request."""
    said = answer.json()
    return answer.status_code, said if answer.status_code == 200 else said["code"]


@pytest.fixture(scope="module")
def grown(platform: Platform, queries: list[Question]) -> Grown:
    """A county's history, looked at after each step through everything the services answer."""
    grown = Grown(Cast(platform, FENG, "past").registered())
    cast, ids = grown.cast, grown.ids
    lists = [(query.service, query.path) for query in queries if "{" not in query.path and query.path not in NOT_COMPARED]

    def look() -> None:
        nobody_behind(platform)
        reader = grown.reader
        vectors = {service: str(reader.see(service, "as-of")["as_of"]) for service in SERVICES}
        resources = [(service, path.format(**ids)) for service, paths in RESOURCES.items() for path in paths]
        grown.steps.append(Seen(vectors, {asked: shown(reader.get(*asked)) for asked in (*lists, *resources)}))

    ids |= {"need": cast.submit(petitioner={"name": "陈秀英", "phone": "13800138000"})["id"], "project": "-", "notice": "-"}
    look()
    cast.of("office").do("intake", f"needs/{ids['need']}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"})
    ids["project"] = cast.propose(ids["need"])
    look()
    cast.approve(ids["project"])
    cast.pledge(ids["project"])
    letter = {"kind": "rectification-letter", "title": "督办", "text": "请办。", "addressees": [cast.unit], "project_ids": [ids["project"]]}
    ids["notice"] = cast.of("office").do("supervision", "notices", letter)["id"]
    look()
    cast.complete(ids["project"])
    cast.judge.eventually("scoring", f"verifications/{ids['project']}", status="open")
    cast.score(ids["project"], GOOD)
    look()
    cast.judge.do("scoring", f"verifications/{ids['project']}/sign-off", {})
    cast.of("unit").do("supervision", f"notices/{ids['notice']}/acknowledge")
    look()
    return grown


def test_everything_that_was_shown_is_shown_again_as_of_then(grown: Grown) -> None:
    reader = grown.reader
    assert len({step.vectors["scoring"] for step in grown.steps}) == len(grown.steps)
    for step in grown.steps:
        for (service, path), before in step.answers.items():
            again = reader.get(service, path, as_of=step.vectors[service])
            assert shown(again) == before, f"{service}/{path} as of {step.vectors[service]}"
            if again.status_code == 200 and not path.endswith("/history"):
                assert again.headers["As-Of"] == step.vectors[service]


def test_what_was_shown_has_changed_since(grown: Grown) -> None:
    """Or the test before would show nothing."""
    first, last = grown.steps[0].answers, grown.steps[-1].answers
    changed = {asked for asked, said in last.items() if first.get(asked) != said}
    assert {("intake", "needs"), ("projects", "projects"), ("projects", "ledger"), ("scoring", "verifications")} <= changed
    assert {(service, "figures") for service in SERVICES} <= changed


def test_a_time_and_the_own_position_come_to_the_same_and_are_told(grown: Grown) -> None:
    reader = grown.reader
    for step in grown.steps:
        moment = reader.see("projects", "as-of", as_of=step.vectors["projects"])
        by_time = reader.see("projects", "as-of", as_of=moment["recorded_at"])
        by_position = reader.see("projects", "as-of", as_of=f"@{moment['positions']['projects']}")
        assert by_time["positions"]["projects"] == by_position["positions"]["projects"] == moment["positions"]["projects"]
        assert by_time == by_position
        answer = reader.get("projects", "figures", as_of=moment["recorded_at"])
        assert (answer.headers["As-Of"], answer.headers["Yinuo-Version"]) == (by_time["as_of"], "0.1.0")


@pytest.fixture
def somebody(grown: Grown) -> Iterator[Person]:
    before = grown.cast.platform.written()
    yield grown.reader
    assert grown.cast.platform.written() == before


NO_MOMENTS = {
    "gestern": (422, "as_of_malformed"),
    "2021-11-31": (422, "as_of_malformed"),
    "": (422, "as_of_malformed"),
    "x" * 301: (422, "parameter_invalid"),
    "2021-11-12T08:00:00": (422, "as_of_without_zone"),
    "2999-01-01": (422, "as_of_in_the_future"),
    "2999-01-01T00:00:00Z": (422, "as_of_in_the_future"),
    "projects@1": (422, "as_of_incomplete"),
    "1999-01-01": (404, "as_of_before_history"),
    "@0": (404, "as_of_before_history"),
    "@999999": (404, "as_of_position_unknown"),
    "intake@999999,projects@1": (404, "as_of_position_unknown"),
}


@pytest.mark.parametrize("path", ["needs", "figures", "needs/{need}", "needs/{need}/history", "needs:export", "as-of"])
def test_a_moment_there_is_not_is_refused_plainly(grown: Grown, somebody: Person, path: str) -> None:
    answers = {as_of: somebody.get("intake", path.format(**grown.ids), as_of=as_of) for as_of in NO_MOMENTS}
    assert {as_of: faults for as_of, answer in answers.items() if (faults := faults_of(answer))} == {}
    assert {as_of: (answer.status_code, answer.json()["code"]) for as_of, answer in answers.items()} == NO_MOMENTS


def test_a_lane_s_position_that_was_never_heard_of_is_refused(somebody: Person) -> None:
    answer = somebody.get("intake", "needs", as_of="intake@1,projects@999999")
    assert (answer.status_code, answer.json()["code"]) == (404, "as_of_position_unknown")
    assert "projects" in answer.json()["title"]


def test_the_past_and_waiting_for_the_present_exclude_each_other(somebody: Person) -> None:
    answer = somebody.get("intake", "needs", as_of="@1", min_position=1)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "/min_position", "code": "not_with_as_of"}])


def test_who_may_not_see_something_may_not_see_its_past(grown: Grown) -> None:
    cast, last = grown.cast, grown.steps[-1]
    citizen = cast.of("citizen", "a-stranger")
    assert citizen.get("intake", "needs", as_of=last.vectors["intake"]).json()["code"] == "role_not_allowed"
    assert citizen.get("intake", f"needs/{grown.ids['need']}", as_of=last.vectors["intake"]).status_code == 404
    elsewhere = cast.platform.person("unit", county=FENG, unit="another")
    assert elsewhere.see("supervision", "notices", as_of=last.vectors["supervision"])["items"] == []
    assert elsewhere.get("supervision", f"notices/{grown.ids['notice']}", as_of=last.vectors["supervision"]).status_code == 404
    another_county = cast.platform.person(*ROLES, county="430523")
    url = grown.reader.url("intake", "needs")
    answer = cast.platform.http.get(url, params={"as_of": "@1"}, headers=another_county.bearer)
    assert answer.json()["code"] == "county_not_yours"


def test_the_past_of_what_is_public_is_shown_to_those_who_signed_in(grown: Grown) -> None:
    url, vector = grown.reader.url("projects", "pledges"), grown.steps[2].vectors["projects"]
    http = grown.cast.platform.http
    assert http.get(url).status_code == 200
    assert http.get(url, params={"as_of": vector}).json()["code"] == "token_missing"
    signed_in = http.get(url, params={"as_of": vector}, headers=grown.cast.of("citizen").bearer)
    assert shown(signed_in) == grown.steps[2].answers["projects", "pledges"]


def test_a_sheet_of_the_past_has_the_lines_of_then(grown: Grown) -> None:
    reader = grown.reader
    lines = [
        len(reader.get("intake", "needs:export", format="csv", as_of=step.vectors["intake"]).text.splitlines()) for step in grown.steps
    ]
    needs = [len(step.answers["intake", "needs"][1]["items"]) for step in grown.steps]
    assert lines == [1 + count for count in needs]
