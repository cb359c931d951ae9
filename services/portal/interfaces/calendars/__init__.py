"""Calendars: a unit's deadlines in whatever program its people look at in the morning."""
