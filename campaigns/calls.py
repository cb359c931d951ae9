"""A campaign written down: who asks which service for what and when, in phases. Data only; nothing here acts."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_OWNERS = {
    "needs": "intake",
    "wishes": "intake",
    "organisations": "projects",
    "leaders": "projects",
    "contact-points": "projects",
    "demonstrations": "projects",
    "members": "projects",
    "projects": "projects",
    "spot-checks": "projects",
    "notices": "supervision",
    "rounds": "supervision",
    "findings": "supervision",
    "hearings": "supervision",
    "listings": "supervision",
    "cadence": "supervision",
    "visits": "supervision",
    "announcements": "projects",
    "ledger": "projects",
    "verifications": "scoring",
    "look-backs": "scoring",
}
HOURS = (9, 17)
"""From which full hour of a day to which work is done."""
_SATURDAY = 5
_BRACES = re.compile(r"{(\w+)}")


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


@dataclass(frozen=True, slots=True, eq=False)
class Today:
    """Stands in a body for the day on which the call is made."""


TODAY = Today()


@dataclass(frozen=True, slots=True)
class Call:
    """One command. `thing` is what it is about: its id fills the path's braces, or, without braces, its id is what is answered.

    `within` names the things whose ids fill other braces of the path. Where what is answered is not the id of what was made, but of
    what it belongs to, `found_in` is the list whose row, at the position that is answered, has it.
    """

    key: str
    path: str
    actor: Actor
    thing: str
    body: Mapping[str, Any] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    found_in: str = ""

    @property
    def service(self) -> str:
        """The service that owns the resource."""
        return owner(self.path)

    @property
    def parameters(self) -> Mapping[str, str]:
        """The names in the path's braces, each with the thing whose id fills it."""
        return {name: self.within.get(name, self.thing) for name in braces(self.path)}

    @property
    def opens(self) -> bool:
        """Whether the answer's id is the thing's."""
        return len(self.parameters) == len(self.within)

    def on(self, day: date) -> "Call":
        """Return the call as it is made on a day."""
        if TODAY not in self.body.values():
            return self
        return replace(self, body={name: day.isoformat() if value == TODAY else value for name, value in self.body.items()})


@dataclass(frozen=True, slots=True)
class Listed:
    """Things that a resource names when it is read, in its order: `whole` of them, meant are those from place `first` to `last`.

    The id of `thing` fills the path's braces; the ids stand in a field of what is answered, or, without one, the path is a list's.
    """

    path: str
    thing: str
    field: str
    whole: int
    first: int
    last: int

    @property
    def service(self) -> str:
        """The service that is asked."""
        return owner(self.path)

    @property
    def size(self) -> int:
        """How many are meant."""
        return self.last + 1 - self.first


@dataclass(frozen=True, slots=True)
class Choice:
    """Calls about what is listed: any of `things` may be, `each` of them has so many calls, and only those listed are made."""

    listed: Listed
    things: tuple[str, ...]
    calls: Callable[[str], tuple[Call, ...]] = field(compare=False)
    each: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """Calls carried out one after the other, or (bulk) as sheets, one after the other; `times` has an instant for each call.

    Which calls a step with a choice has is known when it is carried out, how many before.
    """

    calls: tuple[Call, ...] = ()
    bulk: bool = False
    times: tuple[datetime, ...] = ()
    choice: Choice | None = None

    @property
    def size(self) -> int:
        """How many calls it has."""
        return len(self.calls) if self.choice is None else self.choice.listed.size * self.choice.each

    def chosen(self, things: Sequence[str]) -> "Step":
        """Return the step with the calls of what is listed."""
        return self if self.choice is None else replace(self, calls=tuple(call for thing in things for call in self.choice.calls(thing)))

    @property
    def sheets(self) -> list[tuple[Call, ...]]:
        """The calls of one path and one actor that follow each other: what goes into one batch, sent at the instant of its first."""
        return [tuple(group) for _, group in itertools.groupby(self.calls, key=lambda call: (call.path, call.actor))]

    @property
    def parts(self) -> list[int]:
        """How many calls go out at each instant: a sheet, what was chosen from a list for a sheet, or one."""
        if not self.bulk:
            return [1] * self.size
        return [len(sheet) for sheet in self.sheets] if self.choice is None else [self.size]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a service must have come to know before the campaign goes on: a field of things in one of its lists.

    It must say what stays true whatever comes later: a campaign that was cut short waits for it again from the beginning.
    A number is reached by that number or more, None by anything that is there, anything else by being equal. Where lists say which
    things were drawn, only those of the things that they name are waited for.
    """

    what: str
    path: str
    things: tuple[str, ...]
    field: str
    value: int | str | bool | None
    among: tuple[Listed, ...] = ()
    key: str = "id"
    """The field of an item that says which thing it is, or which things it is about."""

    @property
    def service(self) -> str:
        """The service that is asked."""
        return owner(self.path)

    def by(self, item: Mapping[str, Any]) -> bool:
        """Whether an item of the list says so of what it is about."""
        found = item[self.field]
        if self.value is None:
            return found is not None
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return bool(found >= self.value)
        return bool(found == self.value)

    def about(self, item: Mapping[str, Any]) -> list[str]:
        """Return the ids of the things that an item is about."""
        found = item[self.key]
        return found if isinstance(found, list) else [found]


@dataclass(frozen=True, slots=True)
class UpToDate:
    """A list that must hold all that its service has answered the campaign before it goes on: something is drawn from it."""

    path: str

    @property
    def service(self) -> str:
        """The service that is asked."""
        return owner(self.path)


@dataclass(frozen=True, slots=True)
class Phase:
    """What is done between two days, and what must have been heard before it and before the next."""

    name: str
    steps: tuple[Step, ...]
    before: tuple[Heard | UpToDate, ...] = ()
    after: tuple[Heard, ...] = ()

    @property
    def size(self) -> int:
        """How many calls it has."""
        return sum(step.size for step in self.steps)


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


def braces(path: str) -> list[str]:
    """Return the names in a path's braces."""
    return _BRACES.findall(path)


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
    """Return the steps with their times: a batch is sent at one instant, everything in order between the two days."""
    instants = iter(spread(start, end, sum(len(step.parts) for step in steps), hours))
    result = []
    for step in steps:
        times = tuple(at for size in step.parts for at in [next(instants)] * size)
        result.append(replace(step, calls=tuple(call.on(at.date()) for call, at in zip(step.calls, times, strict=False)), times=times))
    return tuple(result)
