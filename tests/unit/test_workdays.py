"""The business calendar, against the published arrangements and against counting by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.kernel.workdays import Deadline, Period, add_calendar_days, add_working_days, business_day, due, end_of, is_working_day
from shared.kernel.workdays.calendar import YEARS, Holiday

ONE_DAY = timedelta(days=1)
STARTS = st.dates(date(2019, 1, 1), date(2029, 12, 31))
LENGTHS = st.integers(0, 400)
UNITS = st.sampled_from(["working", "calendar"])


@pytest.mark.parametrize("year", [2021, 2025, 2026])
def test_every_day_agrees_with_an_independent_table(year: int) -> None:
    days = [date(year, 1, 1) + n * ONE_DAY for n in range(365)]
    assert [day for day in days if is_working_day(day) is not chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize(
    ("year", "number", "issued_on"),
    [
        (2021, "国办发明电〔2020〕27号", date(2020, 11, 25)),
        (2025, "国办发明电〔2024〕12号", date(2024, 11, 12)),
        (2026, "国办发明电〔2025〕7号", date(2025, 11, 4)),
    ],
)
def test_every_year_names_its_notice(year: int, number: str, issued_on: date) -> None:
    assert (YEARS[year].notice.number, YEARS[year].notice.issued_on) == (number, issued_on)


@pytest.mark.parametrize("day", [date(2025, 1, 26), date(2025, 2, 8), date(2026, 9, 20), date(2026, 10, 10), date(2021, 2, 7)])
def test_a_weekend_day_that_makes_up_for_a_holiday_is_worked(day: date) -> None:
    assert day.weekday() >= 5
    assert is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 9, 25), date(2025, 10, 8), date(2021, 10, 7), date(2026, 1, 2)])
def test_a_weekday_of_a_holiday_is_off(day: date) -> None:
    assert day.weekday() < 5
    assert not is_working_day(day)


def test_an_instant_is_no_day() -> None:
    with pytest.raises(TypeError, match="not an instant"):
        is_working_day(datetime(2026, 9, 25, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "days", "unit", "due_on"),
    [
        (date(2026, 9, 18), 1, "working", date(2026, 9, 20)),  # Friday, then the Sunday that is worked
        (date(2026, 9, 30), 1, "working", date(2026, 10, 8)),  # over the National Day week
        (date(2026, 9, 30), 3, "working", date(2026, 10, 10)),  # its third day is the Saturday that is worked
        (date(2026, 9, 30), 1, "calendar", date(2026, 10, 8)),  # lands in the week off and moves behind it
        (date(2025, 1, 17), 10, "calendar", date(2025, 1, 27)),  # a plain Monday
        (date(2025, 1, 18), 10, "calendar", date(2025, 2, 5)),  # New Year's Eve, so after the festival
        (date(2025, 1, 11), 15, "calendar", date(2025, 1, 26)),  # a worked Sunday does not move
        (date(2021, 11, 12), 0, "working", date(2021, 11, 12)),
        (date(2021, 11, 13), 0, "working", date(2021, 11, 15)),  # a Saturday
        (date(2021, 11, 13), 0, "calendar", date(2021, 11, 15)),
    ],
)
def test_a_period_ends_as_the_rules_say(start: date, days: int, unit: str, due_on: date) -> None:
    period = Period.model_validate({"days": days, "unit": unit})
    assert due(start, period) == Deadline(due_on=due_on, provisional=False)


@pytest.mark.parametrize(
    ("start", "days", "provisional"),
    [
        (date(2026, 12, 30), 1, False),  # ends on 31 December
        (date(2026, 12, 31), 1, True),  # ends in a year not announced
        (date(2024, 12, 31), 1, False),  # the start day is not counted, so its year does not matter
        (date(2024, 12, 30), 1, True),
        (date(2024, 12, 31), 0, True),  # nothing is counted, but landed on
        (date(2021, 12, 1), 1600, True),  # announced at both ends, not between
    ],
)
def test_a_deadline_that_rests_on_an_unannounced_year_says_so(start: date, days: int, *, provisional: bool) -> None:
    assert add_calendar_days(start, days).provisional is provisional


def test_an_unannounced_year_has_weekends_only() -> None:
    assert is_working_day(date(2022, 10, 3))
    assert not is_working_day(date(2022, 10, 8))
    assert add_working_days(date(2022, 9, 30), 1) == Deadline(due_on=date(2022, 10, 3), provisional=True)


@given(start=STARTS, days=LENGTHS)
def test_a_period_of_working_days_has_that_many_of_them(start: date, days: int) -> None:
    due_on = add_working_days(start, days).due_on
    after_start = [start + n * ONE_DAY for n in range(1, (due_on - start).days + 1)]
    worked = [day for day in after_start if is_working_day(day)]
    assert len(worked) == days or (days == 0 and not is_working_day(start) and worked == [due_on])


@given(start=STARTS, days=LENGTHS, unit=UNITS)
def test_a_period_ends_on_a_working_day_and_never_before_its_length(start: date, days: int, unit: str) -> None:
    due_on = due(start, Period.model_validate({"days": days, "unit": unit})).due_on
    assert is_working_day(due_on)
    assert due_on >= start + days * ONE_DAY


@given(start=STARTS, days=LENGTHS)
def test_a_period_of_calendar_days_moves_over_rest_days_only(start: date, days: int) -> None:
    end, due_on = start + days * ONE_DAY, add_calendar_days(start, days).due_on
    assert not any(is_working_day(end + n * ONE_DAY) for n in range((due_on - end).days))


@given(start=STARTS, days=LENGTHS, later=st.integers(0, 40), longer=st.integers(0, 40), unit=UNITS)
def test_starting_later_or_lasting_longer_never_ends_sooner(start: date, days: int, later: int, longer: int, unit: str) -> None:
    short = Period.model_validate({"days": days, "unit": unit})
    long = Period.model_validate({"days": days + longer, "unit": unit})
    assert due(start, short).due_on <= due(start + later * ONE_DAY, long).due_on


@given(start=STARTS, days=LENGTHS, unit=UNITS)
def test_a_deadline_is_provisional_exactly_when_a_year_it_touches_is_unknown(start: date, days: int, unit: str) -> None:
    deadline = due(start, Period.model_validate({"days": days, "unit": unit}))
    first = start + ONE_DAY if days else start
    touched = {(first + n * ONE_DAY).year for n in range((deadline.due_on - first).days + 1)}
    assert deadline.provisional is bool(touched - {2021, 2025, 2026})


@pytest.mark.parametrize("days", [-1, 3661])
@pytest.mark.parametrize("count", [add_working_days, add_calendar_days])
def test_a_period_below_nothing_or_beyond_ten_years_is_refused(count: Callable[[date, int], Deadline], days: int) -> None:
    with pytest.raises(ValueError, match="0 to 3660 days"):
        count(date(2026, 1, 1), days)
    with pytest.raises(ValidationError):
        Period(days=days, unit="working")


def test_the_longest_period_is_allowed() -> None:
    assert add_working_days(date(2026, 1, 1), 3660).due_on > date(2039, 1, 1)
    assert add_calendar_days(date(2026, 1, 1), 3660).due_on >= date(2036, 1, 9)


@pytest.mark.parametrize("start", [date.min, date(1991, 12, 31), date(3000, 1, 1), date.max])
def test_a_start_far_from_our_time_is_refused(start: date) -> None:
    with pytest.raises(ValueError, match="between 1992-01-01 and 2999-12-31"):
        add_calendar_days(start, 1)


@pytest.mark.parametrize("broken", [{"days": 4}, {"days": 3, "make_up_days": ["2026-04-03"]}])
def test_a_table_that_contradicts_itself_is_refused(broken: dict[str, object]) -> None:
    holiday = {"name": "清明节", "first": "2026-04-04", "last": "2026-04-06", "make_up_days": []}
    assert Holiday.model_validate(holiday | {"days": 3}).days == 3
    with pytest.raises(ValidationError):
        Holiday.model_validate(holiday | broken)


@pytest.mark.parametrize("period", [{"days": 5}, {"days": "5", "unit": "working"}, {"days": 5, "unit": "weeks"}])
def test_a_period_says_what_it_counts(period: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Period.model_validate(period)


def test_a_day_ends_at_midnight_in_shanghai() -> None:
    assert end_of(date(2021, 11, 12)) == datetime(2021, 11, 12, 16, tzinfo=UTC)
    assert end_of(date(2021, 11, 12)).tzinfo is UTC


def test_a_business_day_is_a_calendar_day_in_shanghai() -> None:
    assert business_day(datetime(2021, 11, 12, 15, 59, 59, 999999, UTC)) == date(2021, 11, 12)
    assert business_day(datetime(2021, 11, 12, 16, tzinfo=UTC)) == date(2021, 11, 13)
    assert business_day(datetime(2021, 11, 12, 12, tzinfo=timezone(timedelta(hours=-8)))) == date(2021, 11, 13)


def test_an_instant_without_a_zone_has_no_business_day() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        business_day(datetime(2021, 11, 12, 16))  # noqa: DTZ001 - the very thing that is refused


@given(day=STARTS)
def test_the_last_microsecond_of_a_day_still_belongs_to_it(day: date) -> None:
    assert business_day(end_of(day) - timedelta(microseconds=1)) == day
    assert business_day(end_of(day)) == day + ONE_DAY
