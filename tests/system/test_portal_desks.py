"""The office's desks as a browser without scripts meets them: every act through its form, every refusal with what was typed."""

import os
import signal
from datetime import date, timedelta

import pytest

from tests.support.browsing import Browser
from tests.support.cast import at
from tests.support.desks import Desks, desks, issued, kinds, replied, strike

__all__ = ["desks"]


def test_a_notice_is_issued_signed_for_replied_to_sent_back_and_accepted(desks: Desks) -> None:
    office = desks.shaoyang
    clerk, page, notice = issued(office, "关于路灯整改的督办函")
    here = office.path(f"/supervision/notices/{notice}")
    unit, _ = replied(office, notice)
    page = clerk.get(here)
    assert "已整改。" in page.text
    page = clerk.send(page.form(act="send_back"), back_reason="没有照片。", back_days="3", back_days_unit="calendar")
    assert "已退回重报" in page.text
    page = unit.get(here)
    assert "回复被退回：没有照片。" in page.text
    page = unit.send(page.form(act="respond"), reply="已补照片。")
    page = clerk.send(clerk.get(here).form(act="accept"))
    assert "回复已认可" in page.text
    page = clerk.send(page.form(act="close"), close_remark="整改到位。")
    assert "文书已办结" in page.text
    assert kinds(office, f"notices/{notice}") == [
        "NoticeIssued",
        "NoticeAcknowledged",
        "NoticeResponded",
        "ResponseSentBack",
        "NoticeResponded",
        "ResponseAccepted",
        "NoticeClosed",
    ]
    assert "认可回复" in page.text
    letter = clerk.file(f"{here}/letter")
    assert letter.content[:2] == b"PK"
    assert "attachment" in letter.headers["content-disposition"]


def test_a_notice_without_units_or_with_blanks_left_is_not_sent_and_nothing_typed_is_lost(desks: Desks) -> None:
    office = desks.shaoyang
    clerk = office.at_desk("office")
    form = clerk.get(office.path("/supervision/notices/new"), kind="work-prompt").form(act="issue")
    page = clerk.send(form, title="关于安全的工作提示")
    assert (page.status, page.form(act="issue").fields["title"]) == (422, "关于安全的工作提示")
    assert "至少选择一个收文单位" in page.text
    page = clerk.send(page.form(act="issue"), {f"to-{office.cast.unit}": "1"})
    assert page.status == 422
    assert "还有〔〕没有填写" in page.text
    kept = page.form(act="issue").fields
    assert (kept["title"], kept[f"to-{office.cast.unit}"]) == ("关于安全的工作提示", "1")
    page = clerk.send(page.form(act="issue"), body="一、注意安全。", reply_within="许多")
    assert page.status == 422
    kept = page.form(act="issue").fields
    assert (kept["body"], kept["reply_within"]) == ("一、注意安全。", "许多")


def test_a_reply_before_its_time_or_without_text_is_refused_in_a_sentence(desks: Desks) -> None:
    office = desks.shaoyang
    _, _, notice = issued(office, "关于水管的督办函")
    here = office.path(f"/supervision/notices/{notice}")
    unit = office.at_desk("unit")
    before = unit.get(here)
    assert "先签收" in before.text
    page = unit.send(before.form(act="acknowledge"))
    page = unit.send(page.form(act="respond"), reply="  ")
    assert page.status == 422
    assert "请写明怎样办的" in page.text
    reply_by = date.fromisoformat(str(office.cast.of("office").see("supervision", f"notices/{notice}")["reply_by"]))
    page = unit.send(page.form(act="extend"), ask_until=(reply_by - timedelta(days=1)).isoformat(), ask_because="下雨。")
    assert page.status == 422
    assert page.form(act="extend").fields["ask_because"] == "下雨。"
    assert reply_by.isoformat() in page.text


def test_a_later_day_is_asked_for_declined_asked_for_again_and_granted(desks: Desks) -> None:
    office = desks.shaoyang
    clerk, _, notice = issued(office, "关于公厕的督办函")
    here = office.path(f"/supervision/notices/{notice}")
    unit = office.at_desk("unit")
    unit.send(unit.get(here).form(act="acknowledge"))
    reply_by = date.fromisoformat(str(office.cast.of("office").see("supervision", f"notices/{notice}")["reply_by"]))
    later = (reply_by + timedelta(days=9)).isoformat()
    for answer in ("decline", "grant"):
        page = unit.send(unit.get(here).form(act="extend"), ask_until=later, ask_because="管道要换。")
        assert "批准之前仍按原来的期限" in page.text
        page = clerk.get(here)
        assert "管道要换。" in page.text
        if answer == "decline":
            page = clerk.send(page.form(act="decline"))
            assert (page.status, "为什么不同意延期" in page.text) == (422, True)
            page = clerk.send(page.form(act="decline"), decline_reason="先办急的。")
            assert "延期没有同意：先办急的。" in unit.get(here).text
        else:
            assert "已同意延期" in clerk.send(page.form(act="grant")).text
    assert office.cast.of("office").see("supervision", f"notices/{notice}")["units"][office.cast.unit]["reply_by"] == later


def test_a_form_sent_twice_is_one_event(desks: Desks) -> None:
    office = desks.shaoyang
    clerk = office.at_desk("office")
    form = clerk.get(office.path("/supervision/notices/new"), kind="bulletin").form(act="issue")
    typed = {f"to-{office.cast.unit}": "1", "title": "通报一次", "body": "只此一次。"}
    first, second = clerk.send(form, typed), clerk.send(form, typed)
    assert first.address.split("?")[0] == second.address.split("?")[0]
    titles = [row["title"] for row in office.cast.of("office").see("supervision", "notices", kind="bulletin")["items"]]
    assert titles.count("通报一次") == 1


def test_who_acts_on_what_has_changed_meanwhile_is_told_so(desks: Desks) -> None:
    office = desks.shaoyang
    clerk, _, notice = issued(office, "关于垃圾的督办函")
    unit, page = replied(office, notice)
    stale = clerk.get(office.path(f"/supervision/notices/{notice}"))
    unit.send(page.form(act="respond"), reply="另有补充。")
    page = clerk.send(stale.form(act="send_back"), back_reason="看不清。", back_days="2")
    assert page.status == 412
    assert "请刷新后再办" in page.text
    assert (page.form(act="send_back").fields["back_reason"], "另有补充。" in page.text) == ("看不清。", True)
    assert "已退回重报" in clerk.send(page.form(act="send_back")).text


def test_the_board_shows_what_is_late_and_a_rung_is_moved_by_whom_it_names(desks: Desks) -> None:
    office = desks.feng
    cast = office.cast
    strike(cast, "2027-03-01T09:00:00")
    project = cast.propose(headers=at("2027-03-01T09:00:00"))
    cast.approve(project)
    cast.of("member").do("projects", f"projects/{project}/claim", {})
    promise = {"promise": "月内修好。", "complete_by": "2027-03-10", "venue": "television"}
    cast.of("member").do("projects", f"projects/{project}/pledge", promise)
    issued(office, "关于超期的督办函")
    desks.platform.still()
    strike(cast, "2027-03-11T00:00:01")
    desks.platform.still()
    strike(cast, "2027-03-25T00:00:01")
    desks.platform.still()
    clerk = office.at_desk("office")
    board = clerk.get(office.path("/supervision"))
    assert "关于超期的督办函" in board.text
    assert "已超期" in board.text
    page = clerk.get(board.link("修好村口路灯"))
    assert "下一步：整改督办函" in page.text
    leader = office.at_desk("leader")
    assert "这一级由县学教办决定" in leader.get(page.address).text
    page = clerk.send(page.form(act="escalate"), escalate_remark="提醒后仍未完成。")
    assert "已升级" in page.text
    assert "提醒后仍未完成。" in page.text
    page = clerk.get(page.link("就此发文书"))
    assert f"to-{cast.unit}" in page.form(act="issue").fields
    assert page.form(act="issue").fields[f"about-{project}"] == "1"
    page = clerk.send(page.form(act="issue"))
    assert "看督办阶梯" in page.text
    page = leader.get(office.path("/supervision/listings"), subject="project", subject_id=project, owner=cast.unit)
    page = leader.send(page.form(act="list"), criterion="leader-decision", list_reason="群众等不起。")
    assert "已挂牌督办" in page.text
    page = leader.get(page.link("修好村口路灯"))
    assert "请写明凭什么摘牌" in leader.send(page.form(act="delist")).text
    assert "已摘牌" in leader.send(page.form(act="delist"), evidence="现场核验，路灯全亮。").text


def test_what_nobody_took_is_shown_with_its_age(desks: Desks) -> None:
    office = desks.feng
    office.cast.submit("集镇公厕长期停水", headers=at("2027-03-26T09:00:00"))
    desks.platform.still()
    strike(office.cast, "2027-04-20T09:00:00")
    desks.platform.still()
    page = office.at_desk("inspector").get(office.path("/supervision/unowned"))
    assert "集镇公厕长期停水" in page.text
    assert "25 天" in page.text


def test_a_round_goes_from_its_plan_to_its_close(desks: Desks) -> None:
    office = desks.feng
    unit, clerk, inspector = office.cast.unit, office.at_desk("office"), office.at_desk("inspector")
    strike(office.cast, "2027-04-21T09:00:00")
    plan = {"title": "第六轮", "plan": "走访。", "team": "inspector-1，inspector-2", "first_on": "2027-04-20", "last_on": "2027-04-30"}
    form = clerk.get(office.path("/supervision/rounds/new")).form(act="open")
    page = clerk.send(form, {**plan, f"to-{unit}": "1", "first_on": "2027-05-20"})
    assert page.status == 422
    assert page.form(act="open").fields["team"] == "inspector-1，inspector-2"
    page = clerk.send(page.form(act="open"), {"first_on": "2027-04-20"})
    here = page.address.split("?")[0]
    page = inspector.get(here, unit=unit)
    assert "先记录到访" in page.text
    page = inspector.send(page.form(act="inspect"), inspected_on="2027-04-21")
    page = inspector.send(page.form(act="find"), severity="serious", finding_text="台账写已完成，现场没有开工。")
    page = inspector.send(page.form(act="find"), severity="minor", finding_text="照片不清。")
    page = inspector.send(page.form(act="conclude"), conclusion="一处不实，一处要补。")
    assert "结论已反馈" in page.text
    page = clerk.get(here, unit=unit)
    letter = clerk.get(page.link("发整改督办函"))
    assert "台账写已完成，现场没有开工。" in letter.form(act="issue").fields["body"]
    clerk.send(letter.form(act="issue"))
    desks.platform.still()
    page = clerk.send(clerk.get(here).form(act="close"))
    assert page.status == 409
    assert "尚未办结" in page.text
    page = inspector.get(here, unit=unit)
    assert page.text.count("已发文书") == 1
    page = inspector.send(page.form(act="leave"), leave_reason="当场已改。")
    assert "已记为无需处理" in page.text
    assert "本轮已收官" in clerk.send(clerk.get(here).form(act="close")).text


def test_a_bulletin_is_written_from_compiled_figures(desks: Desks) -> None:
    office = desks.feng
    clerk = office.at_desk("office")
    strike(office.cast, "2027-04-28T09:00:00")
    page = clerk.get(office.path("/supervision/figures"))
    page = clerk.send(page.form(act="compile"), first_on="2027-03-01", last_on="2027-04-28")
    assert "数据已汇总" in page.text
    page = clerk.get(page.link("生成通报"))
    form = page.form(act="issue")
    assert "发出文书（整改督办函）" in form.fields["body"]
    page = clerk.send(form, {"all-department": "1"})
    assert "文书已发出" in page.text
    assert f"单位{office.cast.unit}" in page.text
    assert (
        "已发通报 1 份"
        in clerk.get(office.path("/supervision/figures"), after=page.address.rpartition("after=")[2].replace("%40", "@")).text
    )


def test_a_hearing_gives_a_task_and_the_unit_reports_it_done(desks: Desks) -> None:
    office = desks.shaoyang
    clerk, unit = office.at_desk("office"), office.at_desk("unit")
    page = clerk.get(office.path("/supervision/hearings"))
    page = clerk.send(page.form(act="hold"), title="调度会", chaired_by="leader-1")
    page = clerk.send(page.form(act="report"), report_unit=office.cast.unit, report="已办十件。", comment="要快。")
    page = clerk.send(page.form(act="assign"), task_unit=office.cast.unit, task="补台账。", within="5")
    assert "任务已交办" in page.text
    page = unit.get(unit.get(office.path("/supervision/tasks")).link("补台账。"))
    page = unit.send(page.form(act="complete"), result="已补齐。")
    assert "完成情况已报告" in page.text


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("member", "/supervision"),
        ("branch", "/supervision/notices"),
        ("unit", "/supervision/rounds"),
        ("unit", "/supervision/notices/new"),
        ("inspector", "/supervision/rounds/new"),
        ("member", "/scoring"),
        ("branch", "/scoring/annual"),
        ("unit", "/scoring/signs"),
        ("office", "/branch"),
    ],
)
def test_who_has_no_business_there_is_told_for_whom_it_is(desks: Desks, role: str, path: str) -> None:
    office = desks.shaoyang
    page = office.at_desk(role).get(office.path(path))
    assert page.status == 403
    assert "这一页只供以下身份使用" in page.text


def test_a_unit_does_not_see_others_notices(desks: Desks) -> None:
    office = desks.feng
    stranger = Browser(office.portal, desks.platform.http).sign_in("unit", office.cast.county, sub="stranger", unit="610330100")
    _, _, notice = issued(office, "只给一个单位的函")
    assert stranger.get(office.path(f"/supervision/notices/{notice}")).status == 404
    assert "只给一个单位的函" not in stranger.get(office.path("/supervision")).text


def test_a_form_from_elsewhere_is_offered_again_with_all_that_was_typed(desks: Desks) -> None:
    office = desks.shaoyang
    clerk = office.at_desk("office")
    form = clerk.get(office.path("/supervision/notices/new")).form(act="issue")
    page = clerk.send(form, {"csrf": "stolen", f"to-{office.cast.unit}": "1"}, title="关于作风的工作提示", body="请自查。")
    assert page.status == 403
    page = clerk.send(page.form(act="issue"))
    assert page.status == 200
    assert "文书已发出" in page.text


def test_a_service_that_is_away_is_said_in_its_place_and_the_rest_works(desks: Desks) -> None:
    office = desks.shaoyang
    unit = office.at_desk("unit")
    pid = desks.platform.stack.info.pids["scoring"]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    page = unit.get(office.path("/branch"))
    assert page.status == 200
    assert "办理服务没有回应" in page.text
    assert "各支部认领情况" in page.text
