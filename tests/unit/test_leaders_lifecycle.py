"""A county leader and a unit's chief with their contact points, whatever anybody asks: one tie at a time, each after the last."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis.stateful import invariant, rule

from services.projects.commands import Place, RegisterLeader, ReleaseContactPoint, TieContactPoint
from services.projects.decider import LEADER
from services.projects.handlers import HANDLERS
from services.projects.projections import CONTACT_POINTS, LEADERS
from services.projects.state.registry import Leader, LeaderEvent
from shared.contracts.projects import ContactPointReleased, ContactPointTied, LeaderRegistered
from shared.kernel.actor import Actor
from shared.kernel.derived import derived
from shared.kernel.rules import Command
from shared.kernel.testing import COUNTY, by
from tests.support.a_project import BRANCH, COMMITTEE, OFFICE
from tests.support.a_service import Ask, Choice, Service, anything, every, explore, together

UNIT_OF: dict[str, str | None] = {"leader-7": None, "chief": "T1"}
IDS: dict[UUID, str] = {derived(COUNTY, "leader", account): account for account in UNIT_OF}
PLACES = {"T1": Place(kind="town", parent=None), "B1": Place(kind="branch", parent="T1"), "B9": Place(kind="branch", parent="T2")}
STRANGERS = (by("unit", sub="committee-2", unit="T2"), by("leader", sub="leader-7"), by("auditor"), by("citizen"))
ANYBODY = (OFFICE, COMMITTEE, BRANCH, *STRANGERS)
FIRST = date(2021, 5, 10)


def of(account: str) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a leader."""
    register = RegisterLeader(account=account, name="周𡈽", post="局长", unit=UNIT_OF[account], order=7)
    ties = [
        TieContactPoint(account=account, organisation=place, tied_from=FIRST + timedelta(days=days))
        for place in ("T1", "B1")
        for days in (0, 20, 40)
    ]
    ends = [
        ReleaseContactPoint(account=account, organisation=place, until=FIRST + timedelta(days=days), reason="分工调整")
        for place in ("T1", "B1")
        for days in (5, 20, 30)
    ]
    usual: list[Ask] = [(register, OFFICE), *((command, OFFICE) for command in (*ties, *ends)), (ties[3], COMMITTEE), (ends[5], COMMITTEE)]
    outside = [TieContactPoint(account=account, organisation=place, tied_from=FIRST) for place in ("B9", "none")]
    odd: list[Ask] = [*((command, OFFICE) for command in outside), (register.model_copy(update={"post": "县长"}), OFFICE)]
    odd += [(command, STRANGERS[0]) for command in (ties[3], ends[3])]
    return usual, odd


USUAL, ODD = together(of(account) for account in UNIT_OF)


class Leaders(Service):
    """Two leaders, a unit, its branch, and a branch elsewhere."""

    handlers, usual, odd = HANDLERS, USUAL, ODD
    reads = (LEADERS, CONTACT_POINTS)

    @rule(choice=anything(USUAL, ODD, ANYBODY))
    def go_on(self, choice: Choice) -> None:
        self.go(choice)

    def prepared(self, command: Command) -> Command:
        if isinstance(command, TieContactPoint):
            return command.model_copy(update={"place": PLACES.get(command.organisation)})
        return command

    def leader(self, known: UUID) -> Leader:
        state: Leader = self.state(LEADER, f"leader-{known}")
        return state

    def allowed(self, before: Leader, event: Any, actor: Actor) -> None:
        assert before.registered is not isinstance(event, LeaderRegistered)
        assert actor.has("office") or (before.unit is not None and actor.unit == before.unit)
        match event:
            case ContactPointTied():
                assert event.organisation not in dict(before.ties)
                place = PLACES[event.organisation]
                assert before.unit in (None, place.parent)
            case ContactPointReleased():
                assert event.until >= dict(before.ties)[event.organisation]
            case _:
                assert event.unit == UNIT_OF[event.account]

    @invariant()
    def the_register_says_what_the_rules_remember(self) -> None:
        for (known,), row in self.rows["leaders"].items():
            leader = self.leader(known)
            assert (row.account, row.unit, row.post, row.official_order) == (IDS[known], leader.unit, leader.post, leader.order)
        current = {key: row.tied_from for key, row in self.rows["contact_points"].items() if row.until is None}
        assert current == {(known, place): since for known in IDS for place, since in self.leader(known).ties}

    @invariant()
    def ties_to_one_place_follow_each_other(self) -> None:
        told = Counter((event.leader_id, event.organisation) for event in self.events(ContactPointTied))
        for key, row in self.rows["contact_points"].items():
            spans = [(each["from"], each["until"]) for each in row.before or []]
            spans.append((row.tied_from.isoformat(), (row.until or date.max).isoformat()))
            assert len(spans) == told[key]
            assert all(since <= until for since, until in spans)
            assert all(until < since for (_, until), (since, _) in pairwise(spans))


def test_no_order_of_asking_breaks_a_contact_point() -> None:
    refused = {"contact_point_already_tied", "contact_point_not_tied", "contact_point_ends_early", "contact_point_outside_unit"}
    explore(Leaders, examples=50, steps=30, reaching={*every(LeaderEvent), *refused, "not_your_unit", "leader_already_registered"})
