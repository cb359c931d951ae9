"""What a county's campaign consists of, as its data file says it."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field

from campaigns.calls import HOURS

FOLDER = Path(__file__).parent / "plans"

Fate = Literal["summer", "autumn", "redone", "roving", "awaiting", "failed", "late", "hand", "unclaimed"]
"""What becomes of a project: done in a wave and signed off; refused once and done again; scored by the roving team; done and not
yet signed off; refused and still to be done again; done after the figures' day; in hand; approved and not claimed."""
SIGNED_OFF: tuple[Fate, ...] = ("summer", "autumn", "redone", "roving")
"""What becomes of projects that are signed off in the end."""
Size = Literal["small", "full"]
SIZES: tuple[Size, ...] = ("small", "full")
Kind = Literal["need", "micro-wish", "opinion"]
Activity = Literal["dispatch-meeting", "inspection", "work-prompt", "bulletin"]
Count = Annotated[int, Field(ge=0)]
T = TypeVar("T")


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Unit(_Given):
    """A town or department, and the matters it deals with."""

    code: str
    name: str
    kind: Literal["town", "department"]
    order: int
    trade: str


class Exempt(_Given):
    """Members who need not claim; `later` of the infirm are exempted after they were registered."""

    infirm: Count
    away: Count
    later: Count


class Needs(_Given):
    """Needs of one kind: how they come in, and what becomes of them. Channels and outcomes add up to the same number."""

    kind: Kind
    channels: Mapping[str, Count]
    linked: Mapping[Fate, Count] = {}
    """Taken up by projects of these fates."""
    words: Mapping[Literal["done", "explained"], Count] = {}
    """Routed and answered in words."""
    claimed: Count = 0
    """Published, claimed by members and fulfilled."""
    given_back: Count = 0
    """Of those claimed, how many a first member gave back."""
    declined: Mapping[Literal["petition", "not-ours", "cannot-be-done", "explained"], Count] = {}
    routed: Count = 0
    """Routed, and no answer yet."""
    waiting: Count = 0
    """Not routed yet."""


class Level(_Given):
    """One list of the county: who claims, reviews and signs off, and what becomes of its items."""

    code: str
    claimed_by: Literal["leader", "unit", "branch", "member"]
    review_by: Literal["office", "unit"]
    sign_off_by: Literal["office", "unit", "branch"]
    unit_kind: Literal["town", "department"] | None = None
    fates: Mapping[Fate, Count]
    returned: Count = 0
    """Items whose first version failed the review."""
    twice: Count = 0
    """Items whose claimant has another one."""


class SpotCheck(_Given):
    """What the office draws of the items that units reviewed themselves: the county's per cent of each unit's, and how many fail."""

    percent: Annotated[int, Field(ge=1, le=100)]
    failing: Count


class LookBack(_Given):
    """What is drawn of each unit's sign-offs of a period, the county's per cent of them, and how many do not hold."""

    percent: Annotated[int, Field(ge=1, le=100)]
    since: date
    until: date
    revoked: Count


class Demonstrations(_Given):
    """How many demonstration projects committees have together, one or two each, and leaders, one each."""

    committees: Count
    leaders: Count


class Venue(_Given):
    """How many of a level's items are pledged elsewhere than on the website."""

    level: str
    venue: Literal["meeting", "television"]
    count: Count


class Notices(_Given):
    """Notices issued together; those to one unit are about a project of its own."""

    name: str
    kind: Literal["work-prompt", "issue-assignment-letter", "rectification-letter", "bulletin"]
    count: Count
    by: Literal["office", "inspector"]
    to: Literal["all", "one"]
    sent_back: Count = 0
    overdue: Count = 0


class Rounds(_Given):
    """One round: the units it goes to (0: all), and of what it finds, besides what its letters say, how many end otherwise."""

    name: str
    kind: Literal["roving-guidance", "special-inspection"]
    title: str
    units: Count = 0
    revised: Count = 0
    """Ended by a revised plan."""
    left: Count = 0
    """Ended with no action."""


class Hearing(_Given):
    """A meeting of the leading group, and how many units report there."""

    name: str
    title: str
    reports: Count = 0


class Announcement(_Given):
    """A figure the county announced for lists of the register."""

    label: str
    levels: tuple[str, ...]
    figure: Count
    source: str


class Entry(_Given):
    """One line of the campaign's calendar: what is done between two days, both included, from one full hour of the day to another."""

    do: str
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    hours: tuple[Annotated[int, Field(ge=0, le=24)], Annotated[int, Field(ge=0, le=24)]] = HOURS
    kind: Kind | None = None
    group: str | None = None
    fates: tuple[Fate, ...] = ()
    levels: tuple[str, ...] = ()
    percent: Count = 0
    low: bool = False
    part: int = 1
    of: int = 1


class County(_Given):
    """A county's campaign at one size."""

    county: str
    name: str
    sheet: tuple[str, ...]
    materials: tuple[str, ...]
    """What must have been seen before a sign-off."""
    scorers: Annotated[int, Field(ge=1, le=2)] = 1
    units: tuple[Unit, ...]
    branches: int
    leaders: int
    exempt: Exempt
    needs: tuple[Needs, ...]
    levels: tuple[Level, ...]
    venues: tuple[Venue, ...] = ()
    spot_check: SpotCheck | None = None
    look_back: LookBack | None = None
    demonstrations: Demonstrations | None = None
    planned_completion: date
    notices: tuple[Notices, ...]
    rounds: tuple[Rounds, ...] = ()
    revisions: Count = 0
    """Items whose plans are revised with no finding behind it."""
    hearings: tuple[Hearing, ...] = ()
    cadence: frozenset[Activity] = frozenset()
    """What the county's rules ask for every week or month."""
    announcement: Announcement | None = None
    timeline: tuple[Entry, ...]


def counties(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the codes of the counties that have a campaign, in order."""
    return tuple(sorted(file.stem for file in folder.glob("[0-9]*.yaml")))


def load_county(code: str, size: Size = "small", folder: Path = FOLDER) -> County:
    """Read a county's campaign at a size; FileNotFoundError if there is none, ValueError where it does not fit.

    A file says what is common to all sizes, and below each size's name the rest; a size may take part in some units only.
    """
    plan = read_yaml(folder / f"{code}.yaml")
    sizes = {name: plan.pop(name) for name in SIZES}
    units = sizes[size].pop("units", None)
    if units is not None:
        plan["units"] = [unit for unit in plan["units"] if unit["code"] in units]
    return County.model_validate({**plan, **sizes[size]})


@cache
def texts() -> Mapping[str, Any]:
    """Return the Chinese material that campaigns are written with, by subject."""
    material: Mapping[str, Any] = read_yaml(FOLDER / "texts.yaml")
    return material


def expanded(counts: Mapping[T, int]) -> list[T]:
    """Return each thing as often as it is counted."""
    return [item for item, count in counts.items() for _ in range(count)]


def read_yaml(file: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """Read a YAML file (UTF-8)."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))
