"""Moments of the past as they are asked for: days, instants, positions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from shared.kernel.as_of.moments import Instant, OwnPosition, Positions, Vector, read_moment
from shared.kernel.errors import Rejected
from shared.kernel.workdays import business_day


def test_a_day_reaches_to_its_end_in_shanghai() -> None:
    moment = read_moment("2021-11-12")
    assert moment == Instant(datetime(2021, 11, 12, 15, 59, 59, 999_999, tzinfo=UTC), date(2021, 11, 12))


def test_a_time_is_what_its_zone_says() -> None:
    assert read_moment("2021-11-12T18:00:00+08:00") == read_moment("2021-11-12T10:00:00Z")
    assert read_moment("2021-11-12T10:00:00.000001Z") == Instant(datetime(2021, 11, 12, 10, 0, 0, 1, tzinfo=UTC))


def test_positions_are_of_the_own_lane_or_of_each() -> None:
    assert read_moment("@12") == OwnPosition(12)
    assert read_moment("intake@12,projects@0") == Positions({"intake": 12, "projects": 0})


@for_all(
    st.lists(st.tuples(st.sampled_from(["intake", "projects", "scoring"]), st.integers(0, 1 << 50)), min_size=1, unique_by=lambda at: at[0])
)
def test_a_vector_may_be_asked_for_as_it_is_told(positions: list[tuple[str, int]]) -> None:
    vector = Vector(tuple(positions))
    assert read_moment(str(vector)) == Positions(dict(positions))
    assert [vector[lane] for lane in vector.lanes] == [position for _, position in positions]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "as_of_malformed"),
        ("yesterday", "as_of_malformed"),
        ("2021-02-30", "as_of_malformed"),
        ("0001-01-01", "as_of_malformed"),
        ("2021-11-12T25:00:00Z", "as_of_malformed"),
        ("9999-12-31T23:59:59-23:59", "as_of_malformed"),
        ("2021-11-12 18:00:00 08:00", "as_of_malformed"),  # a + that was not escaped
        ("20211112", "as_of_malformed"),
        ("@", "as_of_malformed"),
        ("@-1", "as_of_malformed"),
        ("@1234567890123456789", "as_of_malformed"),
        ("intake@1,", "as_of_malformed"),
        ("intake@1,intake@2", "as_of_malformed"),
        ("Intake@1", "as_of_malformed"),
        ("intake@１", "as_of_malformed"),
        (",".join(f"{'x' * 30}{letter}@1" for letter in "abcdefghij"), "as_of_malformed"),
        ("2021-11-12T18:00:00", "as_of_without_zone"),
        ("2021-11-12 18:00", "as_of_without_zone"),
    ],
)
def test_what_names_no_moment_is_refused(text: str, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read_moment(text)
    assert (refusal.value.code, refusal.value.pointer) == (code, "/as_of")


@for_all(st.integers(0, 365 * 86_400).map(lambda seconds: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)))
def test_a_day_that_has_begun_may_be_asked_for_and_tomorrow_may_not(now: datetime) -> None:
    today = business_day(now)
    assert not read_moment(today.isoformat()).is_future(now)  # type: ignore[union-attr]
    assert read_moment((today + timedelta(days=1)).isoformat()).is_future(now)  # type: ignore[union-attr]
    assert not Instant(now).is_future(now)
    assert Instant(now + timedelta(microseconds=1)).is_future(now)
