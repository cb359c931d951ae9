"""Supervision on the real stack: numbers without holes, a ladder climbed to the top, a round closed, figures with their positions."""

import time
from collections.abc import Mapping
from typing import Any

from tests.support.cast import Cast, at
from tests.support.client import FENG, Person, Platform, at_once

AT_ONCE = 150
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def listed(person: Person, path: str, wanted: Mapping[str, object], seconds: float = 20, **filters: Any) -> dict[str, Any]:
    """Return the first item of a list of supervision's once it is as wanted."""
    deadline = time.monotonic() + seconds
    while True:
        items = person.see("supervision", path, **filters)["items"]
        if items and all(items[0][name] == value for name, value in wanted.items()):
            found: dict[str, Any] = items[0]
            return found
        assert time.monotonic() < deadline, f"wanted {wanted}, still {items}"
        time.sleep(0.05)


def every_number(office: Person, kind: str, seconds: float = 30) -> list[int]:
    """Return the numbers of this kind's notices of 2027, once each has one."""
    deadline = time.monotonic() + seconds
    while True:
        items = office.see("supervision", "notices", kind=kind, limit=500)["items"]
        numbers = [item["number"] for item in items if item["year"] == 2027]
        if None not in (item["number"] for item in items):
            return sorted(numbers)
        assert time.monotonic() < deadline, items
        time.sleep(0.1)


def test_nobody_s_promise_is_forgotten_from_the_reminder_to_the_list_and_off_it_again(platform: Platform) -> None:
    cast = Cast(platform, FENG, "ladder").registered()
    office, leader, member = cast.of("office"), cast.of("leader"), cast.of("member")
    strike(cast, "2027-03-01T09:00:00")
    project = cast.propose(headers=at("2027-03-01T09:00:00"))
    cast.approve(project, at("2027-03-01T10:00:00"))
    taking = listed(office, "watches", {"status": "watching"}, unit=cast.unit, subject="unclaimed-project")
    assert (taking["subject_id"], taking["due_on"], taking["title"]) == (project, "2027-03-01", "修好村口路灯")
    member.do("projects", f"projects/{project}/claim", {}, at("2027-03-02T09:00:00"))
    listed(office, "watches", {"status": "ended", "because": "ProjectClaimed"}, unit=cast.unit, subject="unclaimed-project")
    promise = {"promise": "月内修好。", "complete_by": "2027-03-10", "venue": "television"}
    member.do("projects", f"projects/{project}/pledge", promise, at("2027-03-02T10:00:00"))

    mine = {"unit": cast.unit, "subject": "overdue-project"}
    listed(office, "watches", {"status": "watching", "step": None, "next_on": "2027-03-10"}, **mine)
    strike(cast, "2027-03-11T00:00:01")
    watch = listed(office, "watches", {"step": "reminder", "next_on": "2027-03-17", "status": "watching"}, **mine)
    path = f"watches/{watch['id']}"
    assert office.refused("supervision", f"{path}/escalate", {"rung": 2}) == "rung_not_due"
    strike(cast, "2027-03-18T00:00:01")
    listed(office, "watches", {"status": "waiting", "waiting_since": "2027-03-18"}, **mine)
    assert leader.refused("supervision", f"{path}/escalate", {"rung": 2}) == "role_not_allowed"
    office.do("supervision", f"{path}/escalate", {"rung": 2, "remark": "提醒后仍未完成。"})
    letter = {
        "kind": "rectification-letter",
        "title": "整改督办函",
        "text": "请限期整改。",
        "addressees": [cast.unit],
        "watch_id": watch["id"],
    }
    notice = office.do("supervision", "notices", letter)["id"]
    numbered = listed(office, "notices", {"id": notice}, kind="rectification-letter", unit=cast.unit)
    assert numbered["units"][cast.unit]["name"] == f"单位{cast.unit}"
    strike(cast, "2027-03-25T00:00:01")
    watch = listed(office, "watches", {"status": "waiting", "next_moved_by": "leader", "notice_ids": [notice]}, **mine)
    leader.do("supervision", f"{path}/escalate", {"rung": 3})
    listing = listed(leader, "listings", {"status": "listed", "criterion": "ladder"}, owner=cast.unit)
    assert (listing["subject"], listing["subject_id"], listing["watch_id"]) == ("project", project, watch["id"])
    cast.complete(project, at("2027-03-26T09:00:00"))
    listed(office, "watches", {"status": "ended", "because": "CompletionDeclared"}, **mine)
    evidence = {"evidence": "现场核查，路灯全部亮起。", "digest": DIGEST}
    assert office.refused("supervision", f"listings/{listing['id']}/delist", evidence) == "role_not_allowed"
    leader.do("supervision", f"listings/{listing['id']}/delist", evidence)
    listed(leader, "listings", {"status": "delisted", "digest": DIGEST}, owner=cast.unit)
    steps = [item["step"] for item in office.see("supervision", "escalations", unit=cast.unit)["items"]]
    assert steps == ["reminder", "rectification-letter", "listed-supervision"]


async def test_notices_issued_at_once_are_numbered_from_one_without_a_hole(platform: Platform) -> None:
    cast = Cast(platform, FENG, "numbers").registered()
    office = cast.of("office")
    strike(cast, "2027-03-26T10:00:00")
    letter = {"kind": "issue-assignment-letter", "title": "交办函", "text": "请办理。", "addressees": [cast.unit]}
    refused = {**letter, "addressees": ["no-such-unit"]}
    asked = [(office, "supervision", "notices", refused if turn % 10 == 3 else letter, {}) for turn in range(AT_ONCE)]
    answers = await at_once(asked)
    issued = sum(answer.status_code == 201 for answer in answers)
    assert issued == AT_ONCE - AT_ONCE // 10
    platform.still()
    numbers = every_number(office, "issue-assignment-letter")
    assert len(numbers) >= issued
    assert numbers == list(range(1, len(numbers) + 1))
    last = office.see("supervision", "notices", kind="issue-assignment-letter", unit=cast.unit, limit=500)["items"]
    assert {item["number_text"] for item in last} == {f"凤一诺督〔2027〕{item['number']}号" for item in last}
    strike(cast, "2027-03-26T11:00:00")
    platform.still()
    bulletins = every_number(office, "bulletin")
    assert bulletins == list(range(1, len(bulletins) + 1))


def test_a_round_a_hearing_a_visit_and_the_figures_of_the_month(platform: Platform) -> None:
    cast = Cast(platform, FENG, "round").registered()
    office, inspector, leader, unit = cast.of("office"), cast.of("inspector"), cast.of("leader"), cast.of("unit")
    strike(cast, "2027-03-26T12:00:00")
    plan = {"kind": "roving-guidance", "title": "第六轮", "plan": "走访。", "team": ["inspector-round"], "units": [cast.unit]}
    opened = office.do("supervision", "rounds", {**plan, "first_on": "2027-03-25", "last_on": "2027-03-31"})["id"]
    path = f"rounds/{opened}"
    finding = {"unit": cast.unit, "severity": "serious", "text": "台账不实。"}
    assert inspector.refused("supervision", f"{path}/findings", finding) == "unit_not_inspected"
    inspector.do("supervision", f"{path}/inspections", {"unit": cast.unit, "inspected_on": "2027-03-26"})
    inspector.do("supervision", f"{path}/findings", finding)
    found = listed(inspector, "findings", {"status": "open"}, round_id=opened)
    inspector.do("supervision", f"{path}/conclusions", {"unit": cast.unit, "text": "一处不实。"})
    assert office.refused("supervision", f"{path}/close", {}) == "findings_open"
    letter = {"kind": "rectification-letter", "title": "整改", "text": "请整改。", "addressees": [cast.unit], "finding_ids": [found["id"]]}
    notice = inspector.do("supervision", "notices", letter)["id"]
    listed(inspector, "findings", {"status": "ended", "ending": "notice", "notice_id": notice}, round_id=opened)
    office.do("supervision", f"{path}/close", {})
    closed = office.eventually("supervision", path, status="closed", findings=1, findings_ended=1)
    assert closed["units"][0]["returned_on"] == "2027-03-26"
    assert office.see("supervision", "inspections", year=2027, unit=cast.unit)["rows"][0]["visits"] == 1
    week = listed(office, "cadence", {"period": "2027-W12"}, activity="inspection", status="held")
    assert opened in week["reference_ids"]

    hearing = office.do("supervision", "hearings", {"title": "调度会", "held_on": "2027-03-26", "chaired_by": "leader-1"})["id"]
    office.do("supervision", f"hearings/{hearing}/reports", {"unit": cast.unit, "report": "已办十件。", "comment": "要快。"})
    within = {"days": 1, "unit": "working"}
    office.do("supervision", f"hearings/{hearing}/tasks", {"unit": cast.unit, "text": "补台账。", "within": within})
    task = listed(unit, "tasks", {"status": "open", "due_on": "2027-03-29"}, hearing_id=hearing)
    strike(cast, "2027-03-30T00:00:01")
    listed(unit, "tasks", {"overdue": True}, hearing_id=hearing)
    unit.do("supervision", f"hearings/{hearing}/tasks/{task['id']}/complete", {"result": "已补齐。"})
    listed(unit, "tasks", {"status": "done"}, hearing_id=hearing)
    leader.do("supervision", "visits", {"unit": cast.unit, "visited_on": "2027-03-29", "guidance": "指导。"})
    listed(unit, "visits", {"guidance": "指导。"})

    compiled = office.do("supervision", "figures", {"purpose": "bulletin", "first_on": "2027-03-01", "last_on": "2027-03-31"})["id"]
    row = office.eventually("supervision", f"figures/compiled/{compiled}", purpose="bulletin")
    counted = {(figure["name"], figure["sort"]): (figure["count"], figure["of"]) for figure in row["figures"]}
    assert counted["findings-ended", "serious"] == (1, 1)
    assert counted["tasks-done", None] == (1, 1)
    assert counted["contact-point-visits", None] == (1, None)
    assert row["positions"]["notice_board@supervision"] > 0
    bulletin = {"kind": "special-bulletin", "title": "三月通报", "text": "见附表。", "addressees": [cast.unit], "figures_id": compiled}
    printed = office.do("supervision", "notices", bulletin)["id"]
    office.eventually("supervision", f"figures/compiled/{compiled}", notice_ids=[printed])


def strike(cast: Cast, moment: str) -> None:
    """Have supervision hear what time it is, with a bulletin that asks for nothing."""
    bulletin = {"kind": "bulletin", "title": "通报", "text": "本周督查情况。", "addressees": [cast.unit]}
    cast.of("office").do("supervision", "notices", bulletin, at(moment))
