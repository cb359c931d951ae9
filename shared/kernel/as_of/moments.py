"""How a moment of the past is asked for: a day, an instant, a position of the service's own lane, or a position for each lane."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.kernel.clock import TICK
from shared.kernel.errors import Rejected
from shared.kernel.workdays import business_day, end_of

LONGEST = 300
"""Characters a moment may have."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})\Z")
_NO_ZONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?\Z")
_OWN = re.compile(r"@([0-9]{1,18})\Z")
_LANE = re.compile(r"([a-z]{1,40})@([0-9]{1,18})\Z")
_YEARS = range(1970, 3000)


@dataclass(frozen=True, slots=True)
class Instant:
    """Everything recorded at `last` or before; of a whole `day` (Asia/Shanghai) where one was named."""

    last: datetime
    day: date | None = None

    def is_future(self, now: datetime) -> bool:
        """Tell whether what it asks for is still to come: a day that has begun is not, and reaches as far as it has come."""
        return self.last > now if self.day is None else self.day > business_day(now)


@dataclass(frozen=True, slots=True)
class OwnPosition:
    """The service's own lane at a position, other lanes at the time it was recorded."""

    position: int


@dataclass(frozen=True, slots=True)
class Positions:
    """A position for each lane, by service; 0 is before its first event."""

    by_lane: Mapping[str, int]


Moment = Instant | OwnPosition | Positions


def read_moment(text: str) -> Moment:
    """Return the moment a text names.

    `2021-11-12` (its end in Asia/Shanghai), RFC 3339 with a zone, `@12`, or `intake@12,projects@40`. Rejected (`as_of_without_zone`,
    `as_of_malformed`) where it names none.
    """
    if _DAY.match(text) is not None:
        day = _parsed(text).date()
        return Instant(end_of(day) - TICK, day)
    if _INSTANT.match(text) is not None:
        return Instant(_parsed(text).astimezone(UTC))
    if _NO_ZONE.match(text) is not None:
        raise Rejected("as_of_without_zone", pointer="/as_of")
    own = _OWN.match(text)
    if own is not None:
        return OwnPosition(int(own[1]))
    lanes = [_LANE.match(part) for part in text.split(",")] if len(text) <= LONGEST else [None]
    found = {lane[1]: int(lane[2]) for lane in lanes if lane is not None}
    if len(found) < len(lanes):
        raise Rejected("as_of_malformed", pointer="/as_of")
    return Positions(found)


def _parsed(text: str) -> datetime:
    """Return the instant of a text that looks like one; Rejected where there is no such day or time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise Rejected("as_of_malformed", pointer="/as_of") from fault
    if moment.year not in _YEARS:
        raise Rejected("as_of_malformed", pointer="/as_of")
    return moment


@dataclass(frozen=True, slots=True)
class Vector:
    """How far each lane is read, by service, in the order of the service's sources."""

    positions: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        """Return it as it may be asked for again, e.g. `intake@12,projects@40`."""
        return ",".join(f"{lane}@{position}" for lane, position in self.positions)

    def __getitem__(self, lane: str) -> int:
        """Return how far a lane is read; KeyError where it is not among them."""
        for name, position in self.positions:
            if name == lane:
                return position
        raise KeyError(lane)

    @property
    def lanes(self) -> Sequence[str]:
        """The services whose lanes are read."""
        return [lane for lane, _ in self.positions]
