"""Live streams: nothing lost or doubled across restarts of portal, broker and client; masked by role; a cursor says whose it is."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from services.portal.stream.masking import PUBLIC
from tests.support.browsing import Browser
from tests.support.cast import Cast
from tests.support.client import FENG, SHAOYANG, Person, Platform
from tests.support.streams import Reading

NAME, PHONE, DETAIL = "司徒秀𠮷", "13900020002", "家住河边第三户"


def portal(platform: Platform) -> str:
    address = platform.stack.info.portal
    assert address is not None
    return address


def stream(platform: Platform, person: Person | None = None, county: str = SHAOYANG, **asked: str) -> Reading:
    """Return a reader of a county's stream."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return Reading(f"{portal(platform)}/v1/{county}/stream?{query}", {} if person is None else person.bearer)


def submit(person: Person, title: str = "水管裂了") -> int:
    """Say that something is needed; return its position."""
    body = {"kind": "need", "channel": "counter", "title": title, "detail": DETAIL, "town": f"{person.county}100"}
    said = person.do("intake", "needs", {**body, "petitioner": {"name": NAME, "phone": PHONE}})
    return int(said["position"])


def lanes(platform: Platform, county: str) -> dict[str, int]:
    """Return how long every lane of a county is once nothing moves."""
    return {service: position for (service, where), (position, *_) in platform.still().items() if where == county and position}


def whole(reading: Reading, ends: dict[str, int], begins: dict[str, int] | None = None) -> None:
    """Assert that a reader was told every event of the lanes once, each lane in order, and that its bytes parse."""
    for service, end in ends.items():
        positions = [each.place[1] for each in reading.events if each.place[0] == service]
        first = (begins or {}).get(service, 0)
        assert positions == list(range(first + 1, end + 1)), service


@pytest.fixture(scope="module")
def clerk(platform: Platform) -> Person:
    return platform.person("clerk", sub="streams-clerk")


@pytest.fixture(scope="module")
def auditor(platform: Platform) -> Person:
    return platform.person("auditor", sub="streams-auditor")


def test_a_stream_goes_from_the_beginning_into_the_present_without_a_seam(platform: Platform, clerk: Person, auditor: Person) -> None:
    before = [submit(clerk) for _ in range(5)]
    with stream(platform, auditor, cursor="") as reading:
        after = [submit(clerk) for _ in range(20)]
        reading.has("intake", after[-1])
        ends = lanes(platform, SHAOYANG)
        reading.until(lambda: all((service, end) in {each.place for each in reading.events} for service, end in ends.items()))
    whole(reading, ends)
    assert before[0] < after[-1]
    assert [each.event for each in reading.told][:1] == ["ready"]


def test_a_stream_of_the_present_begins_with_what_comes(platform: Platform, clerk: Person, auditor: Person) -> None:
    ends = lanes(platform, SHAOYANG)
    with stream(platform, auditor) as reading:
        reading.until(lambda: [each.event for each in reading.told][:1] == ["ready"])
        last = submit(clerk)
        reading.has("intake", last)
    assert all(each.place[1] > ends[each.place[0]] for each in reading.events)


@pytest.mark.parametrize("killed", ["portal", "kafka"])
def test_a_reader_that_comes_again_misses_nothing_and_hears_nothing_twice(
    platform: Platform, clerk: Person, auditor: Person, killed: str
) -> None:
    begins = lanes(platform, SHAOYANG)
    with stream(platform, auditor) as first:
        first.has("intake", submit(clerk))
        pid = platform.stack.info.pids[killed]
        os.kill(pid, signal.SIGKILL)
        platform.killed.add(killed)
        submit(clerk)  # services take commands meanwhile
        if killed == "portal":
            first.until(lambda: first.ended)
    deadline = time.monotonic() + 60
    while platform.stack.info.pids.get(killed, pid) == pid or not _answers(platform):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    with first.again() as second:
        last = submit(clerk)
        second.until(lambda: ("intake", last) in {each.place for each in second.events}, 60)
        ends = lanes(platform, SHAOYANG)
        moved = {(service, end) for service, end in ends.items() if end > begins.get(service, 0)}
        second.until(lambda: moved <= {each.place for each in (*first.events, *second.events)}, 40)
    both = Reading("", told=[*first.told, *second.told])
    whole(both, ends, begins)


def _answers(platform: Platform) -> bool:
    try:
        return platform.http.get(f"{portal(platform)}/readyz").status_code == 200
    except Exception:  # noqa: BLE001 - whatever it is, not yet
        return False


def test_filters_choose_by_type_stream_unit_and_town(platform: Platform, clerk: Person) -> None:
    cast = Cast(platform, SHAOYANG, "streams-unit").registered()
    with (
        stream(platform, clerk, types="NeedRouted,ProjectClaimed", unit=cast.unit) as of_unit,
        stream(platform, clerk, town=f"{SHAOYANG}100") as of_town,
    ):
        need = cast.submit("路面塌了")["id"]
        with stream(platform, clerk, stream=f"need-{need}", cursor="") as of_need:
            routed = {"handling_unit": cast.unit, "responsible_leader": "leader-1"}
            deadline = time.monotonic() + 30
            while cast.of("office").post("intake", f"needs/{need}/route", routed).status_code != 201:
                # intake hears of the unit in a moment
                assert time.monotonic() < deadline
                time.sleep(0.1)
            other = cast.submit("别的事")["id"]
            cast.of("office").do("intake", f"needs/{other}/route", {"handling_unit": "xjb", "responsible_leader": "leader-1"})
            of_unit.until(lambda: len(of_unit.events) == 1)
            of_need.until(lambda: len(of_need.events) == 2)
            of_town.until(lambda: [each.event for each in of_town.events].count("NeedRouted") == 2)
    assert [(each.event, each.data["data"]["need_id"]) for each in of_unit.events] == [("NeedRouted", need)]
    assert [each.event for each in of_need.events] == ["NeedSubmitted", "NeedRouted"]


def test_everybody_hears_what_is_public_and_nobody_hears_a_name(platform: Platform, clerk: Person) -> None:
    with stream(platform) as anybody, stream(platform, clerk) as staff:
        last = submit(clerk, f"没人该看到的标题 {DETAIL}")
        anybody.has("intake", last)
        staff.has("intake", last)
    heard = [each for each in anybody.events if each.place == ("intake", last)]
    assert [set(each.data["data"]) for each in heard] == [set(PUBLIC["NeedSubmitted"])]
    everything = [str(each.data) for each in (*anybody.events, *staff.events)]
    assert not any(NAME in text or PHONE in text or "ciphertext" in text or "code_digest" in text for text in everything)
    assert not any(DETAIL in str(each.data) or "actor" in each.data for each in anybody.events)
    told = next(each for each in staff.events if each.place == ("intake", last))
    assert told.data["data"]["petitioner"]["name"] == {"sealed": True}


def test_an_auditor_hears_the_very_bytes(platform: Platform, clerk: Person, auditor: Person) -> None:
    with stream(platform, auditor) as reading:
        last = submit(clerk)
        reading.has("intake", last)
    with platform.database("intake", SHAOYANG) as connection:
        row = connection.execute("SELECT body FROM log.events WHERE position = %s", [last]).fetchone()
    assert row is not None
    found: Any = next(each.data for each in reading.events if each.place == ("intake", last))
    assert found == orjson.loads(bytes(row[0]))


CURSORS: dict[str, tuple[Callable[[str, str], str], str]] = {
    "forged": (lambda cursor, _other: cursor[:-4] + ("AAAA" if not cursor.endswith("AAAA") else "BBBB"), "cursor_forged"),
    "not even one": (lambda _cursor, _other: "%E4%B8%AD", "cursor_forged"),
    "of another county": (lambda _cursor, other: other, "cursor_of_another_county"),
}


@pytest.mark.parametrize("which", CURSORS)
def test_a_cursor_that_says_nothing_here_is_reset_with_a_snapshot_address(platform: Platform, auditor: Person, which: str) -> None:
    there = platform.person("auditor", county=FENG, sub="streams-auditor")
    cursors = [
        platform.http.get(f"{portal(platform)}/v1/{by.county}/snapshot", headers=by.bearer).json()["cursor"] for by in (auditor, there)
    ]
    spoil, reason = CURSORS[which]
    with stream(platform, auditor, cursor=spoil(*cursors)) as reading:
        reading.until(lambda: bool(reading.told))
    assert (reading.told[0].event, reading.told[0].data["reason"]) == ("reset", reason)
    address = reading.told[0].data["snapshot"]
    snapshot = platform.http.get(f"{portal(platform)}{address}", headers=auditor.bearer).json()
    assert snapshot["county"] == SHAOYANG
    assert snapshot["figures"]["submitted"] > 0
    assert reading.told[0].id is not None


def test_a_cursor_is_bound_to_what_its_reader_may_see(platform: Platform, clerk: Person, auditor: Person) -> None:
    mine = platform.http.get(f"{portal(platform)}/v1/{SHAOYANG}/snapshot", headers=clerk.bearer).json()["cursor"]
    with stream(platform, auditor, cursor=mine) as reading:
        reading.until(lambda: bool(reading.told))
    assert reading.told[0].data["reason"] == "cursor_of_other_rights"


def test_another_county_s_token_opens_nothing(platform: Platform) -> None:
    there = platform.person("office", county=FENG)
    answer = platform.http.get(f"{portal(platform)}/v1/{SHAOYANG}/stream", headers=there.bearer)
    assert (answer.status_code, answer.json()["code"]) == (403, "county_not_yours")
    assert platform.http.get(f"{portal(platform)}/v1/{SHAOYANG}/stream?types=Nothing").status_code == 422


def test_a_revoked_account_s_stream_ends_within_thirty_seconds(platform: Platform) -> None:
    leaver = platform.person("office", sub="streams-leaver")
    with stream(platform, leaver) as reading:
        reading.until(lambda: bool(reading.told))
        time.sleep(1)  # tokens say in whole seconds when they were issued
        operator = Browser(portal(platform), platform.http).sign_in("operator", SHAOYANG, sub="streams-operator")
        page = operator.get(f"/c/{SHAOYANG}/operators")
        form = next(form for form in page.read.forms if "account" in form.names)
        assert "已在本平台停止" in operator.send(form, account="streams-leaver").text
        reading.until(lambda: reading.ended, 30)
    assert reading.told[-1].event == "end"
    answer = platform.http.get(f"{portal(platform)}/v1/{SHAOYANG}/stream", headers=leaver.bearer)
    assert answer.status_code == 401
    time.sleep(1)
    again = Browser(portal(platform), platform.http).sign_in("office", SHAOYANG, sub="streams-leaver")
    cookies = "; ".join(f"{name}={value}" for name, value in again.cookies.items())
    with Reading(f"{portal(platform)}/v1/{SHAOYANG}/stream", {"Cookie": cookies}) as anew:
        anew.until(lambda: bool(anew.told))
        time.sleep(6)  # longer than rights are looked at
        assert (anew.told[0].event, anew.ended) == ("ready", False), "who signs in again reads again"
