"""What people type and how often: rare, long and treacherous texts, the same form twice, sessions that end, too much from one address."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree as ET

import feedparser
import pytest
from icalendar import Calendar

from services.portal.login.sessions import COOKIE
from tests.support.browsing import Browser, Form, Shown
from tests.support.client import SHAOYANG, TOWN
from tests.support.hard_portal import AT_ONCE, Hard, asking, code_on, hard_portal, twice

TURNED = "\u202e"
STRANGE = {
    "rare": "𠮷𡈽𪚥家门口的路灯",
    "combining": "e\u0301cole 的 a\u0308\u0323 路",
    "emoji": "👨‍👩‍👧‍👦 家的灯 💡🏽",
    "right to left": "شارعنا مظلم 路灯 123",
    "turned around": f"路灯{TURNED}gnp.exe 坏了",
    "turned twice": f"{TURNED}\u2067一\u202d二\u2069三",
    "zero width": "路\u200b灯\u200d坏\ufeff了",
    "markup": "<script>alert(1)</script>&amp;\"'=1+1",
}
TITLE_OF = {which: re.sub("[\x00-\x08\x0b-\x1f]", "", text) for which, text in STRANGE.items()}
LONG = "第一行，路灯坏了。\n" * 1_000
"""10,000 characters."""


@pytest.fixture(scope="module")
def hard() -> Iterator[Hard]:
    with hard_portal() as found:
        yield found


def holds_together(page: Shown) -> None:
    """Assert that no text of a page turns around what stands beside it."""
    assert "\ufffd" not in page.html
    for line in re.split(r"<[^>]*>", unescape(page.html)):
        if TURNED in line:
            assert re.search(f"\u2068[^\u2068]*{TURNED}.*\u2069", line), ascii(line)


@pytest.mark.parametrize("which", STRANGE)
def test_strange_texts_are_taken_in_and_shown_without_turning_the_page_around(hard: Hard, which: str) -> None:
    text = STRANGE[which]
    page = hard.say(hard.visitor(), text, f"{text}\n\n{text}", text[:20])
    assert page.status == 201, page.text
    found = hard.platform.http.get(f"{hard.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{code_on(page)}").json()
    need = hard.cast.of("office").see("intake", f"needs/{found['id']}")
    assert need["title"].replace("\u202c", "") == text  # what a text turns around, it ends by itself
    office = hard.at_desk("office")
    one = office.get(hard.path(f"/needs/{found['id']}"))
    assert one.status == 200
    assert text in one.html.replace("\u2068", "").replace("\u2069", "") or which in {"markup", "turned twice"}
    holds_together(one)
    holds_together(office.get(hard.path("/triage")))


def test_what_nobody_sees_is_left_out_and_nothing_is_not_taken_for_something(hard: Hard) -> None:
    visitor = hard.visitor()
    page = hard.say(visitor, "路\x07灯\u2028坏了\x1b", "三盏\x0b都\x00不亮")
    assert page.status == 201
    found = hard.platform.http.get(f"{hard.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{code_on(page)}").json()
    need = hard.cast.of("office").see("intake", f"needs/{found['id']}")
    assert (need["title"], need["detail"]) == ("路灯 坏了", "三盏 都不亮")
    page = hard.say(visitor, "\u200b\u200d\ufeff", "三盏都不亮")
    assert page.status == 422
    assert "请用一句话写明是什么事。" in page.text


@pytest.mark.parametrize(
    ("title", "detail", "name", "says"),
    [
        ("路" * 10_000, "坏了", "", "标题请在 100 字以内，细节写在下面。"),
        ("路灯", LONG, "", "请在 2000 字以内写完，现在有 9999 字。"),
        ("路灯", "坏了", "王" * 10_000, "姓名请在 50 字以内。"),
    ],
)
def test_ten_thousand_characters_are_refused_in_a_sentence_and_kept(hard: Hard, title: str, detail: str, name: str, says: str) -> None:
    page = hard.say(hard.visitor(), title, detail, name)
    assert page.status == 422
    assert says in page.text
    kept = asking(page).fields
    assert (kept["title"], kept["detail"].strip(), kept.get("name", name)) == (title, detail.strip(), name)


@pytest.mark.parametrize("which", STRANGE)
def test_open_interfaces_tell_a_strange_title_as_it_is(hard: Hard, which: str) -> None:
    title, cast = STRANGE[which], hard.cast
    body = {"title": title, "level": "member", "unit": cast.unit, "branch": cast.branch, "need_ids": [], "planned_completion": "2999-12-31"}
    project = cast.of("unit", "proposer").do("projects", "projects", body)["id"]
    cast.approve(project)
    member = cast.of("member")
    member.do("projects", f"projects/{project}/claim")
    promised = {"promise": f"{title}，年底前修好。", "complete_by": "2999-12-31", "venue": "website"}
    member.do("projects", f"projects/{project}/pledge", promised)
    hard.platform.still()
    page = hard.visitor().get(hard.path(f"/projects/{project}"))
    assert page.status == 200
    holds_together(page)
    row = next(row for row in projects_told(hard) if row["project_id"] == project)
    assert row["title"] == title
    for path in (f"project/{project}", f"town/{TOWN}"):
        for form in ("xml", "atom"):
            told = hard.platform.http.get(f"{hard.portal}/c/{SHAOYANG}/feeds/{path}.{form}")
            assert feedparser.parse(told.content).bozo is False
            assert TITLE_OF[which] in "".join(ET.fromstring(told.content).itertext()) or path.startswith("town/")  # noqa: S314 - our own
    calendar = hard.at_desk("unit").file(hard.path(f"/calendar/{cast.unit}.ics"))
    summaries = [str(event["SUMMARY"]) for event in Calendar.from_ical(calendar.content).walk("VEVENT")]
    assert any(title in summary for summary in summaries)
    found = hard.platform.http.get(f"{hard.portal}/open311/v2/requests.xml?jurisdiction_id={SHAOYANG}")
    assert ET.fromstring(found.content).tag == "service_requests"  # noqa: S314 - our own


def projects_told(hard: Hard) -> list[dict[str, str]]:
    """Return the rows of all months of the projects' table."""
    index = hard.platform.http.get(f"{hard.portal}/open/{SHAOYANG}/index.json").json()
    (projects,) = (each for each in index["datasets"] if each["name"] == "projects")
    rows: list[dict[str, str]] = []
    for month in projects["months"]:
        answer = hard.platform.http.get(month["csv"])
        rows += csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline=""))
    return rows


def test_what_services_refuse_in_a_field_is_said_in_a_sentence_and_kept(hard: Hard) -> None:
    office = hard.at_desk("office")
    form = office.get(hard.path("/supervision/notices/new"), kind="rectification-letter").form(act="issue")
    page = office.send(form, {f"to-{hard.cast.unit}": "1"}, title="整改函", body=LONG)
    assert page.status == 422
    assert "这一项最多 5000 字，请缩短。" in page.text
    assert page.form(act="issue").fields["body"].strip() == LONG.strip()


def test_a_session_that_ends_while_somebody_writes_costs_them_nothing(hard: Hard) -> None:
    office = hard.at_desk("office")
    written = "一、" + LONG[:4_990]
    form = office.get(hard.path("/supervision/notices/new"), kind="rectification-letter").form(act="issue")
    for text, status in ((LONG, 422), (written, 200)):
        office.forget(COOKIE)
        page = office.send(form, {f"to-{hard.cast.unit}": "1"}, title="写到一半的函", body=text)
        assert page.status == 401
        page = office.come_back(page.link("重新登录"), role="office", sub=f"office-{hard.cast.unit}", county=SHAOYANG)
        assert page.status == 200
        form = next(form for form in page.read.forms if form.fields.get("title") == "写到一半的函")
        assert lines(form.fields["body"]) == lines(text)
        page = office.send(form)
        assert page.status == status, page.text
        if status == 422:
            form = page.form(act="issue")
            assert lines(form.fields["body"]) == lines(text)
    titles = [row["title"] for row in hard.cast.of("office").see("supervision", "notices")["items"]]
    assert titles.count("写到一半的函") == 1


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def test_every_form_sent_twice_at_once_is_one_fact(hard: Hard) -> None:
    visitor, office, member = hard.visitor(), hard.at_desk("office"), hard.at_desk("member")
    page = visitor.get(hard.path("/new"))
    for typed in ({"title": "只说一次", "detail": "井盖没了。"}, {"town": TOWN}):
        page = visitor.send(asking(page), typed)
    codes = {code_on(each) for each in both(hard, visitor, asking(page))}
    assert len(codes) == 1
    (code,) = codes
    need = hard.platform.http.get(f"{hard.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{code}").json()["id"]
    clerk = hard.cast.of("office")

    def happened(service: str, path: str) -> list[str]:
        return [event["type"] for event in clerk.history(service, path)]

    here = hard.path(f"/needs/{need}")
    page = office.get(here)
    both(hard, office, next(form for form in page.read.forms if form.text.strip() == "受理"), {"act": "accept"}, needed=False)
    route = office.get(here).form(act="route")
    both(hard, office, route, {"handling_unit": hard.cast.unit, "responsible_leader": "leader-1"})
    assert happened("intake", f"needs/{need}") == ["NeedSubmitted", "NeedAccepted", "NeedRouted"]
    project = hard.cast.propose(need)
    hard.cast.approve(project)
    hard.platform.level()
    page = member.get(hard.path("/hall"))
    both(hard, member, next(form for form in page.read.forms if form.fields.get("id") == project))
    here = hard.path(f"/projects/{project}")
    page = member.get(here)
    both(hard, member, page.form(act="pledge"), {"promise": "月底前盖好。", "complete_by": "2999-12-31"}, needed=False)
    both(hard, member, member.get(here).form(act="progress"), {"percent": "50", "text": "买好了。"}, needed=False)
    page = member.get(here)
    both(hard, member, page.form(act="complete"), {"summary": "盖好了。"})
    done = ["ProjectClaimed", "PledgePublished", "ProgressReported", "CompletionDeclared"]
    assert happened("projects", f"projects/{project}")[-4:] == done
    form = office.get(hard.path("/supervision/notices/new"), kind="rectification-letter").form(act="issue")
    both(hard, office, form, {f"to-{hard.cast.unit}": "1", "title": "只发一次", "body": "请整改。"})
    titles = [row["title"] for row in clerk.see("supervision", "notices")["items"]]
    assert titles.count("只发一次") == 1


def test_a_voice_and_a_rating_sent_twice_at_once_count_once(hard: Hard) -> None:
    clerk, first, second = hard.cast.of("office"), hard.visitor(), hard.visitor()
    code = code_on(hard.say(first, "桥栏杆松了要修", "桥栏杆松了，孩子上学危险。"))
    need = hard.platform.http.get(f"{hard.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{code}").json()["id"]
    page = second.get(hard.path("/new"))
    page = second.send(asking(page), {"title": "桥栏杆松了要修", "detail": "桥栏杆松了，孩子上学危险。"})
    join = next(form for form in page.read.forms if form.action == hard.path(f"/needs/{need}/join"))
    assert len({code_on(each) for each in both(hard, second, join)}) == 1
    clerk.do("intake", f"needs/{need}/route", {"handling_unit": hard.cast.unit, "responsible_leader": "leader-1"})
    clerk.do("intake", f"needs/{need}/answer", {"outcome": "explained", "text": "已经派人。"})
    hard.platform.still()
    rate = first.get(hard.path("/track"), code=code).form(act="rate")
    both(hard, first, rate, {"rating": "5", "text": "谢谢。"})
    assert [event["type"] for event in clerk.history("intake", f"needs/{need}")].count("NeedJoined") == 1
    assert [event["type"] for event in clerk.history("intake", f"needs/{need}")].count("NeedRated") == 1


def both(hard: Hard, browser: Browser, form: Form, typed: dict[str, str] | None = None, *, needed: bool = True) -> tuple[Shown, Shown]:
    """Send the same form twice at once; both are told the same, and then everybody knows."""
    if not needed:
        form.names |= set(typed or {})
    first, second = twice(lambda: browser.send(form, typed))
    assert (first.status, first.status < 400) == (second.status, True), (first.text, second.text)
    hard.platform.level()
    return first, second


def test_too_much_from_one_address_is_told_to_wait_and_keeps_what_was_typed(hard: Hard) -> None:
    visitor = hard.visitor("203.0.113.77")
    for _ in range(AT_ONCE):
        page = visitor.get(hard.path("/track"), code="0" * 25)
        answer = visitor.answer(Form(hard.path("/track"), "post", rating(page)))
        assert answer.status_code == 404
    page = visitor.get(hard.path("/new"))
    for typed in ({"title": "还想说", "detail": LONG[:900]}, {"town": TOWN}):
        page = visitor.send(asking(page), typed)
    answer = visitor.answer(asking(page))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    page = visitor.send(asking(page))
    assert re.search(r"从您所在的网络刚才提交得太多，请过 \d+ 秒再提交。", page.text)
    again = next(form for form in page.read.forms if form.fields.get("title") == "还想说")
    assert lines(again.fields["detail"]) == lines(LONG[:900])
    forged = {"X-Forwarded-For": "192.0.2.1, 203.0.113.77"}
    for form in ("json", "xml"):
        asked = {"jurisdiction_id": SHAOYANG, "service_code": "need", "description": "井盖没了", "address_id": TOWN}
        refused = hard.platform.http.post(f"{hard.portal}/open311/v2/requests.{form}", data=asked, headers=forged)
        assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
        assert "请过" in refused.text
    assert hard.at_desk("office").get(hard.path("/triage")).status == 200
    visitor.headers["X-Forwarded-For"] = "203.0.113.78"
    done = visitor.send(again)
    assert done.status == 201, done.text


def rating(page: Shown) -> dict[str, str]:
    csrf = page.read.forms[0].fields["csrf"]
    return {"csrf": csrf, "code": "0" * 25, "need_id": "01a2226b-e0c9-7c72-a668-8962ceb5c671", "act": "rate", "rating": "5"}


@pytest.mark.parametrize("path", ["/c/430523/new", "/csp", "/preferences", "/logout"])
@pytest.mark.parametrize("told", ["length", "chunks"])
def test_what_is_too_long_is_refused_before_it_is_kept(hard: Hard, path: str, told: str) -> None:
    piece = b"title=" + b"x" * (1 << 20)
    content = piece if told == "length" else iter([piece[: 1 << 19], piece[1 << 19 :]])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = hard.platform.http.post(f"{hard.portal}{path}", content=content, headers=headers)
    assert answer.status_code == 413, answer.text
