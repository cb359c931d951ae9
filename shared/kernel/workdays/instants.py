"""Between days and instants: a business day is a calendar day in Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta, timezone

# Fixed since 1992, so that rules need no time zone database and give the same answer on every machine.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def end_of(due_on: date) -> datetime:
    """Return the instant at which a day is over, 24:00 in Asia/Shanghai, as UTC: what happens before it is in time."""
    return datetime.combine(due_on + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


def business_day(instant: datetime) -> date:
    """Return the calendar day in Asia/Shanghai of an instant; ValueError if the instant carries no zone."""
    if instant.utcoffset() is None:
        raise ValueError(f"{instant} carries no time zone")
    return instant.astimezone(SHANGHAI).date()
