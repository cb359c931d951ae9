"""The business calendar: which days are worked, and when a period ends."""

from shared.kernel.workdays.calendar import is_working_day
from shared.kernel.workdays.instants import business_day, end_of
from shared.kernel.workdays.periods import Deadline, Period, add_calendar_days, add_working_days, due

__all__ = ["Deadline", "Period", "add_calendar_days", "add_working_days", "business_day", "due", "end_of", "is_working_day"]
