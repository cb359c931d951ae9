"""The scoring desk and the branch's, as a browser without scripts meets them."""

import re

import pytest

from tests.support.browsing import Browser
from tests.support.cast import GOOD, MATERIALS, POOR, at
from tests.support.desks import LETTER, Desks, Office, desks

__all__ = ["desks"]


@pytest.fixture
def declared(desks: Desks) -> str:
    """A project of Feng, where two score, declared complete."""
    cast = desks.feng.cast
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    return project


def test_a_completion_is_scored_by_two_and_signed_off_by_a_third(desks: Desks, declared: str) -> None:
    office = desks.feng
    here = office.path(f"/scoring/verifications/{declared}")
    first, second, third = office.at_desk("unit"), office.at_desk("unit", "deputy"), office.at_desk("unit", "third")
    assert "修好村口路灯" in first.get(office.path("/scoring")).text
    page = first.get(here)
    assert "本县由两人评分" in page.text
    page = first.send(page.form(act="score"), points_materials="90", points_satisfaction="九十")
    assert (page.status, page.form(act="score").fields["points_satisfaction"]) == (422, "九十")
    page = first.send(page.form(act="score"), points_satisfaction=str(GOOD), points_quality=str(GOOD))
    assert "已有 1 人评分，还要一人" in page.text
    page = second.send(second.get(here).form(act="score"), points_materials="88", points_satisfaction="88", points_quality="88")
    assert "评分已齐" in page.text
    assert "您是评分人之一" in page.text
    page = third.get(here)
    page = third.send(page.form(act="sign_off"))
    assert page.status == 409
    assert "验收材料尚缺" in page.text
    seen = {f"remark_{n}": "齐全。" for n in range(len(MATERIALS["610330"]))}
    page = third.send(page.form(act="materials"), seen)
    page = third.send(page.form(act="sign_off"))
    assert "已验收销号" in page.text
    found = [event["type"] for event in office.cast.of("office").history("scoring", f"verifications/{declared}")]
    assert found == ["VerificationOpened", "ProjectScored", "ProjectScored", "MaterialsChecked", "ProjectVerified"]
    assert "验收销号" in office.at_desk("leader").get(here).text


def test_a_scorer_who_signs_off_all_the_same_is_told_to_leave_it_to_another(desks: Desks, declared: str) -> None:
    office = desks.feng
    office.cast.score(declared, GOOD)
    desks.platform.still()
    here = office.path(f"/scoring/verifications/{declared}")
    third = office.at_desk("unit", "third")
    form = third.get(here).form(act="sign_off")
    scorer = office.at_desk("unit")
    form.fields["csrf"] = scorer.get(here).form(act="refuse").fields["csrf"]
    page = scorer.send(form)
    assert page.status == 409
    assert "请由另一位同志销号" in page.text
    assert office.cast.judge.see("scoring", f"verifications/{declared}")["status"] == "scored"


def test_a_refusal_names_the_day_by_which_the_work_is_done_again(desks: Desks, declared: str) -> None:
    office = desks.feng
    office.cast.score(declared, POOR)
    desks.platform.still()
    here = office.path(f"/scoring/verifications/{declared}")
    third = office.at_desk("unit", "third")
    page = third.send(third.get(here).form(act="sign_off"))
    assert page.status == 409
    assert "不予销号" in page.text
    page = third.send(page.form(act="refuse"), refuse_reason="群众不满意。")
    assert page.status == 422
    assert page.form(act="refuse").fields["refuse_reason"] == "群众不满意。"
    page = third.send(page.form(act="refuse"), redo="灯要亮。")
    assert "已退回重新办理" in page.text
    assert "重新办理：灯要亮。" in page.text
    assert "还剩" in page.text
    office.cast.of("office").eventually("projects", f"projects/{declared}", status="claimed")


def test_units_are_scored_and_each_line_opens_to_who_gave_it_when(desks: Desks) -> None:
    office = desks.shaoyang
    inspector = office.at_desk("inspector")
    form = inspector.get(office.path("/scoring/units")).form(act="score")
    points = {"points_materials": "90", "points_satisfaction": "91", "points_awareness": "80"}
    page = inspector.send(form, points, unit=office.cast.unit, occasion="2021-11")
    assert page.status == 422
    assert page.form(act="score").fields["points_awareness"] == "80"
    page = inspector.send(page.form(act="score"), points_quality="85")
    assert "单位得分已记录" in page.text
    clerk = office.at_desk("office")
    page = clerk.get(clerk.get(office.path("/scoring/units")).link(f"单位{office.cast.unit}"))
    assert f"督导组 inspector-{office.cast.unit}" in page.text


def test_a_look_back_is_drawn_and_a_sign_off_revoked_and_the_year_assessed_twice(desks: Desks, declared: str) -> None:
    office = desks.feng
    clerk, inspector = office.at_desk("office"), office.at_desk("inspector")
    office.cast.score(declared, GOOD)
    office.cast.of("unit", "third").do("scoring", f"verifications/{declared}/sign-off", {}, at("2027-05-06T09:00:00"))
    office.cast.of("office").eventually("projects", f"projects/{declared}", status="signed-off")
    desks.platform.still()
    page = clerk.send(clerk.get(office.path("/scoring/annual")).form(act="assess"), year="2027")
    assert "第 1 次" in page.text
    page = clerk.send(clerk.get(office.path("/scoring/look-backs")).form(act="draw"), since="2027-05-06", until="2999-05-06", seed="03 07")
    assert page.status == 422
    assert "须已过完" in page.text
    assert page.form(act="draw").fields["seed"] == "03 07"
    points = {"unit": office.cast.unit, "occasion": "2027-05", "points": {"materials": 90, "satisfaction": 90, "quality": 90}}
    office.cast.of("inspector").do("scoring", "unit-scores", points, at("2027-05-07T09:00:00"))
    page = clerk.send(page.form(act="draw"), until="2027-05-06")
    assert "样本已抽出" in page.text
    page = inspector.get(inspector.get(page.link("2027年5月6日至")).link("修好村口路灯"))
    page = inspector.send(page.form(act="revoke"), reason="灯不亮。")
    assert "销号已撤回" in page.text
    desks.platform.still()
    other_rules(office)
    page = clerk.get(office.path("/scoring/annual"))
    page = clerk.send(page.form(act="assess"), year="2027", profile_version="other")
    assert "第 2 次，规则 other" in page.text
    page = clerk.get(page.link("第 1 次（2021-1）"))
    assert "第 1 次：总分" in page.text
    assert "第 2 次 other，第 1 次 2021-1" in page.text
    page = clerk.get(page.link(f"单位{office.cast.unit}"))
    assert "每一分怎么来的" in page.text


def test_a_survey_is_opened_with_two_questions_and_closed(desks: Desks) -> None:
    office = desks.shaoyang
    clerk = office.at_desk("office")
    form = clerk.get(office.path("/scoring/surveys/new")).form(act="open")
    page = clerk.send(form, title="路灯", unit=office.cast.unit, sample="20", until="1999-01-01")
    assert page.status in (409, 422)
    assert page.form(act="open").fields["title"] == "路灯"
    page = clerk.send(page.form(act="open"), until="2999-12-31")
    assert "调查已开始" in page.text
    assert "问 20 人，答 0 人" in page.text
    assert "调查已结束" in clerk.send(page.form(act="close"), close_remark="问完了。").text


def test_a_survey_by_one_time_codes_is_handed_out_and_answered_once_each(desks: Desks) -> None:
    office = desks.shaoyang
    clerk, counter = office.at_desk("office"), office.at_desk("clerk")
    form = clerk.get(office.path("/scoring/surveys/new")).form(act="open")
    page = clerk.send(form, title="凭码调查", unit=office.cast.unit, sample="9", until="2999-12-31", respondents="codes")
    survey = page.address.partition("?")[0]
    page = clerk.send(page.form(act="codes"), codes="many")
    assert (page.status, "请填 1 到 500 之间的数" in page.text) == (422, True)
    form = page.form(act="codes")
    shown = clerk.send(form, codes="3")
    assert shown.status == 201, shown.text
    codes = re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", shown.text)
    assert len(set(codes)) == 3
    assert re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", clerk.send(form, codes="3").text) == codes, "the same form again shows the same codes"

    here = office.path(f"/surveys/{survey.rpartition('/')[2]}")
    assert "凭码调查" in counter.get(office.path("/surveys")).text
    form = counter.get(here).form(act="answer")
    page = counter.send(form, respondent=codes[0].lower())
    assert (page.status, "请回答这个问题" in page.text) == (422, True)
    assert page.form(act="answer").fields["respondent"] == codes[0].lower()
    page = counter.send(page.form(act="answer"), answer_q1="satisfied", answer_q2="yes")
    assert "答卷已收到" in page.text
    for respondent in (codes[0], "00000-00000"):
        page = counter.send(page.form(act="answer"), respondent=respondent, answer_q1="dissatisfied", answer_q2="yes")
        assert (page.status in {409, 422}, "答卷已收到" in page.text) == (True, False)
    page = counter.send(page.form(act="answer"), respondent=codes[1], answer_q1="dissatisfied", answer_q2="no")
    assert "答卷已收到" in page.text
    desks.platform.still()
    assert "问 9 人，答 2 人" in clerk.get(survey).text
    citizen = office.at_desk("citizen")
    assert "凭答题码" in citizen.get(here).text


def test_a_citizen_answers_an_open_survey_once(desks: Desks) -> None:
    office = desks.feng
    clerk, citizen = office.at_desk("office"), office.at_desk("citizen", "citizen-asked")
    form = clerk.get(office.path("/scoring/surveys/new")).form(act="open")
    page = clerk.send(form, title="实名调查", unit=office.cast.unit, sample="9", until="2999-12-31")
    here = office.path(f"/surveys/{page.address.partition('?')[0].rpartition('/')[2]}")
    page = citizen.send(citizen.get(here).form(act="answer"), answer_q1="very-satisfied", answer_q2="yes")
    assert "答卷已收到" in page.text
    page = citizen.send(page.form(act="answer"), answer_q1="dissatisfied", answer_q2="yes")
    assert (page.status in {409, 422}, "答卷已收到" in page.text) == (True, False)
    assert office.at_desk("auditor").get(here).status == 403


def test_an_exemption_is_proposed_by_the_branch_and_approved_by_the_unit(desks: Desks) -> None:
    office = desks.shaoyang
    branch, unit, here = office.at_desk("branch"), office.at_desk("unit"), office.path("/branch")
    page = branch.get(branch.get(here).link("老李"))
    page = branch.send(page.form(act="propose"), evidence="诊断证明已核。")
    assert page.status == 422
    assert page.form(act="propose").fields["evidence"] == "诊断证明已核。"
    page = branch.send(page.form(act="propose"), exemption="infirm")
    assert "已提名" in page.text
    page = unit.get(unit.get(here).link("老李"))
    assert "诊断证明已核。" in page.text
    page = unit.send(page.form(act="approve"))
    assert (page.status, "为什么同意" in page.text) == (422, True)
    page = unit.send(page.form(act="approve"), approve_reason="属实。")
    assert "已同意免于认领" in page.text
    assert "老李" not in branch.get(here, missing="true").text.partition("免于认领的提名")[0]


def test_an_exemption_is_refused_and_members_are_registered_and_moved(desks: Desks) -> None:
    office = desks.shaoyang
    branch, unit, here = office.at_desk("branch"), office.at_desk("unit"), office.path("/branch")
    page = branch.get(branch.get(here).link("小张"))
    branch.send(page.form(act="propose"), exemption="away", evidence="长年在外。")
    page = unit.get(unit.get(here).link("小张"))
    page = unit.send(page.form(act="refuse"), refuse_reason="每月回来。")
    assert "仍应认领" in page.text
    page = unit.get(unit.get(here).link("小张"))
    page = unit.send(page.form(act="move"), to_branch=f"{office.cast.unit}-2", move_reason="调岗。")
    assert "已转到新的支部" in page.text
    page = unit.send(page.form(act="register"), new_name="𡈽新", new_account="newcomer", new_branch=office.cast.branch)
    assert "已登记" in page.text
    page = unit.send(page.form(act="register"), new_name="别人", new_account="newcomer", new_branch=f"{office.cast.unit}-2")
    assert page.status == 409
    assert page.form(act="register").fields["new_name"] == "别人"


def test_a_unit_does_not_open_others_verifications(desks: Desks, declared: str) -> None:
    office = desks.feng
    stranger = Browser(office.portal, desks.platform.http).sign_in("unit", office.cast.county, sub="stranger", unit="610330100")
    assert stranger.get(office.path(f"/scoring/verifications/{declared}")).status == 403


def other_rules(office: Office) -> None:
    """Adopt another version of the county's rules for a day to come, in which keeping promises weighs most."""
    clerk = office.cast.of("office")
    profile = clerk.see("projects", "profiles")["items"][-1]["profile"]
    items = [{"measure": "completion", "weight": 30}, {"measure": "satisfaction", "weight": 20}, {"measure": "on-time", "weight": 50}]
    annual = {**profile["annual"], "version": "other", "items": items}
    clerk.do("projects", "profiles", {**profile, "version": "other", "effective_from": "2990-01-01", "annual": annual})
    clerk.platform.still()


def test_a_leader_records_a_visit_and_the_unit_reads_what_was_asked_for(desks: Desks) -> None:
    office = desks.shaoyang
    leader, here = office.at_desk("leader"), office.path("/supervision/visits")
    form = leader.get(here).form(act="record")
    page = leader.send(form, unit=office.cast.unit, visited_on="2999-01-01", guidance="看了路灯。")
    assert page.status in (409, 422)
    assert page.form(act="record").fields["guidance"] == "看了路灯。"
    page = leader.send(page.form(act="record"), visited_on=leader.get(here).form(act="record").fields["visited_on"])
    assert "走访已记录" in page.text
    unit = office.at_desk("unit").get(here)
    assert "看了路灯。" in unit.text
    assert not any(form.fields.get("act") == "record" for form in unit.read.forms)


def test_units_and_branches_see_first_what_was_handed_to_their_unit(desks: Desks) -> None:
    office = desks.feng
    cast, here = office.cast, office.path("/triage")
    ours, others = (cast.submit(title)["id"] for title in ("交给本单位的诉求", "交给别的单位的诉求"))
    for need, unit in ((ours, cast.unit), (others, f"other-{cast.county}")):
        cast.of("office").do("intake", f"needs/{need}/route", {"handling_unit": unit, "responsible_leader": "leader-1"})
    desks.platform.still()
    for role in ("unit", "branch"):
        desk = office.at_desk(role)
        assert ("交给本单位的诉求" in desk.get(here).text, "交给别的单位的诉求" in desk.get(here).text) == (True, False)
        assert "交给别的单位的诉求" in desk.get(here, standing="routed", unit="").text
    assert "交给别的单位的诉求" not in office.at_desk("office").get(here).text, "the office sees first what is new"


def test_a_unit_registered_a_moment_ago_is_offered_at_once(desks: Desks) -> None:
    office, desk = desks.shaoyang, desks.shaoyang.at_desk("office")
    here = office.path("/supervision/notices/new")
    assert "to-just-registered" not in desk.get(here, kind=LETTER).form(act="issue").names
    unit = {"code": "just-registered", "name": "刚登记的单位", "kind": "department", "order": 9}
    office.cast.of("office").do("projects", "organisations", unit)
    desks.platform.level()
    assert "to-just-registered" in desk.get(here, kind=LETTER).form(act="issue").names
