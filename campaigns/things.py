"""Who and what a campaign is about: its actors, members, projects, needs and notices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaigns.calls import Actor, Listed
from campaigns.chance import Chance
from campaigns.county import County, Fate, Level, Notices, Rounds

OFFICE_UNIT = "xjb"
REVIEWER = Actor("office", "office-01", OFFICE_UNIT)
ASSESSOR = Actor("office", "office-02", OFFICE_UNIT)
CLERK = Actor("clerk", "clerk-01", OFFICE_UNIT)
INSPECTOR = Actor("inspector", "inspector-01")
VISITOR = Actor("inspector", "inspector-02")
TEAM = (INSPECTOR, VISITOR)


def committee(unit: str) -> Actor:
    """Return the Party committee of a unit."""
    return Actor("unit", f"{unit}-committee", unit)


def secretary(unit: str, branch: str) -> Actor:
    """Return the secretary of a branch."""
    return Actor("branch", f"{branch}-secretary", unit, branch)


def branch_code(unit: str, number: int) -> str:
    """Return the code of a unit's branch, counted from 1."""
    return f"{unit}-b{number}"


@dataclass(slots=True)
class Member:
    """A Party member of the register; `later`: exempted after registering."""

    account: str
    name: str
    unit: str
    branch: str
    exemption: str | None = None
    later: bool = False


@dataclass(slots=True)
class Project:
    """An item of a level's list, what becomes of it, and where it stands while the plan is written."""

    thing: str
    level: Level
    fate: Fate
    unit: str
    branch: str | None
    claimant: Actor
    returned: bool = False
    venue: str = "website"
    title: str = ""
    needs: list[str] = field(default_factory=list)
    in_hand: bool = False
    round: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw from a unit's items, by a seed the plan does not know: `size` are drawn, and the first `failures` of them do not stand."""

    thing: str
    unit: str
    path: str
    field: str
    projects: Mapping[str, Project]
    size: int
    failures: int

    @property
    def failing(self) -> Listed:
        """Those that do not stand."""
        return Listed(self.path, self.thing, self.field, self.size, 1, self.failures)

    @property
    def passing(self) -> Listed:
        """The others."""
        return Listed(self.path, self.thing, self.field, self.size, self.failures + 1, self.size)


@dataclass(slots=True)
class Need:
    """A need, wish or opinion; `end` is linked, answered, claimed, declined, routed or waiting, `outcome` what it is told then.

    `claimants` claim a wish one after the other: each but the last gives it back.
    """

    thing: str
    kind: str
    channel: str
    end: str
    outcome: str
    submitter: Actor
    town: str
    unit: str = ""
    leader: str = ""
    title: str = ""
    project: Project | None = None
    petitioner: Mapping[str, str] | None = None
    claimants: tuple[Actor, ...] = ()


@dataclass(slots=True)
class Notice:
    """A notice; one to a single unit is about a project of that unit."""

    thing: str
    group: Notices
    number: int
    units: tuple[str, ...]
    project: Project | None
    sent_back: bool
    overdue: bool
    finding: str | None = None


@dataclass(slots=True)
class Finding:
    """Something found at a unit; `end` is how it will have ended: by a notice, by a revised plan, or with no action."""

    end: str
    unit: str
    project: Project | None = None
    thing: str = ""
    severity: str = ""


@dataclass(slots=True)
class Round:
    """A round: where it goes, and what is found there."""

    thing: str
    group: Rounds
    units: tuple[str, ...]
    findings: list[Finding]


@dataclass(slots=True)
class Cast:
    """Everybody and everything of a county's campaign."""

    county: County
    seed: int
    leaders: list[Actor]
    members: list[Member] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    revisions: list[Project] = field(default_factory=list)
    """Items whose plans are revised with no finding behind it."""
    checks: list[Draw] = field(default_factory=list)
    look_backs: list[Draw] = field(default_factory=list)

    def chance(self, *subject: str) -> Chance:
        """Return the stream of choices of a subject."""
        return Chance(self.seed, self.county.county, *subject)
