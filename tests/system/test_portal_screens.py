"""Screens, dashboard, operators' and open pages over HTTP: who sees what, what is counted, who does not answer."""

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from services.portal.pages.screen import PARTS
from tests.support.client import FENG, SHAOYANG, TOWN, Platform
from tests.support.seen_through import NAME, PHONE, Told, seen_through
from tests.support.streams import Reading
from tests.support.visitor import Visitor


@pytest.fixture(scope="module")
def told(platform: Platform) -> Told:
    return seen_through(platform, "screens")


@pytest.fixture(scope="module")
def office(platform: Platform) -> Visitor:
    return Visitor(platform).signed_in("office")


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


def test_pages_are_packed_for_whoever_takes_it_and_streams_never(platform: Platform) -> None:
    visitor = Visitor(platform)
    page = platform.http.get(f"{visitor.base}/c/{SHAOYANG}/help", headers={"Accept-Encoding": "gzip"})
    plain = platform.http.get(f"{visitor.base}/c/{SHAOYANG}/help", headers={"Accept-Encoding": "identity"})
    assert (page.headers["content-encoding"], plain.headers.get("content-encoding")) == ("gzip", None)
    assert int(page.headers["content-length"]) * 2 < int(plain.headers["content-length"])
    style = re.search(r'href="(/static/app[^"]+\.css)"', page.text)
    assert style is not None
    sheet = platform.http.get(f"{visitor.base}{style[1]}")
    assert (sheet.headers["content-encoding"], "immutable" in sheet.headers["cache-control"]) == ("gzip", True)
    with platform.http.stream("GET", f"{visitor.base}/v1/{SHAOYANG}/stream") as stream:
        assert "content-encoding" not in stream.headers


def test_a_form_s_token_is_another_one_each_time_and_good_every_time(platform: Platform) -> None:
    visitor = Visitor(platform)
    tokens = [re.search(r'name="csrf" value="([^"]+)"', visitor.get(f"/c/{SHAOYANG}/track").text) for _ in range(2)]
    first, second = (found[1] for found in tokens if found is not None)
    assert first != second
    address, headers = f"{visitor.base}/c/{SHAOYANG}/track", {**visitor.headers(), "Origin": visitor.base}
    for token, status in ((first, 404), (second, 404), ("00" * 64, 403), (first[:-2], 403), ("", 403), ("诺", 403)):
        sent = platform.http.post(address, data={"csrf": token, "code": "A" * 25}, headers=headers)
        assert sent.status_code == status, token


@pytest.mark.usefixtures("told")
def test_what_came_in_is_on_the_dashboard_within_seconds_and_before_that_it_says_up_to_when(platform: Platform, office: Visitor) -> None:
    def submitted() -> int:
        found = re.search(r'收到需求</p>\s*<p class="tile-number">(\d+)', office.page("/figures", level=""))
        assert found is not None
        return int(found[1])

    before = submitted()
    need = {"kind": "need", "channel": "wechat", "title": "看板上要看得见", "detail": "新收到的。", "town": TOWN, "petitioner": None}
    platform.person("citizen", sub="citizen-dashboard").do("intake", "needs", need)
    deadline = time.monotonic() + 15
    while submitted() == before and time.monotonic() < deadline:
        time.sleep(0.5)
    assert submitted() == before + 1
