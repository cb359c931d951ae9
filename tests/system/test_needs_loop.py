"""A need's loop over HTTP: receipts and tracking without a login, joining, merging, rating, wishes, calls, personal data."""

import json
import re
import time
from typing import Any

import pytest

from tests.support.cast import GOOD, Cast, at
from tests.support.client import SHAOYANG, THIRD, TOWN, Person, Platform

_SWEPT_SECONDS = 1.2
PETITIONER = {"name": "欧阳𠮷", "phone": "13800138000"}


class Stranger(Person):
    """Somebody without a login."""

    @property
    def bearer(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="module")
def cast(platform: Platform) -> Cast:
    return Cast(platform, SHAOYANG, "loop").registered()


@pytest.fixture(scope="module")
def stranger(platform: Platform) -> Person:
    return Stranger(platform, SHAOYANG, "")


def submit(person: Person, title: str, **more: Any) -> dict[str, Any]:
    body = {"kind": "need", "channel": "wechat", "title": title, "detail": "老人夜里不敢出门。", "town": TOWN, "petitioner": PETITIONER}
    return person.do("intake", "needs", {**body, **more})


def receipt(person: Person, answer: dict[str, Any]) -> dict[str, Any]:
    found = person.see("intake", f"needs/{answer['id']}/receipts", min_position=answer["position"])["items"]
    (own,) = [one for one in found if one["position"] == answer["position"]]
    return dict(own)


def steps(seen: dict[str, Any]) -> list[str]:
    return [step["step"] for step in seen["steps"]]


def track(stranger: Person, code: str, min_position: str) -> dict[str, Any]:
    return stranger.see("intake", f"tracking/{code}", min_position=min_position)


def test_a_petitioner_tracks_a_need_through_its_project_with_a_code_and_no_login(platform: Platform, cast: Cast, stranger: Person) -> None:
    citizen, office = cast.of("citizen", "citizen-track"), cast.of("office")
    made = submit(citizen, "桥头路灯坏了")
    own = receipt(citizen, made)
    seen = track(stranger, own["code"].lower().replace("-", " "), made["position"])
    assert (seen["receipt"], seen["status"], steps(seen)) == (own["receipt"], "submitted", ["submitted"])
    assert re.fullmatch(rf"[0-9]{{4}}-{int(made['position']):06d}-[0-9]", own["receipt"])
    (found,) = office.see("intake", "petitions", receipt=own["receipt"])["items"]
    assert (found["need_id"], found["person"]) == (made["id"], {"state": "sealed"})
    wrong_digit = own["receipt"][:-1] + str((int(own["receipt"][-1]) + 1) % 10)
    assert office.get("intake", "petitions", receipt=wrong_digit).status_code == 422
    assert cast.of("citizen", "somebody").get("intake", f"needs/{made['id']}/receipts").status_code == 404

    office.do("intake", f"needs/{made['id']}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"})
    project = cast.propose(made["id"])
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    cast.score(project, GOOD)
    cast.judge.do("scoring", f"verifications/{project}/sign-off", {})
    office.eventually("intake", f"needs/{made['id']}", status="answered")
    platform.still()
    seen = track(stranger, own["code"], made["position"])
    assert steps(seen) == ["submitted", "routed", "project-made", "claimed", "completed", "signed-off", "answered"]
    assert next(step for step in seen["steps"] if step["step"] == "claimed")["promised_by"] == "2999-12-31"
    assert next(step for step in seen["steps"] if step["step"] == "routed")["unit"] == cast.unit
    told = json.dumps(seen, ensure_ascii=False)
    assert not [word for word in ("欧阳", "13800138000", "leader-1", "member-loop", "citizen-track") if word in told]

    rated = stranger.do("intake", f"tracking/{made['id']}/rate", {"code": own["code"], "rating": "dissatisfied", "text": "还不亮"})
    seen = track(stranger, own["code"], rated["position"])
    assert (seen["status"], seen["rating"]["rated"], seen["reopened"]) == ("routed", "dissatisfied", 1)
    assert (
        stranger.refused("intake", f"tracking/{made['id']}/rate", {"code": own["code"], "rating": "satisfied"}) == "closing_already_rated"
    )
    assert stranger.refused("intake", f"tracking/{made['id']}/rate", {"code": "0" * 26, "rating": "satisfied"}) == "code_not_known"
    events = [event["type"] for event in office.history("intake", f"needs/{made['id']}")]
    assert events == ["NeedSubmitted", "NeedRouted", "NeedAnswered", "NeedRated", "NeedReopened"]
    lane = json.dumps(office.history("intake", f"needs/{made['id']}"))
    assert own["code"] not in lane
    assert own["code"].replace("-", "") not in lane


def test_a_code_opens_nothing_in_another_county(platform: Platform, cast: Cast, stranger: Person) -> None:
    citizen = cast.of("citizen", "citizen-elsewhere")
    own = receipt(citizen, submit(citizen, "别县看不到"))
    assert stranger.see("intake", f"tracking/{own['code']}")
    assert Stranger(platform, "610330", "").get("intake", f"tracking/{own['code']}").status_code == 404


def test_those_who_ask_the_same_are_found_join_and_are_answered_where_they_are_merged(cast: Cast, stranger: Person) -> None:
    first, second, office = cast.of("citizen", "citizen-1"), cast.of("citizen", "citizen-2"), cast.of("office")
    here = submit(first, "塘渡口水管爆裂𡈽")
    there = submit(first, "塘渡口水管爆裂𡈽", town=f"{SHAOYANG}101")
    found = second.see("intake", "needs/similar", text="水管爆裂了", town=f"{SHAOYANG}101", min_position=there["position"])["items"]
    ids = [one["id"] for one in found]
    assert ids[:2] == [there["id"], here["id"]]
    assert here["id"] in [one["id"] for one in second.see("intake", "needs/similar", text="口水管爆裂𡈽")["items"]]
    assert second.see("intake", "needs/similar", text="𡈽𠮷𪚥")["items"] == []

    joined = second.do("intake", f"needs/{there['id']}/join", {"channel": "wechat", "petitioner": {"name": "张三"}})
    mine, hers = receipt(second, joined), receipt(first, there)
    assert (mine["petitioner"], hers["petitioner"]) == (2, 1)
    assert mine["code"] != hers["code"]
    words = "老人夜里不敢出门。"
    assert first.see("intake", f"needs/{there['id']}")["detail"] == office.see("intake", f"needs/{there['id']}")["detail"] == words
    assert "detail" not in second.see("intake", f"needs/{there['id']}")
    assert cast.of("citizen", "somebody").get("intake", f"needs/{there['id']}").status_code == 404
    assert (
        office.refused("intake", f"needs/{here['id']}/merge", {"into": there["id"], "reason": "同一处"}) == "merged_into_the_earlier_only"
    )
    merged = office.do("intake", f"needs/{there['id']}/merge", {"into": here["id"], "reason": "同一处"})
    seen = office.see("intake", "petitions", need_id=here["id"], min_position=merged["position"])["items"]
    assert {(one["need_id"], one["number"]) for one in seen} == {(here["id"], 1), (there["id"], 1), (there["id"], 2)}
    office.do("intake", f"needs/{here['id']}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"})
    answered = office.do("intake", f"needs/{here['id']}/answer", {"outcome": "done", "text": "水管已换。"})
    seen = track(stranger, mine["code"], answered["position"])
    assert (seen["id"], seen["status"], seen["answer"]) == (there["id"], "answered", {"outcome": "done", "text": "水管已换。"})
    assert steps(seen) == ["submitted", "merged", "routed", "answered"]

    stranger.do("intake", f"tracking/{there['id']}/rate", {"code": mine["code"], "rating": "very-dissatisfied", "text": "又漏了"})
    office.eventually("intake", f"needs/{here['id']}", status="routed", reopened=1)
    again = office.do("intake", f"needs/{here['id']}/answer", {"outcome": "done", "text": "主管道也换了。"})
    seen = track(stranger, mine["code"], again["position"])
    assert (seen["status"], seen["rating"]["may_rate"]) == ("answered", True)
    last = stranger.do("intake", f"tracking/{there['id']}/rate", {"code": mine["code"], "rating": "satisfied"})
    items = office.see("intake", "ratings", need_id=there["id"], min_position=last["position"])["items"]
    assert [(one["closed_with"], one["closing"], one["good"]) for one in items] == [(here["id"], 1, False), (here["id"], 2, True)]
    figures = office.see("intake", "figures")["satisfaction"]
    assert figures["rated"] == sum(unit["rated"] for unit in figures["by_unit"]) == sum(level["count"] for level in figures["by_level"])


def test_what_nobody_owns_is_found_by_the_clock_once(platform: Platform) -> None:
    """In a county that adopted no profile: five working days to own a need, fifteen days to give what was asked for."""
    office, clerk = platform.person("office", county=THIRD), platform.person("clerk", county=THIRD)
    need = {"kind": "need", "channel": "counter", "title": "无人认领", "detail": "在此。", "town": f"{THIRD}100", "petitioner": None}
    before = office.see("intake", "figures")["unowned"]
    path = f"needs/{clerk.do('intake', 'needs', need, at('2028-03-01T09:00:00'))['id']}"
    office.do("intake", f"{path}/ask", {"question": "在哪里？"}, at("2028-03-02T09:00:00"))
    assert office.eventually("intake", path, more_by="2028-03-17")["owner_by"] == "2028-03-08"
    clerk.do("intake", "needs", need, at("2028-03-08T23:59:58"))
    time.sleep(_SWEPT_SECONDS)
    assert office.see("intake", path)["unowned_at"] is None
    clerk.do("intake", "needs", need, at("2028-03-18T00:00:01"))
    office.eventually("intake", path, more_missed=True)
    events = [event["type"] for event in office.history("intake", path)]
    assert sorted(events) == ["MoreAsked", "MoreMissed", "NeedSubmitted", "NeedUnowned"]
    after = office.see("intake", "figures")["unowned"]
    assert (after["count"], after["past_deadline"] > before["past_deadline"]) == (before["count"] + 3, True)
    assert after["oldest_since"] is not None
    late = office.see("intake", "needs", unowned=True, past_deadline=True, limit=500)["items"]
    assert path.removeprefix("needs/") in [one["id"] for one in late]


def test_a_wish_has_one_winner_and_is_thanked_for(cast: Cast, stranger: Person) -> None:
    office, citizen, member = cast.of("office"), cast.of("citizen", "citizen-4"), cast.of("member")
    made = submit(citizen, "想要一个书包", kind="micro-wish")
    own = receipt(citizen, made)
    office.do("intake", f"wishes/{made['id']}/publish")
    assert cast.of("member", "unregistered").refused("intake", f"wishes/{made['id']}/claim") == "member_not_registered"
    member.do("intake", f"wishes/{made['id']}/claim")
    member.do("intake", f"wishes/{made['id']}/give-back", {"reason": "出差"})
    claimed = member.do("intake", f"wishes/{made['id']}/claim")
    (wish,) = office.see("intake", "wishes", claimant="member-loop", min_position=claimed["position"])["items"]
    assert (wish["id"], wish["status"], wish["given_back"], wish["unit"]) == (made["id"], "claimed", 1, cast.unit)
    assert citizen.see("intake", "wishes", claimant="member-loop")["items"] == []
    assert {one["claimant"] for one in citizen.see("intake", "wishes")["items"]} == {None}
    member.do("intake", f"wishes/{made['id']}/fulfil", {"text": "书包已送到。"})
    thanked = stranger.do("intake", f"tracking/{made['id']}/thank", {"code": own["code"], "text": "谢谢！"})
    fulfilled = office.see("intake", "wishes", status="fulfilled", min_position=thanked["position"])["items"]
    (wish,) = (one for one in fulfilled if one["id"] == made["id"])
    assert (wish["thanks"], wish["thanked"]) == (1, "谢谢！")


def test_a_call_brings_needs_in_and_counts_them_by_channel(cast: Cast) -> None:
    office, clerk = cast.of("office"), cast.of("clerk")
    days = {"opens_on": "2000-01-01", "closes_on": "2999-12-31"}
    text = {"title": "征求意见公告", "text": "请说说身边的急难愁盼。", "channels": ["television", "wechat"]}
    call = office.do("intake", "calls", {**text, **days})
    for channel in ("television", "wechat", "wechat"):
        last = submit(clerk, "应征而来", channel=channel, call_id=call["id"], on_behalf=True)
    seen = office.see("intake", f"calls/{call['id']}", min_position=last["position"])
    assert [(one["channel"], one["count"]) for one in seen["counts"]] == [("television", 1), ("wechat", 2)]
    assert call["id"] in {one["id"] for one in office.see("intake", "calls", open_on="2999-01-01", channel="wechat")["items"]}
    assert call["id"] not in {one["id"] for one in office.see("intake", "calls", open_on="2999-01-01", channel="douyin")["items"]}
    assert len(office.see("intake", "needs", call_id=call["id"])["items"]) == 3
    assert len(office.see("intake", "petitions", on_behalf=True, limit=500)["items"]) >= 3
    office.do("intake", f"calls/{call['id']}/close", {"reason": "已收齐"})
    body = {"kind": "need", "channel": "wechat", "title": "迟到", "detail": "迟到。", "town": TOWN, "petitioner": None}
    assert clerk.refused("intake", "needs", {**body, "call_id": call["id"]}) == "call_not_open"


def test_who_asks_is_told_for_a_purpose_until_erased_and_nothing_else_changes(platform: Platform, cast: Cast) -> None:
    office, citizen = cast.of("office"), cast.of("citizen", "citizen-5")
    made = submit(citizen, "要上门核实的")
    citizen_two = cast.of("citizen", "citizen-6")
    citizen_two.do("intake", f"needs/{made['id']}/join", {"channel": "wechat", "petitioner": {"name": "李四"}})
    path = f"needs/{made['id']}/reveal"
    answer = office.post("intake", path, {"purpose": "上门核实"}).json()
    assert answer["person"] == {"state": "shown", **PETITIONER}
    second = office.post(
        "intake", "needs/reveal:batch", {"items": [{"path": {"need_id": made["id"]}, "body": {"petitioner": 2, "purpose": "核"}}]}
    )
    assert second.json()["items"][0]["person"] == {"state": "shown", "name": "李四", "phone": None}
    keys_before = platform.still()["intake", SHAOYANG][3]
    before = office.history("intake", f"needs/{made['id']}")
    erased = office.do("intake", f"needs/{made['id']}/erase", {"reason": "本人要求"})
    assert platform.written()["intake", SHAOYANG][3] == keys_before - 1
    assert office.refused("intake", path, {"purpose": "再看"}) == "petitioner_erased"
    voices = office.see("intake", "petitions", need_id=made["id"], min_position=erased["position"])["items"]
    assert [one["person"]["state"] for one in voices] == ["erased", "sealed"]
    assert [one["revealed"] for one in voices] == [1, 1]
    events = office.history("intake", f"needs/{made['id']}")
    assert events[: len(before)] == before
    revealed = events[2]
    assert (revealed["type"], revealed["data"]["purpose"], revealed["data"]["revealed_to"]) == (
        "PetitionerRevealed",
        "上门核实",
        "office-loop",
    )
    assert office.post("intake", path, {"petitioner": 2, "purpose": "还在"}).json()["person"]["name"] == "李四"
    assert "欧阳" not in json.dumps(events, ensure_ascii=False)
