"""A command's id, repeated, gets its first answer, however often, at once, and after the service was killed."""

import os
import signal

import httpx
import pytest

from tests.support.client import TOWN, Person, Platform, at_once
from tests.support.up import soon

NEED = {"kind": "micro-wish", "channel": "counter", "title": "书包", "detail": "想要一个新书包。", "town": TOWN, "petitioner": None}
AT_ONCE = 50


@pytest.fixture
def clerk(platform: Platform) -> Person:
    return platform.person("clerk")


def key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": name}


def test_the_same_key_gets_the_same_answer_and_has_one_effect(platform: Platform, clerk: Person) -> None:
    before = platform.still()["intake", clerk.county]
    first = clerk.do("intake", "needs", NEED, key("same"))
    for _ in range(3):
        clerk.do("intake", "needs", NEED)
        assert clerk.do("intake", "needs", NEED, key("same")) == first
    assert platform.still()["intake", clerk.county][:3] == tuple(count + 4 for count in before[:3])


async def test_the_same_key_fifty_times_at_once_has_one_effect(platform: Platform, clerk: Person) -> None:
    before = platform.still()["intake", clerk.county]
    answers = await at_once([(clerk, "intake", "needs", NEED, key("at-once"))] * AT_ONCE)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert platform.still()["intake", clerk.county][:3] == tuple(count + 1 for count in before[:3])


async def test_of_fifty_contents_at_once_under_one_key_one_is_carried_out(platform: Platform, clerk: Person) -> None:
    before = platform.still()["intake", clerk.county]
    bodies = [{**NEED, "title": f"书包 {number}"} for number in range(AT_ONCE)]
    answers = await at_once([(clerk, "intake", "needs", body, key("contents")) for body in bodies])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"command_reused"}
    assert platform.still()["intake", clerk.county][:3] == tuple(count + 1 for count in before[:3])


def test_a_key_used_for_something_else_is_refused(platform: Platform, clerk: Person) -> None:
    """Another content, another address, another user, a batch: none of them is what the key stands for."""
    need = clerk.do("intake", "needs", NEED, key("taken"))["id"]
    office = platform.person("office")
    before = platform.still()
    assert clerk.refused("intake", "needs", {**NEED, "title": "别的"}, key("taken")) == "command_reused"
    assert clerk.refused("intake", "needs", {**NEED, "town": "610330100"}, key("taken")) == "command_reused", (
        "though the rules refuse it too"
    )
    assert platform.person("clerk", sub="another-clerk").refused("intake", "needs", NEED, key("taken")) == "command_reused"
    declined = {"outcome": "explained", "reason": "已说明。"}
    assert office.refused("intake", f"needs/{need}/decline", declined, key("taken")) == "command_reused"
    batch = clerk.post("intake", "needs:batch", {"items": [{"key": "taken", "body": NEED}]}).json()["items"]
    assert [one["problem"]["code"] for one in batch] == ["command_reused"]
    assert platform.still() == before


def test_another_county_and_another_service_have_keys_of_their_own(platform: Platform, clerk: Person) -> None:
    clerk.do("intake", "needs", NEED, key("own"))
    platform.person("clerk", county="610330").do("intake", "needs", {**NEED, "town": "610330100"}, key("own"))
    platform.person("office").do("projects", "organisations", {"code": "own", "name": "自来水公司", "kind": "department"}, key("own"))


def test_a_key_whose_command_was_refused_is_still_free(clerk: Person) -> None:
    """Nothing was written, so nothing is remembered: whoever corrects the form sends it under the same key."""
    assert clerk.refused("intake", "needs", {**NEED, "town": "610330100"}, key("corrected")) == "town_not_in_county"
    clerk.do("intake", "needs", NEED, key("corrected"))


def test_a_command_that_changes_nothing_keeps_its_answer_and_its_key(platform: Platform) -> None:
    office = platform.person("office")
    station = {"code": "fire", "name": "消防站", "kind": "department"}
    office.do("projects", "organisations", station)
    first = office.do("projects", "organisations", station, key("unchanged"))
    office.do("projects", "organisations", {**station, "code": "fire-2"})
    assert office.do("projects", "organisations", station, key("unchanged")) == first
    assert office.refused("projects", "organisations", {**station, "code": "fire-3"}, key("unchanged")) == "command_reused"


def test_a_batch_sent_again_under_its_key_or_its_items_keys_has_no_second_effect(platform: Platform, clerk: Person) -> None:
    keyed = {"items": [{"key": f"item-{number}", "body": NEED} for number in range(5)]}
    plain = {"items": [{"body": NEED} for _ in range(5)]}
    first = (
        clerk.post("intake", "needs:batch", keyed).json()["items"],
        clerk.post("intake", "needs:batch", plain, key("batch")).json()["items"],
    )
    before = platform.still()
    assert clerk.post("intake", "needs:batch", keyed).json()["items"] == first[0]
    assert clerk.post("intake", "needs:batch", plain, key("batch")).json()["items"] == first[1]
    assert len({one["id"] for items in first for one in items}) == 10
    assert platform.still() == before


def test_an_item_twice_in_one_batch_has_one_effect(platform: Platform, clerk: Person) -> None:
    before = platform.still()["intake", clerk.county]
    item = {"key": "twice", "body": NEED}
    other = {"key": "twice", "body": {**NEED, "title": "别的"}}
    answers = clerk.post("intake", "needs:batch", {"items": [item, item, other]}).json()["items"]
    assert sorted(one["status"] for one in answers) == [201, 201, 409] or sorted(one["status"] for one in answers) == [201, 409, 409]
    assert len({one["id"] for one in answers if one["status"] == 201}) == 1
    assert platform.still()["intake", clerk.county][0] == before[0] + 1


def test_after_kill_9_the_first_answer_still_comes(platform: Platform, clerk: Person) -> None:
    first = clerk.do("intake", "needs", NEED, key("before-the-end"))
    killed = platform.stack.info.pids["intake"]
    platform.killed.add("intake")
    os.kill(killed, signal.SIGKILL)

    def back() -> bool:
        try:
            ready = platform.http.get(f"{platform.urls['intake']}/readyz").status_code == 200
        except httpx.HTTPError:
            return False
        return ready and platform.stack.info.pids.get("intake", killed) != killed

    soon(back)
    before = platform.still()
    assert clerk.do("intake", "needs", NEED, key("before-the-end")) == first
    assert clerk.refused("intake", "needs", {**NEED, "title": "别的"}, key("before-the-end")) == "command_reused"
    assert platform.still() == before
