"""Photos in a real browser: chosen first, carried through the steps, attached with the receipt, seen, taken back, removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import Window, chromium
from tests.support.cast import Cast
from tests.support.client import SHAOYANG, Platform
from tests.support.pictures import picture, with_place

UNIT = "photo-unit"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def cast(platform: Platform) -> Cast:
    return Cast(platform, SHAOYANG, UNIT).registered()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "灯.jpg", tmp_path / "路.png", tmp_path / "字.txt"]
    for path, content in zip(made, (with_place("JPEG"), picture("PNG", "blue", (3_000, 1_000)), b"no picture"), strict=True):
        path.write_bytes(content)
    return made


def window(browser: Browser, cast: Cast, role: str | None = None, *, scripts: bool) -> Window:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN", java_script_enabled=scripts)
    opened = Window(cast.platform, cast.county, context)
    if role is not None:
        opened.sign_in(role, f"{role}-{UNIT}", UNIT if role == "unit" else None)
    return opened


def seen(page: Page, count: int) -> None:
    """Hold that so many photos are there, each loaded and none larger than it may be."""
    pictures = page.locator(".previews img")
    pictures.first.scroll_into_view_if_needed()
    assert pictures.count() == count
    for number in range(count):
        pictures.nth(number).scroll_into_view_if_needed()
        page.wait_for_function("number => document.querySelectorAll('.previews img')[number].naturalWidth > 0", arg=number)
    assert max(page.eval_on_selector_all(".previews img", "all => all.map(one => Math.max(one.naturalWidth, one.naturalHeight))")) <= 2560


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_photo_is_chosen_first_and_goes_with_the_need(browser: Browser, cast: Cast, files: list[Path], scripts: bool) -> None:  # noqa: FBT001
    citizen = window(browser, cast, scripts=scripts)
    citizen.allowed.add(422)
    page = citizen.go("/new")
    page.set_input_files("#photo", files[:2])
    page.fill("#title", f"带照片的路灯{scripts}")
    page.click("text=下一步")
    assert "请写明具体情况" in page.inner_text(".error-summary")
    assert page.locator(".previews img").count() == 2
    page.check("#drop-2")
    page.fill("#detail", "拍到了。")
    citizen.shot(f"new-photo-{scripts}")
    page.click("text=下一步")
    page.select_option("#town", f"{SHAOYANG}100")
    page.locator("form.form .btn-primary").click()
    page.locator("form.form .btn-primary").click()
    cast.platform.level()
    page.click("text=查看办理情况")
    if scripts:
        seen(page, 1)
    page.set_input_files("#photo", files[1])
    page.click("button:has-text('上传')")
    citizen.says("照片已收到")
    if scripts:
        seen(page, 2)
    citizen.shot(f"track-photos-{scripts}")
    page.set_input_files("#photo", files[2])
    page.click("button:has-text('上传')")
    citizen.says("只接受 JPEG、PNG、WebP 图片")
    page.locator("button:has-text('撤下')").first.click()
    citizen.says("照片已撤下")
    assert page.locator(".previews img").count() == 1
    assert citizen.faults == []


def test_those_who_handle_the_need_see_its_photos_and_the_office_removes_one(browser: Browser, cast: Cast, files: list[Path]) -> None:
    citizen = window(browser, cast, scripts=True)
    page = citizen.go("/new")
    page.set_input_files("#photo", files[0])
    page.locator(".previews img").wait_for()
    page.fill("#title", "给办公室看的照片")
    page.fill("#detail", "拍到了。")
    page.click("text=下一步")
    page.select_option("#town", f"{SHAOYANG}100")
    page.locator("form.form .btn-primary").click()
    page.locator("form.form .btn-primary").click()
    page.locator("text=查看办理情况").wait_for()
    office = window(browser, cast, "office", scripts=True)
    page = office.go("/triage")
    page.locator("table a:has-text('给办公室看的照片')").last.click()
    seen(page, 1)
    office.shot("need-photos")
    where, shown = page.url, page.locator(".previews img").get_attribute("src")
    stranger = window(browser, cast, scripts=True)
    assert stranger.page.request.get(f"{stranger.portal}{shown}", max_redirects=0).status == 303
    unit = window(browser, cast, "unit", scripts=True)
    unit.page.goto(where)
    assert unit.page.locator(".previews img").count() == 0
    page.click("summary:has-text('撤下一张照片')")
    page.fill("#u-text", "拍到了他人身份证。")
    page.click("button:has-text('撤下照片')")
    office.says("照片已撤下")
    assert page.locator(".previews img").count() == 0
    assert (citizen.faults, office.faults) == ([], [])
