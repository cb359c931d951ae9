"""The quotas of a committee and of a leader under whatever anybody asks, while the county's rules change: never full beyond its brim."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.projects.commands import DesignateDemonstration, EndDemonstration, ProposeDemonstration, Shown, Whose
from services.projects.decider import DEMONSTRATIONS as QUOTA
from services.projects.handlers import HANDLERS
from services.projects.projections import DEMONSTRATIONS
from services.projects.state.registry import DemonstrationEvent, Demonstrations
from shared.contracts.projects import DemonstrationDesignated, DemonstrationEnded, DemonstrationProposed
from shared.kernel.actor import Actor
from shared.kernel.derived import derived
from shared.kernel.rules import Command
from shared.kernel.testing import COUNTY, by
from tests.support.a_gate import rules
from tests.support.a_project import COMMITTEE, LEADER, LI, OFFICE, PROFILE
from tests.support.a_service import Ask, Choice, Service, anything, every, explore, together

PROJECTS = {
    UUID(int=1): Shown(unit="T1", claimant="li", role="member"),
    UUID(int=2): Shown(unit="T1", claimant="leader-7", role="leader"),
    UUID(int=3): Shown(unit="T2", claimant="leader-7", role="leader"),
    UUID(int=4): Shown(unit="T1", claimant="T1", role="unit"),
    UUID(int=5): Shown(unit="T1", claimant="leader-7", role="member"),
}
HOLDERS: dict[Whose, str] = {"committee": "T1", "leader": "leader-7"}
IDS: dict[UUID, tuple[Whose, str]] = {derived(COUNTY, "demonstrations", *holder): holder for holder in HOLDERS.items()}
OWN_OFFICE, OFFICE_OF_LEADER = by("office", sub="xjb-9", unit="T1"), by("office", sub="leader-7")
STRANGERS = (by("unit", sub="committee-2", unit="T2"), by("leader", sub="leader-8"))
ANYBODY = (OFFICE, COMMITTEE, LEADER, LI, OWN_OFFICE, OFFICE_OF_LEADER, *STRANGERS, by("auditor"))
PROFILES: dict[str, Any] = {"one": rules(most=1), "two": rules(most=2), "three": rules(most=3), "no quota": PROFILE, "no rules": None}


def of(whose: Whose, holder: str) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a holder's quota."""
    which: Any = {"whose": whose, "holder": holder}
    propose = [ProposeDemonstration(**which, project_id=project_id, reason="可复制") for project_id in PROJECTS]
    designate = [DesignateDemonstration(**which, project_id=project_id) for project_id in PROJECTS]
    end = [EndDemonstration(**which, project_id=project_id, reason="管护不到位") for project_id in PROJECTS]
    usual: list[Ask] = [(command, COMMITTEE if whose == "committee" else LEADER) for command in propose]
    usual += [(command, OFFICE) for command in (*propose, *designate)]
    odd: list[Ask] = [(command, own) for command in (*designate, *end) for own in (OWN_OFFICE, OFFICE_OF_LEADER)]
    odd += [(command, OFFICE) for command in designate]
    odd += [(ProposeDemonstration(**which, project_id=UUID(int=9), reason="可复制"), OFFICE)]
    return usual, odd


USUAL, ODD = together(of(*holder) for holder in HOLDERS.items())


class Quotas(Service):
    """A committee and a leader, five projects, and rules that change."""

    handlers, usual, odd = HANDLERS, USUAL, ODD
    reads = (DEMONSTRATIONS,)
    in_force = "one"

    @rule(choice=anything(USUAL, ODD, ANYBODY), adopted=st.sampled_from([None] * 15 + [*PROFILES]))
    def go_on(self, choice: Choice, adopted: str | None) -> None:
        self.in_force = adopted or self.in_force
        self.go(choice)

    def prepared(self, command: Command) -> Command:
        match command:
            case ProposeDemonstration():
                return command.model_copy(update={"project": PROJECTS.get(command.project_id)})
            case DesignateDemonstration():
                return command.model_copy(update={"profile": PROFILES[self.in_force]})
            case _:
                return command

    def allowed(self, before: Demonstrations, event: Any, actor: Actor) -> None:
        whose, holder = IDS[event.holder_id]
        match event:
            case DemonstrationProposed():
                project = PROJECTS[event.project_id]
                assert holder == (project.unit if whose == "committee" else project.claimant)
                assert whose == "committee" or project.role == "leader"
                assert event.project_id not in before.proposed | before.designated
                assert actor.has("office") or holder == (actor.unit if whose == "committee" else actor.sub)
            case DemonstrationDesignated():
                assert event.project_id in before.proposed
                assert event.most is None or len(before.designated) < event.most
                assert actor.has("office")
                assert holder != (actor.unit if whose == "committee" else actor.sub)
            case DemonstrationEnded():
                assert event.project_id in before.proposed | before.designated
                assert actor.has("office")
            case _:
                raise AssertionError(event)

    @invariant()
    def the_list_says_what_the_rules_remember(self) -> None:
        for holder_id, holder in IDS.items():
            held: Demonstrations = self.state(QUOTA, f"demonstrations-{holder_id}")
            rows = {project_id: row for (of, project_id), row in self.rows["demonstrations"].items() if of == holder_id}
            assert {project_id for project_id, row in rows.items() if row.status == "proposed"} == held.proposed
            assert {project_id for project_id, row in rows.items() if row.status == "designated"} == held.designated
            assert all((row.whose, row.holder) == holder for row in rows.values())
            assert all((row.designated_at is None) or row.status != "proposed" for row in rows.values())
            assert all((row.ended_at is None) is (row.status != "ended") for row in rows.values())


def test_no_order_of_asking_breaks_a_quota() -> None:
    refused = {"own_item", "demonstration_quota_full", "demonstration_not_proposed", "demonstration_not_of_holder"}
    explore(Quotas, examples=60, steps=40, reaching={*every(DemonstrationEvent), *refused, "role_not_allowed"})
