"""What is told, when it is tried again, when nobody is woken; what leaves through real sockets, and what its answers mean."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.portal.interfaces.notifying.dispatching import MOST_ATTEMPTS, is_quiet, wait_before
from services.portal.interfaces.notifying.messages import NEED_NEWS, TYPES, UNIT_NEWS, Message, Place, of_deadline, of_need, of_unit
from services.portal.interfaces.notifying.ports import Delivery, Later, Mail, Never, Webhook, signature
from services.portal.lanes import SOURCES
from shared.kernel.workdays.instants import SHANGHAI
from tests.support.receivers import Mails, Posts, gateway, mail_server

PLACE = Place("邵阳县", "https://x.cn/c/430523")
DELIVERY = Delivery(
    key="e.s",
    county="430523",
    channel="email",
    address="li@example.org",
    title="邵阳县：您的诉求已交办",
    body="办了",
    manage="https://x.cn/c/430523/subscriptions/t",
    end="https://x.cn/c/430523/subscriptions/t/end",
    at=datetime(2027, 3, 1, 4, tzinfo=UTC),
)
PRIVATE = {
    "text": "私密答复",
    "reason": "私密原因",
    "petitioner": {"name": {"ciphertext": "x"}},
    "answered_by": "li-1",
    "responsible_leader": "leader-1",
}


def same(text: str) -> str:
    return text


@pytest.fixture(scope="module")
def mails() -> Iterator[Mails]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def posts() -> Iterator[Posts]:
    with gateway() as server:
        yield server


def mail(port: int) -> Mail:
    return Mail("127.0.0.1", port, "yinuo@example.org", "none")


def test_every_event_that_is_told_is_one_that_some_service_publishes() -> None:
    assert set(TYPES) <= {name for source in SOURCES for name in source.events}


@pytest.mark.parametrize("kind", sorted({*NEED_NEWS, *UNIT_NEWS}))
def test_a_message_says_what_happened_and_nothing_that_was_written_or_by_whom(kind: str) -> None:
    data = {**PRIVATE, "complete_by": "2027-03-04", "reply_by": "2027-03-08"}
    messages: list[Message] = []
    if kind in NEED_NEWS:
        messages.append(of_need(same, PLACE, "2027-000001-5", kind, data))
        assert "2027-000001-5" in messages[0].body
    if kind in UNIT_NEWS:
        messages.append(of_unit(same, PLACE, "修路", kind, data))
        assert "修路" in messages[-1].title
    for message in messages:
        assert not [word for word in ("私密", "li-1", "leader-1", "ciphertext") if word in message.title + message.body]


@pytest.mark.parametrize(("left", "said"), [(3, "还有 3 天到期"), (0, "今天到期"), (-1, "已逾期")])
def test_a_reminder_says_how_long_there_is(left: int, said: str) -> None:
    assert said in of_deadline(same, PLACE, "修路", date(2027, 3, 4), left, reply=False).title


@for_all(st.integers(1, 100), st.floats(0.1, 3_600))
def test_waits_double_up_to_six_hours(attempts: int, first: float) -> None:
    assert first <= wait_before(attempts, first) <= max(first, 6 * 3_600)
    assert wait_before(attempts + 1, first) in {min(2 * wait_before(attempts, first), 6 * 3_600), 6 * 3_600}
    assert MOST_ATTEMPTS > 1


@pytest.mark.parametrize(
    ("at", "quiet", "expected"),
    [
        ("20:59", "21:00-08:00", False),
        ("21:00", "21:00-08:00", True),
        ("03:00", "21:00-08:00", True),
        ("08:00", "21:00-08:00", False),
        ("12:30", "12:00-13:00", True),
        ("13:00", "12:00-13:00", False),
        ("03:00", "00:00-00:00", False),
        ("03:00", None, False),
    ],
)
def test_quiet_hours_are_shanghai_s_and_may_cross_midnight(at: str, quiet: str | None, expected: bool) -> None:  # noqa: FBT001 - a case
    hours, minutes = at.split(":")
    assert is_quiet(datetime(2027, 3, 1, int(hours), int(minutes), tzinfo=SHANGHAI).astimezone(UTC), quiet) is expected


async def test_a_mail_carries_how_to_end_it_and_the_same_id_when_it_is_tried_again(mails: Mails) -> None:
    for _ in range(2):
        await mail(mails.port).send(DELIVERY)
    first, second = mails.to("li@example.org")
    assert first["Message-ID"] == second["Message-ID"] == "<e.s@example.org>"
    assert (first["List-Unsubscribe"], first["List-Unsubscribe-Post"]) == (f"<{DELIVERY.end}>", "List-Unsubscribe=One-Click")
    assert (first["Subject"], first["Auto-Submitted"]) == (DELIVERY.title, "auto-generated")
    assert DELIVERY.manage in first.get_content()


async def test_a_recipient_that_is_none_is_never_tried_again_and_the_reason_does_not_name_it(mails: Mails) -> None:
    mails.unknown.add("li@example.org")
    with pytest.raises(Never) as refused:
        await mail(mails.port).send(DELIVERY)
    mails.unknown.clear()
    assert str(refused.value) == "the mail server refused the recipient (550)"


@pytest.mark.parametrize("way", [lambda url, _: Webhook(url, b"s"), lambda _, port: mail(port)])
async def test_what_is_away_is_tried_later(way: Callable[[str, int], Any], posts: Posts) -> None:
    with mail_server() as gone:
        pass
    with pytest.raises(Later):
        await way(f"http://127.0.0.1:{gone.port}/notify", gone.port).send(DELIVERY)
    assert posts.taken == []


async def test_a_mail_server_without_tls_gets_nothing_where_tls_is_wanted(mails: Mails) -> None:
    before = len(mails.taken)
    with pytest.raises(Later):
        await Mail("127.0.0.1", mails.port, "yinuo@example.org", "starttls").send(DELIVERY)
    assert len(mails.taken) == before


@pytest.mark.parametrize("wrong", [{"title": "a\nBcc: all@example.org"}, {"address": "a@b.cn\r\nBcc: all@example.org"}])
async def test_what_would_be_another_header_is_never_sent(mails: Mails, wrong: dict[str, str]) -> None:
    before = len(mails.taken)
    with pytest.raises(Never):
        await mail(mails.port).send(replace(DELIVERY, **wrong))
    assert len(mails.taken) == before


async def test_what_is_posted_is_signed_with_its_time(posts: Posts) -> None:
    posts.failing = 1
    with pytest.raises(Later, match="503"):
        await Webhook(posts.url, b"s").send(DELIVERY)
    await Webhook(posts.url, b"s").send(DELIVERY)
    ((headers, body),) = posts.taken
    assert headers["Yinuo-Signature"] == f"v1={signature(b's', headers['Yinuo-Timestamp'], body)}"
    assert abs(int(headers["Yinuo-Timestamp"]) - datetime.now(UTC).timestamp()) < 60  # noqa: TID251 - the receiver's own clock
    later = str(int(headers["Yinuo-Timestamp"]) + 1)
    assert (
        signature(b"s", later, body)
        != signature(b"s", headers["Yinuo-Timestamp"], body)
        != signature(b"t", headers["Yinuo-Timestamp"], body)
    )
