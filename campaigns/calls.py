"""A campaign written down: who asks which service for what and when, in phases. Data only; nothing here acts."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_OWNERS = {
    "needs": "intake",
    "wishes": "intake",
    "organisations": "projects",
    "members": "projects",
    "projects": "projects",
    "notices": "supervision",
    "verifications": "scoring",
}
HOURS = (9, 17)
"""From which full hour of a day to which work is done."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Actor:
    """Whose token a call carries."""

    role: str
    sub: str
    unit: str | None = None
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id that a thing got when it was made."""

    thing: str


@dataclass(frozen=True, slots=True)
class Call:
    """One command. `thing` is what it is about: its id fills the path's braces, or, without braces, its id is what is answered."""

    key: str
    path: str
    actor: Actor
    thing: str
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The service that owns the resource."""
        return owner(self.path)

    @property
    def parameter(self) -> str:
        """The name in the path's braces, empty where there are none."""
        return self.path.partition("{")[2].partition("}")[0]

    @property
    def opens(self) -> bool:
        """Whether the answer's id is the thing's."""
        return not self.parameter


@dataclass(frozen=True, slots=True)
class Step:
    """Calls carried out one after the other, or (bulk) as sheets, one after the other; `times` has one instant a call."""

    calls: tuple[Call, ...]
    bulk: bool = False
    times: tuple[datetime, ...] = ()

    @property
    def sheets(self) -> list[tuple[Call, ...]]:
        """The calls of one path and one actor that follow each other: what goes into one batch."""
        return [tuple(group) for _, group in itertools.groupby(self.calls, key=lambda call: (call.path, call.actor))]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a service must have come to know before the campaign goes on: a field of things in one of its lists.

    A number is reached by that number or more, None by anything that is there, anything else by being equal.
    """

    what: str
    path: str
    things: tuple[str, ...]
    field: str
    value: int | str | bool | None

    @property
    def service(self) -> str:
        """The service that is asked."""
        return owner(self.path)

    def by(self, item: Mapping[str, Any]) -> bool:
        """Whether an item of the list says so."""
        found = item[self.field]
        if self.value is None:
            return found is not None
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return bool(found >= self.value)
        return bool(found == self.value)


@dataclass(frozen=True, slots=True)
class Phase:
    """What is done between two days, and what must have been heard before the next begins."""

    name: str
    steps: tuple[Step, ...]
    before: tuple[Heard, ...] = ()
    after: tuple[Heard, ...] = ()

    @property
    def size(self) -> int:
        """How many calls it has."""
        return sum(len(step.calls) for step in self.steps)


@dataclass(frozen=True, slots=True)
class Plan:
    """A county's campaign from the first call to the last; `size` is how many there are.

    At full size they would fill hundreds of megabytes, so phases are written down one by one, the same each time.
    """

    county: str
    name: str
    begins: date
    size: int
    written: Callable[[], Iterator[Phase]]

    @property
    def phases(self) -> Iterator[Phase]:
        """The phases from the first to the last."""
        return self.written()


def owner(path: str) -> str:
    """Return the service that owns a path's resource; KeyError if none does."""
    return _OWNERS[path.split("/")[1]]


def spread(start: date, end: date, count: int, hours: tuple[int, int] = HOURS) -> list[datetime]:
    """Return so many instants in order, evenly over these hours of Monday to Friday; ValueError if there is no such day."""
    days = [day for n in range((end - start).days + 1) if (day := start + timedelta(n)).weekday() < _SATURDAY]
    if not days:
        raise ValueError(f"no day from Monday to Friday between {start} and {end}")
    opens, closes = hours
    seconds = (closes - opens) * 3600
    instants = []
    for n in range(count):
        whole_days, within = divmod(n * len(days) * seconds // count, seconds)
        instants.append(datetime.combine(days[whole_days], time(opens), SHANGHAI) + timedelta(seconds=within))
    return instants


def timed(steps: Sequence[Step], start: date, end: date, hours: tuple[int, int] = HOURS) -> tuple[Step, ...]:
    """Return the steps with their times: a batch is sent at one instant, everything else in order between the two days."""
    instants = iter(spread(start, end, sum(1 if step.bulk else len(step.calls) for step in steps), hours))
    result = []
    for step in steps:
        times = (next(instants),) * len(step.calls) if step.bulk else tuple(next(instants) for _ in step.calls)
        result.append(Step(step.calls, step.bulk, times))
    return tuple(result)
