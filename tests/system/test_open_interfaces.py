"""The portal's open interfaces on the real stack: Open311, feeds, notifications, calendars, open data. One county's story, told to all."""

import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import httpx
import pytest
from icalendar import Calendar

from tests.support.client import FENG, SHAOYANG, TOWN
from tests.support.cookies import Browser
from tests.support.open_world import DETAIL, NAME, NOON, TITLE, World, open_world
from tests.support.receivers import until


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("secrets")) as made:
        yield made


ROOT = Path(__file__).parents[2]


def listed(world: World, query: str) -> list[dict[str, Any]]:
    answer = world.get(f"/open311/v2/requests.json?jurisdiction_id={SHAOYANG}&{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()
    return items


def test_services_and_their_definitions_are_told_in_json_and_xml(world: World) -> None:
    services = world.get(f"/open311/v2/services.json?jurisdiction_id={SHAOYANG}").json()
    assert [service["service_code"] for service in services] == ["need", "micro-wish", "opinion"]
    root = ET.fromstring(world.get(f"/open311/v2/services/need.xml?jurisdiction_id={SHAOYANG}").content)  # noqa: S314 - our own
    assert (root.tag, root.findtext("service_code")) == ("service_definition", "need")
    assert TOWN in [key.text for key in root.findall("attributes/attribute/values/value/key")]


def test_a_request_becomes_a_need_whose_owner_holds_its_query_code_and_of_which_nobody_sees_what_was_said(world: World) -> None:
    tracked = world.http.get(f"{world.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{world.code}")
    assert (tracked.json()["id"], tracked.json()["receipt"]) == (world.need, world.created["extended_attributes"]["receipt"])
    office = world.cast.of("office")
    events = office.history("intake", f"needs/{world.need}")
    assert (events[0]["data"]["title"], events[0]["data"]["channel"], events[0]["role"]) == (TITLE, "website", "visitor")
    (one,) = until(lambda: listed(world, f"service_request_id={world.need}"))
    assert (one["status"], one["service_code"], one["address_id"], one["description"]) == ("open", "need", TOWN, None)
    assert one["requested_datetime"].startswith("2027-03-01T12:00:00+08:00")
    again = world.get(f"/open311/v2/requests/{world.need}.xml?jurisdiction_id={SHAOYANG}")
    root = ET.fromstring(again.content)  # noqa: S314 - our own
    assert [each.findtext("service_request_id") for each in root.findall("request")] == [world.need]
    assert root.findtext("request/extended_attributes/channel") == "website"
    token = world.get(f"/open311/v2/tokens/{world.need}.json?jurisdiction_id={SHAOYANG}").json()
    assert token == [{"service_request_id": world.need, "token": world.need}]
    shown = again.text + json.dumps(listed(world, ""), ensure_ascii=False)
    assert not [word for word in (TITLE, DETAIL[:6], NAME) if word in shown]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests.json", 400),
        ("requests.json?jurisdiction_id=999999", 404),
        (f"requests.json?jurisdiction_id={SHAOYANG}&status=done", 400),
        (f"requests.json?jurisdiction_id={SHAOYANG}&page_size=501", 400),
        (f"requests.json?jurisdiction_id={SHAOYANG}&start_date=soon", 400),
        (f"requests.json?jurisdiction_id={SHAOYANG}&start_date=2026-01-01&end_date=2026-12-31", 400),
        (f"requests/0199c1a8-1111-7000-8000-000000000001.json?jurisdiction_id={SHAOYANG}", 404),
        (f"requests/nothing.json?jurisdiction_id={SHAOYANG}", 404),
        (f"services/road.json?jurisdiction_id={SHAOYANG}", 404),
        (f"services.yaml?jurisdiction_id={SHAOYANG}", 404),
    ],
)
def test_what_is_refused_is_a_list_of_one_error(world: World, path: str, status: int) -> None:
    answer = world.get(f"/open311/v2/{path}")
    assert answer.status_code == status, answer.text
    (error,) = answer.json()
    assert (set(error), error["code"]) == ({"code", "description"}, status)
    if ".json" in path:
        root = ET.fromstring(world.get(f"/open311/v2/{path.replace('.json', '.xml', 1)}").content)  # noqa: S314 - our own
        assert (root.tag, root.findtext("error/code")) == ("errors", str(status))


def test_a_form_that_lacks_something_is_refused_and_intake_s_own_refusals_come_through(world: World) -> None:
    good = {"jurisdiction_id": SHAOYANG, "service_code": "need", "description": "路坏了", "address_id": TOWN}
    for wrong in ({"service_code": ""}, {"description": " "}, {"address_id": "", "lat": "27.1", "long": "111.2"}, {"phone": "13800138000"}):
        assert world.http.post(f"{world.portal}/open311/v2/requests.json", data={**good, **wrong}).status_code == 400
    refused = world.http.post(f"{world.portal}/open311/v2/requests.xml", data={**good, "description": "路" * 5_001})
    assert (refused.status_code, ET.fromstring(refused.content).findtext("error/code")) == (422, "422")  # noqa: S314 - our own
    key = {"Idempotency-Key": "open311-once"}
    ids = {
        world.http.post(f"{world.portal}/open311/v2/requests.json", data=good, headers=key).json()[0]["service_request_id"] for _ in "ab"
    }
    assert len(ids) == 1


def test_pages_follow_each_other_and_conditions_hold(world: World) -> None:
    until(lambda: len(listed(world, "")) >= 3)
    every = [one["service_request_id"] for one in listed(world, "")]
    paged = [listed(world, f"page={page}&page_size=1")[0]["service_request_id"] for page in range(1, len(every) + 1)]
    assert paged == every
    first = world.get(f"/open311/v2/requests.json?jurisdiction_id={SHAOYANG}&page_size=1")
    following = first.links["next"]["url"].removeprefix(world.portal)
    assert [one["service_request_id"] for one in world.get(following).json()] == every[1:2]
    assert listed(world, "service_code=opinion") == listed(world, "status=closed") == listed(world, "start_date=2027-03-02") == []
    assert len(listed(world, "status=open,closed&start_date=2027-03-01T11:59:00%2B08:00&service_code=need,opinion")) == len(every)


def subscribed(world: World, label: str, browser: Browser, **fields: str) -> None:
    page = f"/c/{SHAOYANG}/subscribe"
    answer = browser.post(page, page, **fields)
    assert answer.status_code == 200, answer.text
    assert "请在 7 天内打开其中的地址确认" in answer.text
    until(lambda: world.outbox(label))


def test_a_subscriber_is_told_once_confirmed_each_thing_once_and_no_more_once_it_has_ended(world: World) -> None:
    receipt, office = world.created["extended_attributes"]["receipt"], world.cast.of("office")
    refused = world.browser().post(f"/c/{SHAOYANG}/subscribe", f"/c/{SHAOYANG}/subscribe", code="0" * 25, channel="email", address="a@b.cn")
    assert refused.status_code == 422
    for channel, address in (("email", "li@example.org"), ("sms", "13800138000")):
        subscribed(world, receipt, world.browser(), code=world.code.lower(), channel=channel, address=address)
    (asked,) = until(lambda: world.mails.to("li@example.org"))
    (sms,) = until(lambda: world.posts.taken)
    accepted = office.do("intake", f"needs/{world.need}/accept", {}, NOON)
    until(lambda: world.looked_through("intake") >= int(accepted["position"]))  # before it is confirmed, nothing is told
    manage = [re.findall(r"\S+/subscriptions/\S+", text)[0] for text in (asked.get_content(), json.loads(sms[1])["manage_url"])]
    for path in (urlsplit(address).path for address in manage):
        assert "订阅有效" not in world.browser().get(path).text
        assert "订阅有效" in world.browser().post(path, path, act="confirm").text
    before = len(world.outbox(receipt))
    world.posts.failing = 2
    office.do("intake", f"needs/{world.need}/route", {"handling_unit": "open", "responsible_leader": "leader-1"}, NOON)
    news = until(lambda: world.mails.to("li@example.org")[1:])[0]
    until(lambda: world.posts.taken[1:])
    assert receipt in news.get_content()
    assert "已交办" in news.get_content()
    headers, body = world.posts.taken[1]
    signed = hmac.new(b"known to both", f"{headers['Yinuo-Timestamp']}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Yinuo-Signature"] == f"v1={signed}"
    assert [each["Yinuo-Delivery"] for each, _ in world.posts.refused] == [headers["Yinuo-Delivery"]] * 2
    until(lambda: [state for state, _, _ in world.outbox(receipt)] == ["sent"] * (before + 2))
    assert sorted(attempts for _, _, attempts in world.outbox(receipt)[before:]) == [1, 3]
    told = news.as_string() + body.decode()
    assert not [word for word in (TITLE, DETAIL[:6], NAME, "leader-1", world.code) if word in told]
    (end,) = re.findall(r"<(\S+)>", news["List-Unsubscribe"])
    assert world.http.post(end, data={"List-Unsubscribe": "One-Click"}).status_code == 204
    assert world.browser().get(urlsplit(manage[0]).path).status_code == 404
    office.do("intake", f"needs/{world.need}/ask", {"question": "哪一盏？"}, NOON)
    until(lambda: world.posts.taken[2:])
    assert len(world.mails.to("li@example.org")) == 2


def test_a_unit_hears_of_its_deadlines_and_what_cannot_be_delivered_is_recorded(world: World) -> None:
    label, cast = "open", world.cast
    world.mails.unknown.add("gone@example.org")
    unit = world.browser().sign_in(SHAOYANG, "unit", "unit-open", "open")
    for address in ("desk@example.org", "gone@example.org"):
        subscribed(world, label, unit, kind="unit", channel="email", address=address)
    (asked,) = until(lambda: world.mails.to("desk@example.org"))
    until(lambda: ("failed", "the mail server refused the recipient (550)", 1) in world.outbox(label))
    path = urlsplit(re.findall(r"\S+/subscriptions/\S+", asked.get_content())[0]).path
    assert "订阅有效" in world.browser().post(path, path, act="confirm").text
    project = cast.propose(world.need, headers=NOON)
    cast.approve(project, NOON)
    cast.of("member").do("projects", f"projects/{project}/claim", {}, NOON)
    promise = {"promise": "三天内修好。", "complete_by": "2027-03-04", "venue": "website"}
    cast.of("member").do("projects", f"projects/{project}/pledge", promise, NOON)
    heard = until(lambda: len(world.mails.to("desk@example.org")) >= 3 and world.mails.to("desk@example.org")[1:])
    subjects = sorted(mail["Subject"] for mail in heard)
    assert subjects == ["邵阳县 · 承诺事项 · 还有 3 天到期 · 修好村口路灯", "邵阳县：已公开承诺：修好村口路灯"]


def test_feeds_are_valid_and_are_not_sent_twice(world: World) -> None:
    project = until(lambda: listed(world, f"service_request_id={world.need}")[0]["extended_attributes"]["project_id"])
    paths = [f"town/{TOWN}", f"project/{project}", f"need/{world.code}"]
    for path in paths:
        for form, version in (("xml", "rss20"), ("atom", "atom10")):
            answer = world.get(f"/c/{SHAOYANG}/feeds/{path}.{form}")
            assert answer.status_code == 200, answer.text
            feed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
            assert (feed.bozo, feed.version, bool(feed.entries)) == (False, version, True)
            assert len({entry.id for entry in feed.entries}) == len(feed.entries)
            assert not [word for word in (TITLE, DETAIL[:6], NAME) if word in answer.text]
            for name, value in (("If-None-Match", answer.headers["etag"]), ("If-Modified-Since", answer.headers["last-modified"])):
                same = world.get(f"/c/{SHAOYANG}/feeds/{path}.{form}", {name: value})
                assert (same.status_code, same.content) == (304, b"")
    told = world.get(f"/c/{SHAOYANG}/feeds/project/{project}.xml").text
    assert "三天内修好。" in told
    assert "公开承诺" in told
    assert world.get(f"/c/{SHAOYANG}/feeds/town/430523999.xml").status_code == 404
    assert world.get(f"/c/{SHAOYANG}/feeds/need/{'0' * 25}.xml").status_code == 404


def test_a_calendar_is_read_by_the_unit_and_by_a_secret_address_until_it_is_revoked(world: World) -> None:
    unit, page = world.browser().sign_in(SHAOYANG, "unit", "unit-open", "open"), f"/c/{SHAOYANG}/calendars"
    path = f"/c/{SHAOYANG}/calendar/open.ics"
    other = world.browser().sign_in(SHAOYANG, "unit", "unit-other", TOWN)
    assert [each.get(path).status_code for each in (world.browser(), other, unit)] == [401, 403, 200]
    assert world.get(path, world.cast.of("member").bearer).status_code == 403
    made = unit.post(page, page, name="张主任的手机")
    (secret,) = re.findall(r'href="[^"]*(/c/\d+/calendar/open\.ics\?key=[^"]+)"', made.text)
    promise = {"promise": "再来一件。", "complete_by": "2027-03-20", "venue": "website"}
    gone, notice = world.cast.propose(headers=NOON), {"kind": "rectification-letter", "title": "限期整改", "text": "台账不实"}
    world.cast.approve(gone, NOON)
    member, office = world.cast.of("member"), world.cast.of("office")
    member.do("projects", f"projects/{gone}/claim", {}, NOON)
    member.do("projects", f"projects/{gone}/pledge", promise, NOON)
    office.do("supervision", "notices", {**notice, "addressees": ["open"], "reply_within": {"days": 7, "unit": "calendar"}}, NOON)
    events = until(lambda: len(found := _events(world.get(secret))) == 3 and found)
    assert events[f"promise-{gone}"] == ("CONFIRMED", "20270320")
    assert sorted(day for _, day in events.values()) == ["20270304", "20270308", "20270320"]
    member.do("projects", f"projects/{gone}/claim/return", {"reason": "调离"}, NOON)
    until(lambda: _events(world.get(secret))[f"promise-{gone}"] == ("CANCELLED", "20270320"))
    answer = world.get(secret)
    assert world.get(secret, {"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert world.get(secret.replace("open.ics", f"{TOWN}.ics")).status_code == 404
    assert world.get(secret.replace(SHAOYANG, FENG)).status_code == 404
    assert unit.post(page, page, act="revoke").status_code == 200
    assert world.get(secret).status_code == 404


def _events(answer: httpx.Response) -> dict[str, tuple[str, str]]:
    """Return a calendar's events by the first part of their id: status and day."""
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(event["UID"]).partition("@")[0]: (str(event["STATUS"]), event.start.strftime("%Y%m%d")) for event in found}


def test_open_data_names_no_small_town_and_says_at_which_positions_it_was_made(world: World) -> None:
    index = world.get(f"/open/{SHAOYANG}/index.json").json()
    assert (index["licence"]["name"], set(index["as_of"])) == ("CC BY 4.0", {"intake", "projects", "supervision", "scoring"})
    months = {each["name"]: {month["month"]: month for month in each["months"]} for each in index["datasets"]}
    assert months["pledges"]["2027-03"]["rows"] >= 1
    world.platform.person("clerk").batch("intake", "needs", [{"body": body} for body in _needs()])
    address = months["needs"]["2027-03"]["json"]
    enough = until(lambda: len(items := world.http.get(address).json()["items"]) >= 9 and items)
    towns = Counter(item["town"] for item in enough)
    assert min(towns.values()) >= 5
    assert f"{SHAOYANG}101" not in {item["town_code"] for item in enough}
    answer = world.http.get(months["needs"]["2027-03"]["csv"] + "?bom=1")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert len(answer.content.decode("utf-8-sig").splitlines()) == len(enough) + 1
    assert re.fullmatch(r"intake@\d+,projects@\d+,supervision@\d+,scoring@\d+", answer.headers["as-of"])
    assert world.http.get(str(answer.url), headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    for name in ("projects", "pledges"):
        assert world.http.get(months[name]["2027-03"]["csv"]).text.count("修好村口路灯") >= 1
    told = answer.text + json.dumps(enough, ensure_ascii=False)
    assert not [word for word in (TITLE, DETAIL[:6], NAME, world.need) if word in told]
    for wrong in ("needs-2027-13.csv", "needs-1999-01.csv", "needs-2027-03.xls", "people-2027-03.csv"):
        assert world.get(f"/open/{SHAOYANG}/{wrong}").status_code == 404


def _needs() -> list[dict[str, Any]]:
    """Return six needs of one town and two of another."""
    body = {"kind": "need", "channel": "counter", "title": "路", "detail": "坏了", "petitioner": None}
    return [{**body, "town": town} for town in [TOWN] * 6 + [f"{SHAOYANG}101"] * 2]


def test_the_program_in_the_documentation_reads_along_from_the_beginning(world: World) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "streams.md").read_text(encoding="utf-8"), re.DOTALL)
    environment = {**os.environ, "PORTAL": world.portal, "COUNTY": SHAOYANG}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True) as reader:  # noqa: S603 - ours
        assert reader.stdout is not None
        try:
            lines = [next(reader.stdout) for _ in range(3)]
        finally:
            reader.kill()
    assert lines[0].startswith("ready ")
    assert all(json.loads(line.split(" ", 1)[1])["county"] == SHAOYANG for line in lines[1:])
    other_site = world.get(f"/v1/{SHAOYANG}/snapshot", {"Origin": "https://elsewhere.example"})
    assert other_site.headers["access-control-allow-origin"] == "*"
