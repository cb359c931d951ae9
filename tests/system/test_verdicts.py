"""What is decided about work that is declared done, over HTTP alone: item by item, looked back at, surveyed, assessed."""

import hashlib
from itertools import count

import pytest

from tests.support.cast import GOOD, Cast, at
from tests.support.client import FENG, Platform

KEPT = 12
"""Projects signed off: at five per cent one is drawn, and so many on a month's last day are a batch."""
CODES = ("K7QX-93FA", "M2PL-55TB")


@pytest.fixture(scope="module")
def cast(platform: Platform) -> Cast:
    """A unit of Feng, where two score and three materials must have been seen."""
    return Cast(platform, FENG, "verdicts").registered()


@pytest.fixture(scope="module")
def projects(cast: Cast) -> list[str]:
    """Projects declared complete on the last day of a month: all seen and scored but the last two."""
    minutes = count()
    found = []
    for _ in range(KEPT + 2):
        project = cast.propose(headers=at(f"2029-02-26T09:{next(minutes):02}:00"))
        cast.approve(project)
        cast.pledge(project)
        cast.complete(project, at(f"2029-02-28T10:{next(minutes):02}:00"))
        found.append(project)
    for project in found:
        cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    for project in found[:KEPT]:
        cast.score(project, GOOD)
    return found


@pytest.fixture(scope="module")
def signed_off(cast: Cast, projects: list[str]) -> list[str]:
    """Signed off in a batch that decides every item by itself."""
    items = [{"path": {"project_id": project}, "body": {}} for project in projects]
    answer = cast.judge.post("scoring", "verifications/sign-off:batch", {"items": items}, at("2029-03-01T09:00:00"))
    assert [item["status"] for item in answer.json()["items"]] == [201] * KEPT + [409] * 2
    assert {item["problem"]["code"] for item in answer.json()["items"][KEPT:]} == {"not_scored"}
    for project in projects[:KEPT]:
        cast.of("office").eventually("projects", f"projects/{project}", status="signed-off")
    return projects[:KEPT]


def test_the_rules_that_applied_and_every_scorer_s_points_are_shown_with_the_round(cast: Cast, signed_off: list[str]) -> None:
    seen = cast.judge.see("scoring", f"verifications/{signed_off[0]}")
    (round_,) = seen["rounds"]
    assert (round_["closing"]["scorers"], round_["claimed_as"], round_["outcome"]) == (2, "member", "verified")
    assert {score["scored_by"] for score in round_["scores"]} == {"unit-verdicts", "deputy-verdicts"}
    assert set(round_["seen"]) == set(round_["closing"]["materials"])


def test_a_refusal_says_what_to_redo_by_when(cast: Cast, projects: list[str], signed_off: list[str]) -> None:
    assert signed_off
    refused = projects[-1]
    cast.judge.do("scoring", f"verifications/{refused}/refuse", {"reason": "材料不实。", "redo": "补照片。"}, at("2029-03-01T11:00:00"))
    seen = cast.judge.eventually("scoring", f"verifications/{refused}", status="refused")
    assert seen["rounds"][0]["redo"] == "补照片。"
    assert seen["rounds"][0]["redo_by"] > "2029-03-20"


def test_a_look_back_is_drawn_so_that_anybody_can_draw_it_again_and_a_revoked_sign_off_is_no_longer_one(
    cast: Cast, signed_off: list[str]
) -> None:
    office = cast.of("office")
    ask = {"since": "2029-03-01", "until": "2029-03-01", "seed": "彩票 03 07 16", "unit": cast.unit}
    assert office.refused("scoring", "look-backs", ask, at("2029-03-01T12:00:00")) == "period_not_over"
    made = office.do("scoring", "look-backs", ask, at("2029-03-02T09:00:00"))
    path = f"look-backs/{made['id']}"
    draw = office.see("scoring", path, min_position=made["position"])
    assert draw["candidates"] == len(signed_off)
    assert draw["digest"] == hashlib.sha256(",".join(sorted(signed_off)).encode()).hexdigest()
    (item,) = office.see("scoring", f"{path}/items", status="waiting")["items"]
    assert item["id"] == min(signed_off, key=lambda each: hashlib.sha256(f"{ask['seed']},{each}".encode()).hexdigest())
    other = next(each for each in signed_off if each != item["id"])
    verdict = {"look_back_id": made["id"], "reason": "灯不亮。"}
    assert office.refused("scoring", f"verifications/{other}/revoke", verdict) == "not_drawn"
    said = office.do("scoring", f"verifications/{item['id']}/revoke", verdict)
    assert office.see("scoring", path, min_position=said["position"])["revoked"] == 1
    assert office.see("scoring", f"verifications/{item['id']}")["status"] == "revoked"
    assert office.see("scoring", "look-backs", unit=cast.unit, open=True)["items"] == []
    assert office.see("scoring", "look-backs", unit=cast.unit, open=False)["items"] != []


def test_a_survey_with_codes_proposes_points_and_each_code_answers_once(cast: Cast, projects: list[str]) -> None:
    office, clerk, project = cast.of("office"), cast.of("clerk"), projects[0]
    questions = [
        {"code": "q1", "text": "满意吗？", "kind": "rating", "topic": "satisfaction"},
        {"code": "q2", "text": "知道吗？", "kind": "yes-no", "topic": "awareness"},
    ]
    ask = {"title": "路灯", "unit": cast.unit, "project_id": project, "questions": questions, "respondents": "codes"}
    body = {**ask, "sampling": "drawn", "sample": 2, "until": "2999-12-31"}
    assert office.refused("scoring", "surveys", {**body, "unit": "610330100"}) == "project_of_another_unit"
    survey = office.do("scoring", "surveys", body)["id"]
    digests = [hashlib.sha256(f"{survey},{code}".encode()).hexdigest() for code in CODES]
    office.do("scoring", f"surveys/{survey}/codes", {"digests": digests})
    for code, rating in zip(CODES, ("satisfied", "basically-satisfied"), strict=True):
        answers = [{"question": "q1", "answer": rating}, {"question": "q2", "answer": "yes"}]
        clerk.do("scoring", f"surveys/{survey}/answers", {"respondent": code, "answers": answers})
    again = {"respondent": CODES[0], "answers": [{"question": "q2", "answer": "no"}]}
    assert clerk.refused("scoring", f"surveys/{survey}/answers", again) == "already_answered"
    assert clerk.refused("scoring", f"surveys/{survey}/answers", {**again, "respondent": "GUESSED"}) == "code_unknown"
    closed = office.do("scoring", f"surveys/{survey}/close")
    seen = office.see("scoring", f"surveys/{survey}", min_position=closed["position"])
    assert (seen["response"], seen["satisfaction"]) == ({"part": 2, "whole": 2}, {"part": 1, "whole": 2})
    assert [each["id"] for each in office.see("scoring", "surveys", project_id=project, status="closed")["items"]] == [survey]
    points = {each["item"]: each["points"] for each in cast.judge.see("scoring", f"verifications/{project}")["proposed"]}
    assert points == {"satisfaction": 50, "awareness": 100}


def test_a_unit_is_scored_on_the_sheet_in_force_and_sheets_are_found_by_the_day(cast: Cast) -> None:
    inspector = cast.of("inspector")
    (sheet,) = inspector.see("scoring", "score-sheets", on="2029-03-01")["items"]
    assert inspector.see("scoring", "score-sheets", on="2000-01-01")["items"] == []
    assert inspector.see("scoring", f"score-sheets/{sheet['id']}")["sheet"] == sheet["sheet"]
    points = {row["item"]: 90 for row in sheet["sheet"]["items"]}
    body = {"unit": cast.unit, "occasion": "2029-03", "points": points}
    said = inspector.do("scoring", "unit-scores", body)
    (row,) = inspector.see("scoring", "unit-scores", unit=cast.unit, passed=True, min_position=said["position"])["items"]
    assert (row["total"], row["occasion"]) == (90, "2029-03")
    assert len(cast.of("office").history("scoring", f"unit-scores/{row['id']}")) == 1


def test_a_year_is_assessed_from_what_happened_for_units_and_for_people(cast: Cast, signed_off: list[str]) -> None:
    office = cast.of("office")
    cast.platform.still()
    done = len(signed_off) - 1
    for body, code in (({"subject": "unit"}, cast.unit), ({"subject": "person", "unit": cast.unit}, "member-verdicts")):
        said = office.do("scoring", "assessments", {"year": 2029, **body}, at("2029-12-31T09:00:00"))
        again = office.do("scoring", "assessments", {"year": 2029, **body})
        assert (again["id"], again["version"]) == (said["id"], said["version"])
        path = f"assessments/{said['id']}/results"
        (place,) = office.see("scoring", path, min_position=said["position"], code=code)["items"]
        lines = {line["measure"]: (line["part"], line["whole"]) for line in place["lines"]}
        assert lines["completion"] == (done, KEPT + 2)
        assert place["exclusions"][-1] == "revoked-at-look-back"
        assert {each["service"] for each in place["lines"][0]["behind"]} == {"projects", "scoring"}
        assert office.see("scoring", path, commendable=True, code=code)["items"] == []
    (run,) = office.see("scoring", "assessments", year=2029, subject="unit")["items"]
    assert (run["run"], run["rules_version"]) == (1, "2021-1")
    assert run["seen_to"].keys() >= {"projects", "scoring"}


def test_many_completions_on_a_month_s_last_day_are_shown_with_the_facts_behind_them(cast: Cast, projects: list[str]) -> None:
    office = cast.of("office")
    (sign,) = office.see("scoring", "signs", rule="batch-closing", unit=cast.unit)["items"]
    assert (sign["day"], sign["count"], set(sign["project_ids"])) == ("2029-02-28", KEPT + 2, set(projects))
    for rule in ("reused-photo", "moved-just-before-due", "no-bad-rating", "one-rater-many"):
        assert office.see("scoring", "signs", rule=rule, unit=cast.unit)["items"] == []
    assert office.get("scoring", "signs", rule="gossip").status_code == 422
