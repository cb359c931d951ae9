"""Counting periods (Civil Code, articles 201 and 203; days in working days or calendar days, each rule says which)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.workdays.calendar import is_provisional, is_working_day

LONGEST = 3660
FIRST_START, LAST_START = date(1992, 1, 1), date(2999, 12, 31)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which something is still in time.

    `provisional` says that a day counted or landed on lies in a year whose holidays are not announced: recompute it when
    they are.
    """

    due_on: date
    provisional: bool


class Period(BaseModel):
    """A length of time as a rule states it: so many working days (工作日) or calendar days (日), at most ten years."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    days: Annotated[int, Field(ge=0, le=LONGEST)]
    unit: Literal["working", "calendar"]


def add_working_days(start: date, days: int) -> Deadline:
    """Count working days after `start`, which is not counted itself; 0 days end on `start`, or on the next working day.

    Raises ValueError if `days` is below 0 or above 3660, or `start` lies outside the years 1992 to 2999.
    """
    _check(start, days)
    due_on, counted = start, 0
    while counted < days:
        due_on += _DAY
        counted += is_working_day(due_on)
    return _deadline(start, days, due_on)


def add_calendar_days(start: date, days: int) -> Deadline:
    """Count calendar days after `start`, which is not counted itself; a rest day at the end moves to the next working day.

    Raises ValueError if `days` is below 0 or above 3660, or `start` lies outside the years 1992 to 2999.
    """
    _check(start, days)
    return _deadline(start, days, start + days * _DAY)


def due(start: date, period: Period) -> Deadline:
    """Return the deadline of a period that starts on `start`; ValueError as the two ways of counting say."""
    return add_working_days(start, period.days) if period.unit == "working" else add_calendar_days(start, period.days)


def _check(start: date, days: int) -> None:
    if not 0 <= days <= LONGEST:
        raise ValueError(f"a period has 0 to {LONGEST} days, not {days}")
    if not FIRST_START <= start <= LAST_START:
        raise ValueError(f"a period starts between {FIRST_START} and {LAST_START}, not on {start}")


def _deadline(start: date, days: int, end: date) -> Deadline:
    while not is_working_day(end):
        end += _DAY
    first = start + _DAY if days else start
    return Deadline(due_on=end, provisional=is_provisional(first, end))
