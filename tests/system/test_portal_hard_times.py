"""Readers that do not read, no broker, a service gone: the portal stays what it is, says what is missing, and catches up."""

import contextlib
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from deploy.embedded.preflight import SERVICES
from deploy.embedded.stack import Stack
from tests.support.cast import Cast
from tests.support.client import FENG, SHAOYANG, TOWN, Person, Platform
from tests.support.hard_portal import Hard, asking, code_on
from tests.support.receivers import until
from tests.support.slow_readers import slow_readers
from tests.support.stack import data_folder, free_port_base
from tests.support.streams import Reading

READERS, EVENTS, SAMPLE = 2_000, 1_000, 8
READER_BYTES = 128 << 10
"""What a reader that does not read may cost: a piece of the stream, what the connection holds, and what a request takes anyway."""
UNREAD_SECONDS = 6
HANGING = 60
"""Pages asked for at once, each of which asks several things of a service that hangs."""


@pytest.fixture(scope="module")
def hard() -> Iterator[Hard]:
    settings = {"YINUO_HTTP_UNREAD_SECONDS": str(UNREAD_SECONDS)}
    counties = (SHAOYANG, FENG)
    with (
        data_folder() as folder,
        Stack(folder, free_port_base(), "simulated", services=SERVICES, counties=counties, portal=True, portal_settings=settings) as stack,
        httpx.Client(timeout=30, trust_env=False) as http,
    ):
        platform = Platform(stack, http)
        cast = Cast(platform, SHAOYANG, "hard").registered()
        platform.still()
        yield Hard(platform, cast)


def said(clerk: Person, many: int) -> int:
    """Say many things at once; return the last position."""
    need = {"kind": "need", "channel": "counter", "detail": "河边的路。" * 40, "town": TOWN, "petitioner": None}
    items = [{"body": {**need, "title": f"第{number}盏路灯坏了"}} for number in range(many)]
    answers = [each for start in range(0, many, 100) for each in clerk.batch("intake", "needs", items[start : start + 100])]
    return max(int(each["position"]) for each in answers)


def heard(reading: Reading, position: int) -> None:
    """Wait for a position of intake's lane; what it causes may come behind it."""
    reading.until(lambda: any(each.place == ("intake", position) for each in reversed(reading.events)), 120)


def test_readers_that_do_not_read_cost_little_keep_nobody_waiting_and_get_everything_later(hard: Hard) -> None:
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    assert most > READERS + 500, "this test needs as many open files"
    portal = psutil.Process(hard.platform.stack.info.pids["portal"])
    auditor, clerk = hard.platform.person("auditor", sub="slow"), hard.cast.of("clerk")
    address, stream = f"{hard.portal}/v1/{SHAOYANG}/stream", f"{hard.portal}/v1/{SHAOYANG}/stream?cursor="
    first = said(clerk, EVENTS)
    with Reading(stream, auditor.bearer) as reading:
        heard(reading, first)
    before = portal.memory_info().rss
    with slow_readers(stream, auditor.bearer, READERS) as slow, Reading(address, auditor.bearer) as prompt:
        prompt.until(lambda: bool(prompt.told))
        last = said(clerk, EVENTS)
        heard(prompt, last)
        positions = [each.place[1] for each in prompt.events if each.place[0] == "intake"]
        assert positions == list(range(positions[0], last + 1))
        cost = portal.memory_info().rss - before
        assert cost < READERS * READER_BYTES, f"{cost >> 20} MiB"
        until(lambda: portal.num_fds() < READERS // 2, 120)
        for each in slow[:: READERS // SAMPLE]:
            came = each.last_id()
            with Reading(stream if came is None else address, auditor.bearer, came) as again:
                heard(again, last)
            positions = [told.place[1] for told in again.events if told.place[0] == "intake"]
            assert positions == list(range(positions[0], last + 1))
            assert came is not None or positions[0] == 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


@contextmanager
def kept_down(platform: Platform, name: str) -> Iterator[None]:
    """Kill a program of this stack, and again whenever it is started anew."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.02):
            pid = platform.stack.info.pids.get(name)
            with contextlib.suppress(psutil.NoSuchProcess):
                if pid is not None:
                    psutil.Process(pid).kill()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        until(lambda: platform.stack.info.pids.get(name) is None, 20)
        yield
    finally:
        over.set()
        thread.join()


def ready(hard: Hard, address: str) -> bool:
    try:
        return hard.platform.http.get(f"{address}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def test_without_a_broker_pages_say_how_old_they_are_and_people_go_on(hard: Hard) -> None:
    visitor, office = hard.visitor(), hard.at_desk("office")
    wall, triage = hard.path("/wall"), hard.path("/triage")
    until(lambda: "（更新迟缓）" not in visitor.get(wall).text)
    with kept_down(hard.platform, "kafka"):
        page = hard.say(visitor, "断网时说的话", "三盏都不亮。")
        assert (page.status, "您的诉求已经记录" in page.text) == (202, True)
        later = page.link("取回执")
        assert visitor.get(later).status == 202
        page = until(lambda: found if "（更新迟缓）" in (found := visitor.get(wall)).text else None, 60)
        assert page.status == 200
        assert "数据截至" in page.text
        page = office.get(triage)
        assert page.status == 200
        assert "（更新迟缓）" in page.text
    until(lambda: ready(hard, hard.portal), 60)
    receipt = until(lambda: found if (found := hard.visitor().get(later)).status == 201 else None, 60)
    code = code_on(receipt)
    assert "已收到" in visitor.get(hard.path("/track"), code=code).text
    need = hard.platform.http.get(f"{hard.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{code}").json()["id"]
    assert visitor.get(later[:-2] + ("00" if later[-2:] != "00" else "11")).status == 404
    until(lambda: "断网时说的话" in office.get(hard.path(f"/needs/{need}")).text, 60)
    until(lambda: "（更新迟缓）" not in visitor.get(wall).text, 60)


def test_without_intake_forms_keep_what_was_typed_and_the_rest_goes_on(hard: Hard) -> None:
    visitor, office = hard.visitor(), hard.at_desk("office")
    need = hard.cast.submit("认领前的路灯")
    here = hard.path(f"/needs/{need['id']}")
    accept = until(lambda: next((form for form in office.get(here).read.forms if form.text.strip() == "受理"), None), 60)
    accept.fields["act"] = "accept"
    with kept_down(hard.platform, "intake"):
        page = hard.say(visitor, "服务停了也要说", "三盏都不亮。")
        while page.status == 200 and asking(page).fields["step"] != "who":
            page = visitor.send(asking(page), {"town": TOWN})
        page = visitor.send(asking(page))
        assert page.status == 503
        assert "办理这件事的服务暂时没有回应。您填写的内容还在，请过一会儿再点一次。" in page.text
        form = asking(page)
        assert (form.fields["title"], form.fields["detail"]) == ("服务停了也要说", "三盏都不亮。")
        page = office.send(accept)
        assert "办理这件事的服务暂时没有回应" in page.text
        assert page.status == 503
        page = visitor.get(hard.path("/track"), code="0" * 25)
        assert (page.status, "查询服务暂时没有回应" in page.text) == (503, True)
        for path in ("/", "/wall", "/new", "/help"):
            assert visitor.get(hard.path(path)).status == 200, path
        for path in ("/triage", "/review", "/supervision", "/figures", "/screen"):
            assert office.get(hard.path(path)).status == 200, path
    until(lambda: ready(hard, hard.platform.urls["intake"]), 60)
    done = visitor.send(form)
    assert done.status == 201, done.text
    assert code_on(visitor.send(form)) == code_on(done), "sent again, it is the same"


def test_a_service_that_hangs_takes_up_no_other_s_connections(hard: Hard) -> None:
    visitor, office = hard.visitor(), hard.at_desk("office")
    supervision = psutil.Process(hard.platform.stack.info.pids["supervision"])
    supervision.suspend()
    try:
        with ThreadPoolExecutor(HANGING) as pool:
            waiting = [pool.submit(office.file, hard.path("/supervision")) for _ in range(HANGING)]
            until(lambda: connections(hard, "supervision") > HANGING // 2)
            page = visitor.get(hard.path("/track"), code="0" * 25)
            assert (page.status, "没有找到这个查询码" in page.text) == (404, True)
            assert sum(each.done() for each in waiting) < HANGING // 2, "it came while they still hung"
            supervision.resume()
            assert {each.result().status_code for each in waiting} == {200}
    finally:
        supervision.resume()


def connections(hard: Hard, service: str) -> int:
    """Return how many connections the portal has to a service."""
    port = urlsplit(hard.platform.urls[service]).port
    portal = psutil.Process(hard.platform.stack.info.pids["portal"])
    return sum(each.raddr.port == port for each in portal.net_connections("tcp") if each.raddr)


def test_without_supervision_its_part_of_a_page_says_so(hard: Hard) -> None:
    office = hard.at_desk("office")
    form = office.get(hard.path("/supervision/notices/new"), kind="rectification-letter").form(act="issue")
    with kept_down(hard.platform, "supervision"):
        page = office.get(hard.path("/supervision"))
        assert page.status == 200
        assert "这部分暂时取不到：办理服务没有回应。其他内容可以照常使用，请过一会儿刷新本页。" in page.text
        page = office.send(form, {f"to-{hard.cast.unit}": "1"}, title="停机时写的函", body="请整改。")
        assert page.status == 503
        assert "您填写的内容还在" in page.text
        again = page.form(act="issue")
        assert again.fields["body"].strip() == "请整改。"
        assert again.fields["idempotency_key"] == form.fields["idempotency_key"]
        assert office.get(hard.path("/triage")).status == 200
    until(lambda: ready(hard, hard.platform.urls["supervision"]), 60)
    sent = office.send(again)
    assert sent.status == 200, sent.text
