"""The published figures, what the campaigns should come to, and what each is compared with."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from campaigns.county import SIZES, Count, Kind, Size, read_yaml

FOLDER = Path(__file__).parent / "figures"
STEPS = ("submitted", "in-project", "claimed", "completed", "verified", "answered")
"""The way of a need; each step is a share of the one before."""

Source = Literal[
    "organisations",
    "members",
    "project-figures",
    "need-figures",
    "notice-figures",
    "verification-figures",
    "projects",
    "spot-checks",
    "needs",
    "wishes",
    "notices",
    "verifications",
    "replies",
    "inspections",
    "rounds",
    "findings",
    "hearings",
    "visited",
    "leaders",
    "contact-points",
    "visits",
    "demonstrations",
    "quotas",
    "look-backs",
    "listings",
    "cadence",
    "announced",
    "register",
    "ledger",
]
Value = str | int | bool | None


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Against(_Given):
    """A count over rows that services answer: those that fit `where`, with instants on days from `since` to `until`.

    Projects can be counted with the status they had at the end of a day (`as_of`), by their histories.
    """

    read: Source
    where: Mapping[str, Value | tuple[Value, ...]] = {}
    since: Mapping[str, date] = {}
    until: Mapping[str, date] = {}
    as_of: date | None = None
    take: Annotated[str, Field(pattern=r"^(count|(sum|distinct) [a-z_]+)$")]


class Figure(_Given):
    """A figure: as published (None where it was not; `over`: a little more than that; `derived`: worked out), and at the size in hand."""

    key: str
    label: str
    published: Count | None = None
    over: bool = False
    derived: bool = False
    plan: Count
    source: str
    against: Against


class Rate(_Given):
    """A share of one figure in another, in per cent, and how much it has to be."""

    label: str
    part: str
    whole: str
    at_least: Count | None = None
    source: str


class Reconciliation(_Given):
    """Figures whose sum should be another, their total, and the difference there is known to be."""

    label: str
    sum: tuple[str, ...]
    total: str
    difference: int


class Funnel(_Given):
    """How many needs of a kind get how far."""

    kind: Kind
    submitted: Count
    in_project: Annotated[Count, Field(alias="in-project")]
    claimed: Count
    completed: Count
    verified: Count
    answered: Count

    def step(self, name: str) -> int:
        """Return the number at one of STEPS."""
        return int(getattr(self, name.replace("-", "_")))


class Later(_Given):
    """Something published that the platform has no object for yet."""

    label: str
    source: str


class Figures(_Given):
    """All of a county."""

    county: str
    name: str
    figures: tuple[Figure, ...]
    rates: tuple[Rate, ...]
    funnel: Funnel
    reconciliations: tuple[Reconciliation, ...]
    later: tuple[Later, ...]


def load_figures(code: str, size: Size = "small", folder: Path = FOLDER) -> Figures:
    """Read a county's figures at a size; FileNotFoundError if there are none, ValueError where they do not fit."""
    figures = read_yaml(folder / f"{code}.yaml")
    try:
        for figure in figures["figures"]:
            numbers = {name: figure.pop(name) for name in SIZES}
            figure["plan"] = numbers[size]
        steps = {name: figures["funnel"].pop(name) for name in SIZES}
        figures["funnel"] |= steps[size]
    except (KeyError, TypeError) as fault:
        raise ValueError(f"{code}.yaml does not say {fault} where it has to") from fault
    return Figures.model_validate(figures)
