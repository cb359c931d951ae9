"""The audit over HTTP: stories causes first, the very bytes with their proof, the past as services tell it."""

import json
import re
import time
from html import unescape

import pytest

from services.portal.pages.audit import trusted_by
from tests.support.client import SHAOYANG, Platform
from tests.support.seen_through import Told, seen_through
from tests.support.visitor import Visitor

_PLACE = re.compile(r"/audit/events/([a-z]+)/([0-9]+)")


@pytest.fixture(scope="module")
def told(platform: Platform) -> Told:
    return seen_through(platform, "audited")


@pytest.fixture(scope="module")
def office(platform: Platform) -> Visitor:
    return Visitor(platform).signed_in("office")


@pytest.fixture(scope="module")
def auditor(platform: Platform) -> Visitor:
    return Visitor(platform).signed_in("auditor")


@pytest.mark.parametrize("by", ["need", "project", "receipt", "event"])
def test_the_story_of_a_thing_is_told_from_any_of_its_ids_causes_first(platform: Platform, auditor: Visitor, told: Told, by: str) -> None:
    with platform.superuser("portal") as connection:
        rows = connection.execute("SELECT source, position, body FROM read.event_archive WHERE county = %s", [SHAOYANG]).fetchall()
    bodies = {(source, position): json.loads(bytes(body)) for source, position, body in rows}
    event = next(each["id"] for each in bodies.values() if each["type"] == "ProjectApproved" and each["data"]["project_id"] == told.project)
    text = auditor.page("/audit", id={"need": told.need, "project": told.project, "receipt": told.receipt, "event": event}[by])
    story = [bodies[source, int(position)] for source, position in _PLACE.findall(text)]
    types = [each["type"] for each in story]
    way = ["NeedSubmitted", "NeedRouted", "ProjectProposed", "ProjectApproved", "ProjectClaimed", "PledgePublished", "CompletionDeclared"]
    way += ["VerificationOpened", "ProjectScored", "ProjectVerified", "ProjectSignedOff"]
    assert [types.index(kind) for kind in way] == sorted(types.index(kind) for kind in way)
    assert types.index("ProjectVerified") < types.index("NeedAnswered")
    place = {each["id"]: number for number, each in enumerate(story)}
    caused = [each for each in story if each.get("causationid") in place]
    assert len(caused) > 3
    assert all(place[each["causationid"]] < place[each["id"]] for each in caused)
    assert {each["source"].split("/")[1] for each in story} == {"intake", "projects", "supervision", "scoring"}
    assert "起因：验收通过（scoring@" in text


def test_an_unknown_id_is_said_and_nothing_is_shown(auditor: Visitor) -> None:
    answer = auditor.get(f"/c/{SHAOYANG}/audit", id="2021-999999-9")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_an_event_s_raw_bytes_are_the_log_s(platform: Platform, auditor: Visitor, office: Visitor, told: Told) -> None:
    with platform.database("intake", SHAOYANG) as connection:
        row = connection.execute(
            "SELECT position, body FROM log.events WHERE stream = %s AND version = 1", [f"need-{told.need}"]
        ).fetchone()
    assert row is not None
    path = f"/audit/events/intake/{row[0]}"
    assert auditor.get(f"/c/{SHAOYANG}{path}/raw").content == bytes(row[1])
    shown = re.search(r"<pre[^>]*data-raw>(.*?)</pre>", auditor.get(f"/c/{SHAOYANG}{path}").text, re.DOTALL)
    assert shown is not None
    assert unescape(shown[1]).encode() == bytes(row[1])
    assert "ciphertext" not in office.page(path)
    assert office.get(f"/c/{SHAOYANG}{path}/raw").status_code == 403


@pytest.mark.usefixtures("told")
def test_the_proof_panel_holds_the_log_s_own_proof_and_keys(platform: Platform, auditor: Visitor) -> None:
    deadline = time.monotonic() + 30
    while True:
        text = auditor.get(f"/c/{SHAOYANG}/audit/events/intake/1").text
        found = re.search(r'<section class="card proof".*?<script type="application/json">(.*?)</script>', text, re.DOTALL)
        if found is not None:
            break
        assert time.monotonic() < deadline
        time.sleep(0.5)
    given = json.loads(found[1])
    assert given["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    vkeys = platform.http.get(f"{platform.urls['intake']}/tlog/{SHAOYANG}/vkey").text.split()
    assert set(given["logs"]) <= set(vkeys)
    assert given["logs"]
    assert (len(given["witnesses"]), given["quorum"]) == (4, 2)
    assert auditor.get(f"/c/{SHAOYANG}/audit/events/intake/1/proof").text == given["proof"]


def test_a_policy_of_one_witness_or_none_is_read() -> None:
    one = "log a/intake/430523+1+k\nwitness w w+2+k\nquorum w\n"
    assert trusted_by(one, "/intake/430523") == {
        "logs": ["a/intake/430523+1+k"],
        "witnesses": ["w+2+k"],
        "quorum": 1,
        "origin": "a/intake/430523",
    }
    assert trusted_by("log a/intake/430523+1+k\nquorum none\n", "/intake/430523")["quorum"] == 0


def test_a_list_as_of_two_moments_differs_as_it_should(auditor: Visitor, told: Told) -> None:
    then = auditor.page("/audit/past", list="projects", id=told.project, as_of_position=told.before)
    now = auditor.page("/audit/past", list="projects", id=told.project, as_of_position=told.after)
    assert "待审核" in then
    assert "已销号" in now
    both = auditor.page("/audit/past", list="projects", id=told.project, as_of_position=told.after, against=f"@{told.before}")
    assert f"@{told.before}" in both
    row = re.search(r"修好村口路灯 · 状态</th>(.*?)</tr>", both, re.DOTALL)
    assert row is not None
    assert row[1].index("待审核") < row[1].index("已销号")
    same = auditor.page("/audit/past", list="projects", as_of_position=told.after, against=f"@{told.after}")
    assert "两个时刻没有差别" in same
    none = auditor.page("/audit/past", list="projects", id=told.project, as_of_position=told.after, against="@1")
    assert "新增 1 件" in none


def test_the_pack_s_command_names_the_period(auditor: Visitor) -> None:
    text = auditor.page("/audit", **{"from": "2021-05-01", "to": "2021-11-12"})
    assert f"yinuo events export --county {SHAOYANG} --out {SHAOYANG}-2021-05-01-2021-11-12.tar --from 2021-05-01 --to 2021-11-12" in text
    assert "--from" not in auditor.page("/audit", **{"from": "$(reboot)"})
