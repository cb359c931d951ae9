"""Working days and days off, from the State Council's yearly notices kept beside this module as `CN-<year>.json`."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib import resources
from types import MappingProxyType
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

SATURDAY = 5


class Notice(BaseModel):
    """Where a year's days come from: the notice's title, its number (发文字号) and the day it was issued."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    number: str
    issued_on: date


class Holiday(BaseModel):
    """One holiday as the notice states it: first and last day off, their number, and the days off that are worked instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    first: date
    last: date
    days: int
    make_up_days: tuple[date, ...]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.last - self.first).days + 1 != self.days:
            raise ValueError(f"{self.name}: {self.first} to {self.last} is not {self.days} days")
        if worked := [day for day in self.make_up_days if day.weekday() < SATURDAY]:
            raise ValueError(f"{self.name}: {worked} are worked anyway")
        return self

    def days_off(self) -> list[date]:
        """Every day off of this holiday, weekends in it included."""
        return [self.first + timedelta(days=n) for n in range(self.days)]


class Year(BaseModel):
    """One year's arrangement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int
    notice: Notice
    holidays: tuple[Holiday, ...]


def _read() -> Mapping[int, Year]:
    # Read once, at import: rules stay free of I/O while they run.
    files = (file for file in resources.files(__package__).iterdir() if file.name.startswith("CN-") and file.name.endswith(".json"))
    years = (Year.model_validate_json(file.read_bytes()) for file in files)
    return MappingProxyType({year.year: year for year in sorted(years, key=lambda year: year.year)})


YEARS = _read()
"""The years whose notice is known; in every other year weekends alone are days off, and what is computed is provisional."""

_OFF = frozenset(day for year in YEARS.values() for holiday in year.holidays for day in holiday.days_off())
_WORKED = frozenset(day for year in YEARS.values() for holiday in year.holidays for day in holiday.make_up_days)


def is_working_day(day: date) -> bool:
    """Whether the public service works that day.

    `day` is a calendar day in China; a `datetime` is refused with `TypeError`, because its day depends on a zone
    (`business_day` answers that). Source: the State Council's notice of the year, otherwise Monday to Friday.
    """
    if isinstance(day, datetime):
        raise TypeError("a working day is a date, not an instant")
    return day in _WORKED or (day.weekday() < SATURDAY and day not in _OFF)


def is_provisional(first: date, last: date) -> bool:
    """Whether any day from `first` to `last`, both included, lies in a year whose notice is not known."""
    return any(year not in YEARS for year in range(first.year, last.year + 1))
