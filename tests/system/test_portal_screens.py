"""Screens, audit, operators' and open pages over HTTP: who sees what, what is counted, what the past says, who does not answer."""

import json
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape

import pytest

from services.portal.pages.audit import trusted_by
from services.portal.pages.screen import PARTS
from tests.support.cast import GOOD, Cast
from tests.support.client import FENG, SHAOYANG, Platform
from tests.support.streams import Reading
from tests.support.visitor import Visitor

NAME, PHONE = "司徒秀𠮷", "13900020002"
_PLACE = re.compile(r"/audit/events/([a-z]+)/([0-9]+)")


@dataclass(frozen=True)
class Told:
    """A need that was seen through, and where the project's lane stood before it was approved and after all."""

    need: str
    project: str
    receipt: str
    before: int
    after: int


@pytest.fixture(scope="module")
def told(platform: Platform) -> Told:
    cast = Cast(platform, SHAOYANG, "screens").registered()
    said = cast.submit("桥坏了", {"name": NAME, "phone": PHONE})
    need = str(said["id"])
    receipt = cast.of("clerk").get("intake", f"needs/{need}/receipts", min_position=said["position"]).json()["items"][0]["receipt"]
    cast.of("office").do("intake", f"needs/{need}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"})
    project = cast.propose(need)
    before = platform.written()["projects", SHAOYANG][0]
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    cast.score(project, GOOD)
    cast.judge.do("scoring", f"verifications/{project}/sign-off", {})
    cast.of("office").eventually("intake", f"needs/{need}", status="answered")
    written = platform.still()
    _archived(platform, {service: position for (service, county), (position, *_) in written.items() if county == SHAOYANG})
    return Told(need, project, receipt, before, written["projects", SHAOYANG][0])


def _archived(platform: Platform, ends: dict[str, int]) -> None:
    """Wait until the portal's archive has come to the ends of the lanes."""
    deadline = time.monotonic() + 20
    while True:
        with platform.superuser("portal") as connection:
            rows = connection.execute(
                "SELECT source, max(position) FROM read.event_archive WHERE county = %s GROUP BY 1", [SHAOYANG]
            ).fetchall()
        if {service: end for service, end in ends.items() if end} == dict(rows):
            return
        assert time.monotonic() < deadline, (ends, rows)
        time.sleep(0.1)


@pytest.fixture(scope="module")
def office(platform: Platform) -> Visitor:
    return Visitor(platform).signed_in("office")


@pytest.fixture(scope="module")
def auditor(platform: Platform) -> Visitor:
    return Visitor(platform).signed_in("auditor")


@pytest.mark.parametrize("role", ["leader", "office", "inspector", "auditor", "operator"])
@pytest.mark.usefixtures("told")
def test_the_big_screen_is_for_those_who_lead_and_watch(platform: Platform, role: str) -> None:
    text = Visitor(platform).signed_in(role).page("/screen")
    assert 'data-screen="big"' in text
    assert f'data-stream="/v1/{SHAOYANG}/stream"' in text
    assert all(f'data-live="/c/{SHAOYANG}/screen/parts/{name}"' in text for name in PARTS)
    assert re.search(r"数据截至 \d\d:\d\d:\d\d，落后 \d+\.\d 秒", text)
    assert "验收销号：修好村口路灯" in text


@pytest.mark.parametrize("role", ["citizen", "member", "unit"])
def test_the_big_screen_is_not_for_others(platform: Platform, role: str) -> None:
    visitor = Visitor(platform).signed_in(role)
    assert visitor.get(f"/c/{SHAOYANG}/screen").status_code == 403
    assert visitor.get(f"/c/{SHAOYANG}/screen/parts/tiles").status_code == 403


def test_parts_say_up_to_when_they_reach_and_many_screens_share_one_count(office: Visitor) -> None:
    address = f"/c/{SHAOYANG}/screen/parts/ranking"
    time.sleep(1.1)
    first = office.get(address)
    assert first.headers["yinuo-as-of"].endswith("+08:00")
    time.sleep(0.5)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: office.get(address), range(16)))
    ages = [float(answer.headers["yinuo-behind-seconds"]) for answer in answers]
    assert {answer.status_code for answer in answers} == {200}
    assert max(ages) >= 0.4  # the count of the first request still stands
    assert max(ages) < 2.0


@pytest.mark.usefixtures("told")
def test_no_name_and_no_detail_reaches_the_screen(office: Visitor) -> None:
    for name in PARTS:
        text = office.get(f"/c/{SHAOYANG}/screen/parts/{name}").text
        assert not any(secret in text for secret in (NAME, PHONE, "桥坏了", "老人夜里"))


@pytest.mark.usefixtures("told")
def test_a_kiosk_sees_the_screen_and_nothing_else_until_it_is_revoked(platform: Platform, office: Visitor) -> None:
    made = office.post("/screen/kiosks", act="make", name="政务大厅一楼")
    assert made.status_code == 201
    shown = re.search(r'id="made-address" value="([^"]+)"', unescape(made.text))
    assert shown is not None
    address, _, secret = shown[1].partition("#")
    assert address == f"{office.base}/c/{SHAOYANG}/screen/enter"
    assert secret not in office.page("/screen/kiosks")

    wall = Visitor(platform)
    assert wall.post("/screen/enter", secret=f"{secret}x").status_code == 403
    assert wall.post("/screen/enter", secret=secret).status_code == 200
    assert 'data-screen="big"' in wall.page("/screen")
    assert wall.get(f"/c/{SHAOYANG}/screen/parts/tiles").status_code == 200
    assert wall.get(f"/c/{FENG}/screen").status_code == 403
    for path in ("audit", "figures", "operators", "screen/kiosks", "review"):
        assert wall.get(f"/c/{SHAOYANG}/{path}", follow=False).status_code == 303, path

    with Reading(f"{wall.base}/v1/{SHAOYANG}/stream", wall.headers()) as reading:
        reading.until(lambda: bool(reading.told))
        kiosk = re.search(r'name="id" value="([0-9a-f]{64})"', office.page("/screen/kiosks"))
        assert kiosk is not None
        assert "已停用" in unescape(office.post("/screen/kiosks", act="revoke", id=kiosk[1]).text)
        reading.until(lambda: reading.ended, 30)
    assert reading.told[-1].event == "end"
    assert wall.get(f"/c/{SHAOYANG}/screen/parts/tiles").status_code == 403
    assert wall.get(f"/c/{SHAOYANG}/screen").status_code == 403


def test_only_the_office_makes_kiosks(platform: Platform) -> None:
    assert Visitor(platform).signed_in("leader").get(f"/c/{SHAOYANG}/screen/kiosks").status_code == 403


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


@pytest.mark.usefixtures("told")
def test_the_dashboard_has_every_picture_with_its_sentence_and_table(office: Visitor) -> None:
    text = office.page("/figures")
    kinds = set(re.findall(r'data-chart="([a-z]+)"', text))
    wanted = {
        "funnel",
        "tiles",
        "burndown",
        "radar",
        "sankey",
        "ranking",
        "pareto",
        "control",
        "box",
        "calendar",
        "gantt",
        "columns",
        "spark",
    }
    assert kinds == wanted
    figures = re.findall(r'<figure class="chart.*?</figure>', text, re.DOTALL)
    assert len(figures) == len(wanted) - 1
    for figure in figures:
        assert re.search(r"<figcaption>[^<]+</figcaption>", figure), figure[:200]
        assert '<th scope="col"' in figure
    narrow = office.page("/figures", unit="screens", town=f"{SHAOYANG}100", level="member")
    submitted = re.compile(r'收到需求</p>\s*<p class="tile-number">(\d+)')
    found, whole = submitted.search(narrow), submitted.search(text)
    assert found is not None
    assert whole is not None
    assert 1 <= int(found[1]) <= int(whole[1])
    assert "修好村口路灯" in narrow


@pytest.mark.usefixtures("told")
def test_a_service_that_does_not_answer_is_a_row_that_says_so(platform: Platform) -> None:
    operator = Visitor(platform).signed_in("operator")
    well = operator.page("/operators")
    assert "没有回应的服务" not in well
    assert all(f"portal.{name}" in well for name in ("event_archive", "need_cards", "project_cards"))
    pid = platform.stack.info.pids["scoring"]
    os.kill(pid, signal.SIGSTOP)
    try:
        text = operator.page("/operators")
        assert "没有回应的服务：scoring" in text
        row = re.search(r">scoring</th>(.*?)</tr>", text, re.DOTALL)
        assert row is not None
        assert "没有回应" in row[1]
        intake = re.search(r">intake</th>(.*?)</tr>", text, re.DOTALL)
        assert intake is not None
        assert "正常" in intake[1]
        assert operator.get(f"/c/{SHAOYANG}/screen").status_code == 200
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/open", "/open311/v2/services.json"),
        ("/open/intake", "/v1/{county}/needs"),
        ("/open/projects/events", "PledgePublished"),
        ("/privacy", "您可以要求"),
        ("/help", "查询码丢了怎么办"),
        ("/accessibility", "GB/T 37668"),
    ],
)
def test_open_pages_are_for_everybody(platform: Platform, path: str, says: str) -> None:
    assert says in Visitor(platform).page(path)


def test_a_service_s_description_is_handed_out_as_it_is(platform: Platform) -> None:
    visitor = Visitor(platform)
    assert visitor.get(f"/c/{SHAOYANG}/open/intake/openapi.json").json() == platform.description("intake")
    assert visitor.get(f"/c/{SHAOYANG}/open/intake/asyncapi.json").json()["asyncapi"].startswith("3")
    assert visitor.get(f"/c/{SHAOYANG}/open/nothing").status_code == 404
    assert visitor.get("/accessibility", follow=False).headers["location"] == "/"


def test_pages_speak_english_to_those_who_ask_for_it(platform: Platform) -> None:
    visitor = Visitor(platform)
    visitor.cookies["yinuo-lang"] = "en"
    text = visitor.page("/help")
    assert 'lang="en"' in text
    assert "Help" in text
    assert "使用帮助" not in text
