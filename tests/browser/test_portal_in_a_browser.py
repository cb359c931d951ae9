"""The portal in a real browser: the main flow without scripts, what happens between two people, what is not lost."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import ROOT, Window, chromium, window
from tests.support.cast import PRINCIPLES, Cast
from tests.support.client import SHAOYANG, Platform

UNIT = "browser-unit"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def cast(platform: Platform) -> Cast:
    return Cast(platform, SHAOYANG, UNIT).registered()


def say(citizen: Window) -> str:
    """Say that something is needed, in three steps; return where it is followed."""
    page = citizen.go("/new")
    page.fill("#title", "浏览器里的路灯坏了")
    page.fill("#detail", "两个月了，老人夜里不敢出门。𠮷")
    page.click("text=下一步")
    page.select_option("#town", f"{SHAOYANG}100")
    page.locator("form.form .btn-primary").click()
    page.locator("#name").wait_for()
    assert "姓名和电话可以不留" in page.inner_text("main"), "the privacy notice stands before the fields"
    page.fill("#name", "陈秀英")
    page.fill("#phone", "138 0013 8000")
    citizen.shot("new-who")
    page.locator("form.form .btn-primary").click()
    page.locator(".receipt-code").wait_for()
    assert re.search(r"\d{4}-\d{6}-\d", page.inner_text("main"))
    citizen.shot("receipt")
    page.click("text=查看办理情况")
    page.wait_for_url("**/track?*")
    return page.url


def hand_on(office: Window) -> str:
    """Accept the need and hand it to the unit; return its page."""
    page = office.go("/triage")
    page.locator("table a:has-text('浏览器里的路灯坏了')").last.click()
    page.wait_for_url("**/needs/*")
    need = page.url
    page.click("button:has-text('受理')")
    page.select_option("#handling_unit", UNIT)
    lead(page)
    page.click("button:has-text('交办')")
    office.says("已交办")
    return need


def lead(page: Page) -> None:
    """Name a responsible leader: one of the register, or an account where there is none."""
    field = page.locator("input#responsible_leader")
    if field.count():
        field.fill("leader-1")
    else:
        page.select_option("#responsible_leader", index=1)


def propose(branch: Window, need: str) -> str:
    """Make a project of the need; return its id."""
    branch.page.goto(need)
    branch.page.click("summary:has-text('立为实事项目')")
    branch.page.select_option("#level", "member")
    branch.page.fill("#planned_completion", "2999-12-31")
    branch.page.click("button:has-text('提交审核')")
    branch.says("已提交审核")
    return branch.page.url.partition("?")[0].rpartition("/")[2]


def review(unit: Window, project: str) -> None:
    """Find the three principles met, each with its reason."""
    page = unit.go(f"/review/{project}")
    for principle in PRINCIPLES:
        page.check(f"input[name=met-{principle}][value=yes]", force=True)
        page.fill(f"#reason-{principle}", "属实。")
    unit.shot("judge")
    page.click("button:has-text('提交审核意见')")
    unit.says("审核意见已记录")


def claim_and_do(member: Window, project: str) -> None:
    """Claim, promise, report and declare done."""
    page = member.go("/hall")
    page.locator(f"form:has(input[value='{project}']) button").click()
    member.says("认领成功")
    page.fill("#promise", "十二月底前换好三盏路灯。")
    page.fill("#complete_by", "2999-12-20")
    page.click("button:has-text('公开承诺')")
    page.fill("#percent", "100")
    page.fill("#text", "都换好了。")
    page.click("button:has-text('提交进展')")
    member.says("进展已记录")
    page.fill("#summary", "三盏路灯全部修好。")
    page.click("button:has-text('申报完成')")
    member.says("等待验收")
    member.shot("project")


def rate(citizen: Window, tracked: str) -> None:
    """Rate the answer, once it is there."""
    page = citizen.page
    for _ in range(50):
        page.goto(tracked)
        if page.locator("input[name=rating]").count():
            break
        page.wait_for_timeout(200)
    page.check("input[name=rating][value='5']", force=True)
    page.click("button:has-text('提交评价')")
    citizen.says("谢谢您的评价")
    citizen.shot("rated")


def test_a_need_is_said_taken_up_reviewed_claimed_promised_done_and_rated_without_scripts(browser: Browser, cast: Cast) -> None:
    citizen = window(browser, cast, scripts=False, width=360)
    office, branch, unit, member = (window(browser, cast, role, scripts=False) for role in ("office", "branch", "unit", "member"))
    tracked = say(citizen)
    project = propose(branch, hand_on(office))
    review(unit, project)
    claim_and_do(member, project)
    cast.judge.eventually("scoring", f"verifications/{project}", status="open")
    cast.score(project, 92)
    cast.of("branch", "another-secretary").do("scoring", f"verifications/{project}/sign-off")
    rate(citizen, tracked)
    assert [fault for each in (citizen, office, branch, unit, member) for fault in each.faults] == []


def test_whoever_is_quicker_is_said_kindly(browser: Browser, cast: Cast) -> None:
    project = cast.propose(cast.submit("谁先认领")["id"])
    cast.approve(project)
    slow = window(browser, cast, "member", width=360)
    page = slow.go("/hall")
    for _ in range(50):
        if page.locator(f"form:has(input[value='{project}']) button").count():
            break
        page = slow.go("/hall")
    other = cast.of("office")
    other.do("projects", "members", {"account": "quicker", "name": "快一步", "unit": cast.unit, "branch": cast.branch})
    cast.of("member", "quicker").do("projects", f"projects/{project}/claim")
    page.locator(f"form:has(input[value='{project}']) button").click()
    page.wait_for_selector("#messages .notice")
    slow.says("先您一步")
    assert slow.faults == []


def test_each_visitor_who_joins_has_a_voice_and_a_receipt_of_their_own(browser: Browser, cast: Cast) -> None:
    title = "桥面的栏杆断了一截"
    cast.submit(title)
    codes: list[str] = []
    for _ in range(3):
        visitor = window(browser, cast, scripts=False)
        for _ in range(50):
            page = visitor.go("/new")
            page.fill("#title", title)
            page.fill("#detail", "栏杆断了，孩子走过去危险。")
            page.click("text=下一步")
            if page.locator(f"form:has-text('{title}') button:has-text('我也需要')").count():
                break
            page.wait_for_timeout(200)
        page.locator(f"form:has-text('{title}') button:has-text('我也需要')").first.click()
        codes.append(page.inner_text(".receipt-code"))
        page.click("text=查看办理情况")
        assert "已收到" in page.inner_text("main")
        assert visitor.faults == []
    assert len(set(codes)) == 3, "nobody is handed somebody else's query code"


def test_nothing_typed_is_lost_when_a_session_has_ended(browser: Browser, cast: Cast) -> None:
    opened = window(browser, cast, "office", scripts=False)
    opened.allowed |= {401, 404}
    need = cast.submit("写了一半")["id"]
    page = opened.go(f"/needs/{need}")
    for _ in range(50):
        if page.locator("#handling_unit").count():
            break
        page = opened.go(f"/needs/{need}")
    page.select_option("#handling_unit", UNIT)
    lead(page)
    page.locator("#text").first.fill("请一周内答复。")
    opened.context.clear_cookies(name="__Host-yinuo")
    page.click("button:has-text('交办')")
    page.click("main a:has-text('重新登录')")
    page.select_option("#role", "office")
    page.fill("#sub", f"office-{UNIT}")
    page.click("form button")
    page.locator("button:has-text('再次提交')").wait_for()
    assert "请一周内答复。" in page.inner_text("main")
    page.click("button:has-text('再次提交')")
    opened.says("已交办")
    assert opened.faults == []


def test_what_a_member_typed_on_a_page_for_everybody_is_not_lost_either(browser: Browser, cast: Cast) -> None:
    project = cast.propose(cast.submit("说了一半的承诺")["id"])
    cast.approve(project)
    cast.of("member").do("projects", f"projects/{project}/claim")
    opened = window(browser, cast, "member", scripts=False)
    opened.allowed |= {401, 404}
    for _ in range(50):
        page = opened.go(f"/projects/{project}")
        if page.locator("#promise").count():
            break
        page.wait_for_timeout(200)
    page.fill("#promise", "月底前办好。")
    page.fill("#complete_by", "2999-12-20")
    opened.context.clear_cookies(name="__Host-yinuo")
    page.click("button:has-text('公开承诺')")
    page.click("main a:has-text('重新登录')")
    opened.as_before()
    assert "月底前办好。" in page.inner_text("main")
    page.click("button:has-text('再次提交')")
    opened.says("承诺已公开")
    assert opened.faults == []


def test_the_page_of_one_s_own_in_the_docs_counts_as_needs_come_in(browser: Browser, cast: Cast) -> None:
    (snippet,) = re.findall(r"```html\n(.*?)```", (ROOT / "docs" / "streams.md").read_text(encoding="utf-8"), re.DOTALL)
    opened = window(browser, cast)
    page = snippet.replace("https://portal.example", opened.portal).encode()

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>.</title>" + page if self.path == "/" else b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        opened.known.add(f"127.0.0.1:{server.server_address[1]}")
        opened.page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
        shown = opened.page.locator("#needs")
        opened.page.wait_for_function("document.getElementById('needs').textContent !== '…'")
        before = int(shown.inner_text())
        for title in ("别的网站也看得见", "又来一件"):
            cast.submit(title)
        opened.page.wait_for_function("now => Number(document.getElementById('needs').textContent) >= now", arg=before + 2)
        opened.page.goto("about:blank")
        server.shutdown()
    assert opened.faults == []
