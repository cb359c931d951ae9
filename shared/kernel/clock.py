"""The one clock of a process: real, or simulated and told by a header."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

TICK = timedelta(microseconds=1)
"""The smallest step between two recorded times of a lane (PostgreSQL keeps microseconds)."""


class Clock(Protocol):
    """Where time comes from; counties may live at different simulated times."""

    simulated: bool

    def now(self, county: str) -> datetime:
        """Return the present instant (aware, UTC) in this county."""
        ...

    def observe(self, county: str, instant: datetime) -> None:
        """Take notice of an instant told from outside; it never moves a clock back."""
        ...


class SystemClock:
    """The machine's clock; what others tell it is ignored."""

    simulated = False

    def now(self, county: str) -> datetime:  # noqa: ARG002 - one time for all
        """Return the machine's time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock the others get injected

    def observe(self, county: str, instant: datetime) -> None:
        """Ignore it: real time needs no telling."""


class SimulatedClock:
    """A clock per county that stands where it was last told, for demos, tests and drills."""

    simulated = True

    def __init__(self) -> None:
        self._told: dict[str, datetime] = {}

    def now(self, county: str) -> datetime:
        """Return the latest instant told for this county, or the machine's time before any was told."""
        told = self._told.get(county)
        return told if told is not None else datetime.now(UTC)  # noqa: TID251 - see SystemClock

    def observe(self, county: str, instant: datetime) -> None:
        """Move this county's time forward to the instant; an earlier one changes nothing."""
        told = self._told.get(county)
        if told is None or instant > told:
            self._told[county] = instant.astimezone(UTC)
