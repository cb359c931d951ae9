"""What the books of a plan hold, everything by the name the plan gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from campaigns.calls import Call
from campaigns.readings import Row

Book = dict[str, dict[str, Any]]
OFFICE = {"kind": "county-office"}
"""The profile registers the campaign office, and a town that campaigns register again to no effect."""


@dataclass
class State:
    """The books; what a service draws is drawn here by chance, from what the county's rules name (`lists`, by the draw)."""

    rules: Mapping[str, Any]
    chance: Random
    organisations: Book = field(default_factory=lambda: {"xjb": OFFICE})
    members: Book = field(default_factory=dict)
    needs: Book = field(default_factory=dict)
    wishes: Book = field(default_factory=dict)
    projects: Book = field(default_factory=dict)
    spot_checks: Book = field(default_factory=dict)
    leaders: Book = field(default_factory=dict)
    contact_points: Book = field(default_factory=dict)
    demonstrations: Book = field(default_factory=dict)
    notices: Book = field(default_factory=dict)
    verifications: Book = field(default_factory=dict)
    look_backs: Book = field(default_factory=dict)
    visits: Book = field(default_factory=dict)
    rounds: Book = field(default_factory=dict)
    findings: Book = field(default_factory=dict)
    hearings: Book = field(default_factory=dict)
    listings: Book = field(default_factory=dict)
    cadence: Book = field(default_factory=dict)
    announced: list[dict[str, Any]] = field(default_factory=list)
    inspections: list[Row] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    awaited: dict[str, set[str]] = field(default_factory=dict)

    def hold(self, activity: str, thing: str, day: str) -> None:
        """Count something as what the county's rules ask for in the week or month of a day."""
        for due in self.rules["supervision"]["cadence"]:
            if due["activity"] == activity:
                year, week, _ = date.fromisoformat(day).isocalendar()
                period = f"{year}-W{week:02}" if due["every"] == "week" else day[:7]
                blank = {"activity": activity, "every": due["every"], "status": "held", "reference_ids": set[str]()}
                self.cadence.setdefault(f"{activity} {period}", blank)["reference_ids"].add(thing)

    def end(self, finding: str, ending: str) -> None:
        """End a finding, once."""
        if self.findings[finding]["status"] == "open":
            self.findings[finding].update(status="ended", ending=ending)

    def step(self, project: str, status: str, at: str, **more: Any) -> None:
        """Let a project get a status, from its declared completion on."""
        self.projects[project].update(status=status, **more)
        self.projects[project]["steps"].append((at, status))

    def draw(self, call: Call, among: Sequence[str], percent: int) -> list[str]:
        """Draw the county's per cent, rounded up; each waits for its verdict."""
        drawn = self.chance.sample(among, -(-len(among) * percent // 100))
        self.lists[call.thing], self.awaited[call.thing] = drawn, set(drawn)
        return drawn


def met(call: Call) -> bool:
    """Whether a judgement finds all three principles met."""
    return all(verdict["met"] for verdict in call.body["verdicts"])
