"""A county with other levels, tiers, weights, days and cadence: a file, and not a line of code."""

from pathlib import Path

import pytest

from deploy.embedded.profiles import apply
from tests.support.cast import Cast, at
from tests.support.client import INVENTED, SHAOYANG, Platform

COUNTIES = Path(__file__).parents[1] / "support" / "counties"


@pytest.fixture(scope="module")
def cast(platform: Platform) -> Cast:
    """A unit of the invented county, whose rules were applied as those of the others are."""
    apply(platform.urls, (INVENTED,), COUNTIES, simulated=True)
    return Cast(platform, INVENTED, "street").registered()


def test_its_levels_tiers_and_weights_decide(cast: Cast) -> None:
    unit, member, branch = cast.of("unit"), cast.of("member"), cast.of("branch")
    project = cast.propose(level="grid", headers=at("2023-03-01T09:00:00"))
    assert unit.refused("projects", f"projects/{project}/review", _met()) == "role_not_allowed"
    cast.approve(project, by=branch)
    cast.pledge(project)
    cast.complete(project)
    unit.eventually("scoring", f"verifications/{project}", status="open")
    assert branch.refused("scoring", f"verifications/{project}/score", {"points": {"quality": 70, "awareness": 60}}) == "role_not_allowed"
    assert unit.refused("scoring", f"verifications/{project}/score", {"points": {"materials": 90}}) == "item_not_on_sheet"
    scored = unit.do("scoring", f"verifications/{project}/score", {"points": {"quality": 70, "awareness": 60}})
    assert unit.refused("scoring", f"verifications/{project}/sign-off") == "materials_missing"
    unit.do("scoring", f"verifications/{project}/materials", {"seen": [{"material": "一张照片", "remark": "清楚。"}]})
    signed = unit.do("scoring", f"verifications/{project}/sign-off")
    shown = unit.see("scoring", f"verifications/{project}", min_position=signed["position"])
    assert (shown["total"], shown["status"]) == (67, "verified")
    assert int(signed["position"]) > int(scored["position"])
    assert member.eventually("projects", f"projects/{project}", status="signed-off")["level"] == "grid"
    assert cast.of("unit", "proposer").refused("projects", "projects", {**_proposal(cast), "level": "member"}) == "level_unknown"


def test_its_days_and_ladder_count(cast: Cast) -> None:
    office, clerk = cast.of("office"), cast.of("clerk")
    need = cast.submit("没人管的井盖", headers=at("2023-06-01T09:00:00"))
    assert office.eventually("intake", f"needs/{need['id']}", status="submitted")["owner_by"] == "2023-06-02"
    prompt = {"kind": "work-prompt", "title": "提示", "text": "请办。", "addressees": [cast.unit], "project_ids": []}
    notice = office.do("supervision", "notices", prompt, at("2023-06-01T10:00:00"))
    shown = office.eventually("supervision", f"notices/{notice['id']}", number=1)
    # The third day, 4 June 2023, is a Sunday: the reply is due on the next working day.
    assert (shown["acknowledge_by"], shown["reply_by"], shown["number_text"]) == ("2023-06-02", "2023-06-05", "石督〔2023〕1号")
    cast.submit("过了几天", headers=at("2023-06-09T09:00:00"))
    clerk.platform.still()
    watches = office.see("supervision", "watches", subject="unowned-need", limit=500)["items"]
    assert {watch["step"] for watch in watches if watch["subject_id"] == need["id"]} == {"urging"}


def test_its_weeks_and_months_are_expected(cast: Cast) -> None:
    cast.submit("到了年底", headers=at("2023-07-20T09:00:00"))
    cast.platform.still()
    due = cast.of("office").see("supervision", "cadence", limit=500)["items"]
    assert {(row["activity"], row["every"]) for row in due} == {("bulletin", "week"), ("dispatch-meeting", "month")}
    shaoyangs = cast.platform.person("office", county=SHAOYANG).see("supervision", "cadence", limit=500)["items"]
    assert {row["activity"] for row in shaoyangs} == {"dispatch-meeting", "inspection", "work-prompt"}


def _met() -> dict[str, object]:
    return {
        "verdicts": [{"principle": name, "met": True, "reason": "属实。"} for name in ("urgent-need", "within-power", "rooted-in-post")]
    }


def _proposal(cast: Cast) -> dict[str, object]:
    return {"title": "换井盖", "unit": cast.unit, "branch": cast.branch, "need_ids": [], "planned_completion": "2999-12-31"}
