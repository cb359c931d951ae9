"""One promise, kept in the open: whole stories through all four services, over HTTP alone."""

import time
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.support.cast import GOOD, POOR, Cast, at
from tests.support.client import FENG, SHAOYANG, Platform

_SWEPT_SECONDS = 1.5
"""In which a timer that is due would have fired."""
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CORRELATION = "0199a0a0-0000-7000-8000-00000000c0de"


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


def follows(effect: dict[str, Any], cause: dict[str, Any]) -> None:
    """Assert that an event is the effect of another, by its ids, its trace and its time."""
    assert effect["causationid"] == cause["id"]
    assert effect["correlationid"] == cause["correlationid"]
    assert effect["traceparent"].split("-")[1] == cause["traceparent"].split("-")[1]
    assert datetime.fromisoformat(effect["time"]) > datetime.fromisoformat(cause["time"])
    assert effect["actor"].startswith("system:")


@pytest.mark.parametrize("county", [SHAOYANG, FENG])
def test_a_need_is_taken_to_its_answer_through_a_refusal(platform: Platform, county: str) -> None:
    cast = Cast(platform, county, "water").registered()
    office, member, judge = cast.of("office"), cast.of("member"), cast.judge
    need = cast.submit(petitioner={"name": "陈秀英", "phone": "13800138000"}, headers=at("2021-11-01T09:00:00"))["id"]
    office.do("intake", f"needs/{need}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"}, at("2021-11-01T10:00:00"))
    assert cast.of("unit").refused("intake", f"needs/{need}/answer", {"outcome": "done"}) == "answer_needs_text"

    project = cast.propose(need, headers=at("2021-11-02T09:00:00"))
    assert member.refused("projects", f"projects/{project}/claim") == "project_not_approved"
    assert cast.of("unit", "proposer").refused("projects", f"projects/{project}/review", review()) == "own_item"
    cast.approve(project, at("2021-11-02T10:00:00"))
    assert member.refused("projects", f"projects/{project}/completion", {"summary": "好了。"}) == "project_not_claimed"
    cast.pledge(project, at("2021-11-03T09:00:00"))
    cast.complete(project, {**at("2021-11-10T17:00:00"), "X-Correlation-ID": CORRELATION, "traceparent": TRACE})

    judge.eventually("scoring", f"verifications/{project}", status="open", round=1, claimant="member-water")
    assert member.get("scoring", f"verifications/{project}").status_code == 200
    assert judge.refused("scoring", f"verifications/{project}/sign-off") == "not_scored"
    cast.score(project, POOR, at("2021-11-11T09:00:00"))
    assert judge.refused("scoring", f"verifications/{project}/sign-off") == "score_below_threshold"
    judge.do("scoring", f"verifications/{project}/refuse", {"reason": "群众不满意，请重新办理。"})

    member.eventually("projects", f"projects/{project}", status="claimed", reopened=1)
    cast.complete(project, at("2021-11-20T17:00:00"))
    judge.eventually("scoring", f"verifications/{project}", status="open", round=2)
    cast.score(project, GOOD, at("2021-11-21T09:00:00"))
    judge.do("scoring", f"verifications/{project}/sign-off")

    office.eventually("projects", f"projects/{project}", status="signed-off", round=2)
    office.eventually("intake", f"needs/{need}", status="answered", outcome="done", project_id=project, handling_unit=cast.unit)
    told(cast, need, project)


def review() -> dict[str, Any]:
    return {
        "verdicts": [
            {"principle": principle, "met": True, "reason": "属实。"} for principle in ("urgent-need", "within-power", "rooted-in-post")
        ]
    }


def told(cast: Cast, need: str, project: str) -> None:
    """Assert what the three histories say, and how they hang together."""
    office = cast.of("office")
    needs = office.history("intake", f"needs/{need}")
    projects = office.history("projects", f"projects/{project}")
    verification = office.history("scoring", f"verifications/{project}")
    assert types(needs) == ["NeedSubmitted", "NeedRouted", "NeedAnswered"]
    rounds = ["ProgressReported", "CompletionDeclared"]
    begin = ["ProjectProposed", "ProjectApproved", "ProjectClaimed", "PledgePublished", *rounds]
    assert types(projects) == [*begin, "ProjectReopened", *rounds, "ProjectSignedOff"]
    scored = ["VerificationOpened", "MaterialsChecked", *(["ProjectScored"] * (1 if cast.county == SHAOYANG else 2))]
    assert types(verification) == [*scored, "VerificationRefused", *scored, "ProjectVerified"]
    refused, opened_again = len(scored), len(scored) + 1
    follows(verification[0], projects[5])
    follows(projects[6], verification[refused])
    follows(verification[opened_again], projects[8])
    follows(projects[9], verification[-1])
    follows(needs[2], verification[-1])
    assert projects[5]["correlationid"] == CORRELATION
    assert verification[0]["traceparent"].split("-")[1] == TRACE.split("-")[1]
    for events in (needs, projects, verification):
        assert [event["streamversion"] for event in events] == list(range(1, len(events) + 1))
        assert all(datetime.fromisoformat(a["time"]) < datetime.fromisoformat(b["time"]) for a, b in pairwise(events))
    petitioner = needs[0]["data"]["petitioner"]
    assert set(petitioner["name"]) == set(petitioner["phone"]) == {"person", "ciphertext"}
    assert needs[0]["time"] >= "2021-11-01T01:00:00"


def test_a_notice_goes_overdue_by_the_clock_is_sent_back_and_closed(platform: Platform) -> None:
    """Feng gives one working day to acknowledge, five to reply; in 2025 the 1st to 8th of October were off, the Saturday after not."""
    prompt, late = Cast(platform, FENG, "prompt").registered(), Cast(platform, FENG, "late").registered()
    office = prompt.of("office")
    letter = {"kind": "issue-assignment-letter", "title": "路灯问题交办函", "text": "请限期整改。", "addressees": [prompt.unit, late.unit]}
    path = f"notices/{office.do('supervision', 'notices', letter, at('2025-09-30T10:00:00'))['id']}"
    assert late.of("unit").refused("supervision", f"{path}/respond", {"text": "已整改。"}) == "notice_not_acknowledged"
    for cast in (prompt, late):
        cast.of("unit").do("supervision", f"{path}/acknowledge")
    prompt.of("unit").do("supervision", f"{path}/respond", {"text": "已整改。"})
    assert office.refused("supervision", f"{path}/close") == "replies_outstanding"

    the_clock_strikes(prompt, "2025-10-14T23:59:59")
    time.sleep(_SWEPT_SECONDS)
    issued = office.see("supervision", path)
    assert (issued["acknowledge_by"], issued["reply_by"], issued["overdue"], issued["provisional"]) == (
        "2025-10-09",
        "2025-10-14",
        False,
        False,
    )
    the_clock_strikes(prompt, "2025-10-15T00:00:01")
    overdue = office.eventually("supervision", path, overdue=True)
    assert {unit: "overdue_since" in state for unit, state in overdue["units"].items()} == {"prompt": False, "late": True}

    late.of("unit").do("supervision", f"{path}/respond", {"text": "已整改。"})
    again = {"unit": late.unit, "reason": "还有一盏未修。", "reply_within": {"days": 2, "unit": "calendar"}}
    office.do("supervision", f"{path}/send-back", again)
    late.of("unit").do("supervision", f"{path}/respond", {"text": "全部修好。"})
    for cast in (prompt, late):
        office.do("supervision", f"{path}/accept", {"unit": cast.unit})
    office.do("supervision", f"{path}/close")
    the_clock_strikes(prompt, "2025-10-20T00:00:00")
    time.sleep(_SWEPT_SECONDS)

    office.eventually("supervision", path, status="closed")
    events = office.history("supervision", path)
    assert types(events) == [
        *("NoticeIssued", "NoticeAcknowledged", "NoticeAcknowledged", "NoticeResponded", "NoticeOverdue", "NoticeResponded"),
        *("ResponseSentBack", "NoticeResponded", "ResponseAccepted", "ResponseAccepted", "NoticeClosed"),
    ]
    assert (events[4]["data"]["due_on"], events[4]["data"]["units"]) == ("2025-10-14", [late.unit])
    assert events[4]["actor"] == "system:timer"
    assert events[4]["time"] >= "2025-10-14T16:00:00"
    assert events[6]["data"]["reply_by"] == "2025-10-17"


def the_clock_strikes(cast: Cast, moment: str) -> None:
    """Have supervision hear what time it is, with a notice that asks for nothing."""
    bulletin = {"kind": "bulletin", "title": "通报", "text": "本周督查情况。", "addressees": [cast.unit]}
    cast.of("office").do("supervision", "notices", bulletin, at(moment))
