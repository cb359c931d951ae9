"""The portal in a real browser: the main flow without scripts, every page by axe, at every width and size."""

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import Window, chromium
from tests.support.cast import PRINCIPLES, Cast
from tests.support.client import SHAOYANG, Platform

UNIT = "browser-unit"
PAGES = [
    ("home", "/", None),
    ("new", "/new", None),
    ("track", "/track", None),
    ("wall", "/wall", None),
    ("hall", "/hall", "member"),
    ("mine", "/mine", "member"),
    ("triage", "/triage", "office"),
    ("review", "/review", "unit"),
]
WIDTHS = (360, 768, 1366)


@pytest.fixture(scope="module")
def platform(with_portal: Platform) -> Platform:
    return with_portal


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def cast(platform: Platform) -> Cast:
    return Cast(platform, SHAOYANG, UNIT).registered()


def window(browser: Browser, cast: Cast, role: str | None = None, *, scripts: bool = True, width: int = 1366) -> Window:
    """Open a browser of its own for somebody."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", java_script_enabled=scripts)
    opened = Window(cast.platform, cast.county, context)
    if role is not None:
        unit = UNIT if role in {"member", "branch", "unit"} else None
        opened.sign_in(role, f"{role}-{UNIT}", unit, cast.branch if role in {"member", "branch"} else None)
    return opened


def say(citizen: Window) -> str:
    """Say that something is needed, in three steps; return where it is followed."""
    page = citizen.go("/new")
    page.fill("#title", "浏览器里的路灯坏了")
    page.fill("#detail", "两个月了，老人夜里不敢出门。𠮷")
    page.click("text=下一步")
    page.select_option("#town", f"{SHAOYANG}100")
    page.locator("form.form .btn-primary").click()
    assert "姓名和电话可以不留" in page.inner_text("main"), "the privacy notice stands before the fields"
    page.fill("#name", "陈秀英")
    page.fill("#phone", "138 0013 8000")
    citizen.shot("new-who")
    page.locator("form.form .btn-primary").click()
    assert re.search(r"\d{4}-\d{6}-\d", page.inner_text("main"))
    citizen.shot("receipt")
    page.click("text=查看办理情况")
    return page.url


def hand_on(office: Window) -> str:
    """Accept the need and hand it to the unit; return its page."""
    page = office.go("/triage")
    page.locator("table a:has-text('浏览器里的路灯坏了')").last.click()
    need = page.url
    page.click("button:has-text('受理')")
    page.select_option("#handling_unit", UNIT)
    lead(page)
    page.click("button:has-text('交办')")
    assert "已交办" in office.message()
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
    assert "已提交审核" in branch.message()
    return branch.page.url.partition("?")[0].rpartition("/")[2]


def review(unit: Window, project: str) -> None:
    """Find the three principles met, each with its reason."""
    page = unit.go(f"/review/{project}")
    for principle in PRINCIPLES:
        page.check(f"input[name=met-{principle}][value=yes]", force=True)
        page.fill(f"#reason-{principle}", "属实。")
    unit.shot("judge")
    page.click("button:has-text('提交审核意见')")
    assert "审核意见已记录" in unit.message()


def claim_and_do(member: Window, project: str) -> None:
    """Claim, promise, report and declare done."""
    page = member.go("/hall")
    page.locator(f"form:has(input[value='{project}']) button").click()
    assert "认领成功" in member.message()
    page.fill("#promise", "十二月底前换好三盏路灯。")
    page.fill("#complete_by", "2999-12-20")
    page.click("button:has-text('公开承诺')")
    page.fill("#percent", "100")
    page.fill("#text", "都换好了。")
    page.click("button:has-text('提交进展')")
    assert "进展已记录" in member.message()
    page.fill("#summary", "三盏路灯全部修好。")
    page.click("button:has-text('申报完成')")
    assert "等待验收" in member.message()
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
    assert "谢谢您的评价" in citizen.message()
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
    assert "先您一步" in slow.message()
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


@pytest.mark.parametrize("role", [None, "member", "office", "unit"])
def test_axe_finds_nothing_on_any_page_at_any_width_and_size(browser: Browser, cast: Cast, role: str | None) -> None:
    found: list[str] = []
    opened = window(browser, cast, role)
    mine = [(name, path) for name, path, whose in PAGES if whose == role]
    for (name, path), width, elder in itertools.product(mine, WIDTHS, (False, True)):
        opened.context.add_cookies([{"name": "yinuo-elder", "value": str(int(elder)), "url": opened.portal}])
        opened.page.set_viewport_size({"width": width, "height": 800})
        page = opened.go(path)
        opened.shot(f"{name}-{width}{'-elder' if elder else ''}")
        found += [f"{name} at {width}{' elder' if elder else ''}: {each}" for each in opened.violations()]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{name} at {width}{' elder' if elder else ''} is {wide} px too wide")
    assert found == []
    assert opened.faults == []


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
    assert "请一周内答复。" in page.inner_text("main")
    page.click("button:has-text('再次提交')")
    assert "已交办" in opened.message()
    assert opened.faults == []
