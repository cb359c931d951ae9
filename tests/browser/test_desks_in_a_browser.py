"""The desks in a real browser: letters and replies, points and sign-off, the branch, the audit, operators, screens on walls."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Window, chromium, window
from tests.support.cast import GOOD, MATERIALS, POOR, Cast
from tests.support.client import FENG, SHAOYANG, Platform

FIGURE = ".tile:has-text('累计收到需求') .tile-number"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def shaoyang(platform: Platform) -> Cast:
    cast = Cast(platform, SHAOYANG, "desks").registered()
    old = {"account": "old-desks", "name": "老李", "unit": cast.unit, "branch": cast.branch}
    cast.of("office").do("projects", "members", old)
    return cast


@pytest.fixture(scope="module")
def feng(platform: Platform) -> Cast:
    return Cast(platform, FENG, "desks-of-feng").registered()


def declared(cast: Cast) -> str:
    """Have a project done and declared complete."""
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    return project


def clean(*windows: Window) -> None:
    assert [fault for each in windows for fault in each.faults] == []


def test_a_letter_is_written_from_its_template_replied_to_and_accepted(browser: Browser, shaoyang: Cast) -> None:
    office, unit = window(browser, shaoyang, "office"), window(browser, shaoyang, "unit")
    page = office.go("/supervision")
    page.click("text=发通知文书")
    page.click(".tabs a:has-text('整改督办函')")
    assert "〔填写问题〕" in page.input_value("#title"), "it begins with its template"
    page.fill("#title", "关于路灯限期整改的督办函")
    page.fill("#body", "路灯三盏不亮。\n请立即整改，并书面回复。")
    page.check(f"input[name=to-{shaoyang.unit}]")
    page.click("button:has-text('发出')")
    page.wait_for_url("**/supervision/notices/*after=*")
    office.says("文书已发出")
    theirs = unit.go("/supervision")
    theirs.click("a:has-text('关于路灯限期整改的督办函')")
    theirs.click("button:has-text('签收')")
    theirs.fill("#reply", "三盏都换好了，附照片。")
    theirs.click("button:has-text('提交回复')")
    theirs.wait_for_selector("#messages :text('回复已提交')")
    page.reload()
    page.click("button:has-text('认可回复')")
    page.wait_for_selector("#messages :text('回复已认可')")
    clean(office, unit)


def test_a_unit_is_scored_on_the_grid_and_a_line_opens_to_its_events(browser: Browser, shaoyang: Cast) -> None:
    inspector, office = window(browser, shaoyang, "inspector"), window(browser, shaoyang, "office")
    page = inspector.go("/scoring/units")
    page.click("summary:has-text('给一个单位打分')")
    page.select_option("#unit", shaoyang.unit)
    page.fill("#occasion", "2021-11")
    for item in ("materials", "satisfaction", "awareness", "quality"):
        page.fill(f"#points_{item}", "90")
    page.click("button:has-text('记录得分')")
    page.wait_for_selector("#messages :text('单位得分已记录')")
    page = office.go("/scoring/units")
    page.click(f"th a:has-text('单位{shaoyang.unit}')")
    page.click("summary:has-text('经过')")
    assert "单位评分" in page.inner_text(".timeline")
    assert f"督导组 inspector-{shaoyang.unit}" in page.inner_text(".timeline")
    clean(inspector, office)


def test_two_score_a_third_signs_off_and_another_is_refused(browser: Browser, feng: Cast) -> None:
    project, poor = declared(feng), declared(feng)
    here = f"/scoring/verifications/{project}"
    scorers = [window(browser, feng, "unit", sub) for sub in ("first", "second")]
    for scorer in scorers:
        page = scorer.go(here)
        for item in ("materials", "satisfaction", "quality"):
            page.fill(f"#points_{item}", str(GOOD))
        page.click("button:has-text('记录评分')")
        page.wait_for_selector("#messages .notice-success")
    assert "您是评分人之一" in page.inner_text("main")
    third = window(browser, feng, "unit", "third")
    page = third.go(here)
    for n in range(len(MATERIALS[FENG])):
        page.fill(f"#remark_{n}", "齐全。")
    page.click("button:has-text('记录核对情况')")
    page.wait_for_selector("#messages .notice-success")
    page.click("button:has-text('验收销号')")
    page.wait_for_selector("#messages :text('已验收销号')")
    feng.score(poor, POOR)
    feng.judge.eventually("scoring", f"verifications/{poor}", status="scored")
    page = third.go(f"/scoring/verifications/{poor}")
    page.click("summary:has-text('不予销号')")
    page.fill("#refuse_reason", "群众不满意。")
    page.fill("#redo", "灯要亮。")
    page.click("button:has-text('不予销号')")
    page.wait_for_selector("#messages :text('已退回重新办理')")
    clean(*scorers, third)


def test_a_branch_proposes_an_exemption_the_unit_approves_it_and_the_branch_signs_off(browser: Browser, shaoyang: Cast) -> None:
    project = declared(shaoyang)
    shaoyang.score(project, GOOD)
    shaoyang.judge.eventually("scoring", f"verifications/{project}", status="scored")
    branch, unit = window(browser, shaoyang, "branch", "another-secretary"), window(browser, shaoyang, "unit")
    page = branch.go("/branch")
    page.click("a:has-text('老李')")
    page.select_option("#exemption", "infirm")
    page.fill("#evidence", "支部上门看望，材料已核。")
    page.click("button:has-text('提名')")
    page.wait_for_selector("#messages :text('已提名')")
    theirs = unit.go("/branch")
    theirs.locator("a:has-text('老李')").first.click()
    theirs.fill("#approve_reason", "属实。")
    theirs.click("button:has-text('同意免于认领')")
    theirs.wait_for_selector("#messages :text('已同意免于认领')")
    page = branch.go("/branch")
    page.click("table:has-text('等着销号') a:has-text('修好村口路灯')")
    page.click("button:has-text('验收销号')")
    page.wait_for_selector("#messages :text('已验收销号')")
    clean(branch, unit)


def test_an_event_s_bytes_are_shown_and_its_proof_is_checked_in_the_browser(browser: Browser, shaoyang: Cast) -> None:
    shaoyang.submit("要核对的一件事")
    auditor = window(browser, shaoyang, "auditor")
    for _ in range(60):
        page = auditor.go("/audit/events/intake/1")
        if page.locator("[data-run]").count():
            break
        page.wait_for_timeout(500)
    assert '"type":"NeedSubmitted"' in page.inner_text("[data-raw]")
    page.click("[data-run]")
    page.wait_for_selector("[data-verdict][data-state=yes]")
    assert page.locator(".checks [data-state=yes]").count() == 4
    clean(auditor)


def test_an_operator_sees_all_services_and_stops_an_account(browser: Browser, shaoyang: Cast) -> None:
    member, operator = window(browser, shaoyang, "member", "leaving"), window(browser, shaoyang, "operator")
    member.go("/mine")
    page = operator.go("/operators")
    assert page.locator("table").first.locator(".status:has-text('正常')").count() == 5
    page.fill("#account", "leaving")
    page.click("button:has-text('停用')")
    page.wait_for_selector("#messages :text('已在本平台停止')")
    member.page.reload()
    assert member.page.locator("#role").count() == 1, "they are asked to sign in again"
    clean(member, operator)


def test_a_screen_opens_by_its_secret_moves_when_something_happens_and_closes_when_revoked(browser: Browser, shaoyang: Cast) -> None:
    office, wall = window(browser, shaoyang, "office"), window(browser, shaoyang, width=1920)
    page = office.go("/screen/kiosks")
    page.fill("#name", "政务大厅一楼")
    page.click("button:has-text('登记并生成口令')")
    wall.page.goto(page.input_value("#made-address"))
    wall.page.wait_for_url("**/screen")
    wall.page.wait_for_selector("[data-fresh][data-state=live]")
    before = int(wall.page.locator(FIGURE).inner_text().removesuffix("件"))
    wall.page.evaluate("window.opened = 'once'")
    said = shaoyang.submit("大屏要动起来")
    home = window(browser, shaoyang)
    now = int(home.go(f"/?after=intake@{said['position']}").locator(".tile-number").first.inner_text().removesuffix("件"))
    assert now > before
    wall.page.wait_for_function("now => parseInt(document.querySelector('.tile-number').textContent) === now", arg=now)
    assert wall.page.evaluate("window.opened") == "once", "it was not loaded anew"
    clean(office, wall)
    wall.allowed.add(403)
    page.click("table button:has-text('停用')")
    page.wait_for_selector("#messages :text('已停用')")
    wall.page.wait_for_selector("main :text('这块大屏现在不能显示')", timeout=60_000)  # by itself: nobody stands before it
    clean(office, wall)
