"""What is taken in from one address: a village behind one address is let through, a machine is not, and nobody forges an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from services.portal.login.visitors import VisitorLimit


class Hours:
    """A clock that is set by hand, in seconds."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def asking(peer: str, forwarded: str | None = None) -> Request:
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers, "client": (peer, 1)})


def test_a_village_s_meeting_is_let_through_and_a_machine_is_not() -> None:
    clock = Hours()
    limit = VisitorLimit(600, 120, clock=clock)
    for _ in range(200):  # one in ten of a village of 2,000, within the hour
        assert limit.wait(asking("203.0.113.9")) == 0
        clock.now += 3_600 / 200
    taken = sum(limit.wait(asking("198.51.100.7")) == 0 for _ in range(10_000))
    assert taken == 120
    assert limit.wait(asking("203.0.113.9")) == 0


def test_whoever_waits_as_long_as_told_is_let_through_and_no_earlier() -> None:
    clock = Hours()
    limit = VisitorLimit(60, 2, clock=clock)
    assert [limit.wait(asking("203.0.113.9")) for _ in range(3)] == [0, 0, 60]
    clock.now += 59
    assert limit.wait(asking("203.0.113.9")) == 1
    clock.now += 1
    assert [limit.wait(asking("203.0.113.9")) for _ in range(2)] == [0, 60]


@given(st.floats(0, 1e9), st.integers(1, 10_000), st.integers(1, 200))
def test_whenever_it_is_as_many_as_may_are_let_through_at_once(now: float, per_hour: int, at_once: int) -> None:
    clock = Hours()
    clock.now = now
    limit = VisitorLimit(per_hour, at_once, clock=clock)
    assert [limit.wait(asking("203.0.113.9")) for _ in range(at_once)] == [0] * at_once
    assert limit.wait(asking("203.0.113.9")) > 0


def test_without_a_limit_everything_is_taken() -> None:
    assert {VisitorLimit(0, 1).wait(asking("203.0.113.9")) for _ in range(1_000)} == {0}


def test_addresses_are_bounded_in_number() -> None:
    limit = VisitorLimit(1, 1)
    for number in range(60_000):
        limit.wait(asking(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"))
    assert len(limit._free_at) == 50_000


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "203.0.113.9", "198.51.100.7", "203.0.113.9"),
        (1, "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7", "10.0.0.1"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", "unknown"),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.9", None, "203.0.113.9"),
    ],
)
def test_an_address_is_believed_from_those_whom_we_know(proxies: int, peer: str, forwarded: str | None, address: str) -> None:
    assert VisitorLimit(1, 1, proxies).address(asking(peer, forwarded)) == address
