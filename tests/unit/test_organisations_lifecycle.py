"""A unit and its branch on the register, whatever anybody asks: codes stay, names follow each other, what is dissolved stays as it was."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.projects.commands import DissolveOrganisation, RegisterOrganisation, RenameOrganisation, ReorderOrganisation
from services.projects.decider import ORGANISATION
from services.projects.handlers import HANDLERS
from services.projects.projections import ORGANISATIONS
from services.projects.state.registry import Organisation, OrganisationEvent
from shared.contracts.projects import OrganisationDissolved, OrganisationRegistered, OrganisationRenamed, OrganisationReordered
from shared.contracts.values import OrganisationKind
from shared.kernel.actor import Actor
from shared.kernel.testing import by
from tests.support.a_project import BRANCH, COMMITTEE, OFFICE
from tests.support.a_service import Ask, Choice, Service, anything, every, explore, together

CODES: dict[str, tuple[OrganisationKind, str | None]] = {"T1": ("department", None), "B1": ("branch", "T1")}
ANYBODY = (OFFICE, COMMITTEE, BRANCH, by("leader"), by("member"), by("auditor"), by("citizen"))
FIRST = date(2021, 6, 1)


def of(code: str) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about an organisation."""
    kind, parent = CODES[code]
    register = RegisterOrganisation(code=code, name="县扶贫办", kind=kind, parent=parent, order=214)
    renames = [
        RenameOrganisation(code=code, name=name, valid_from=FIRST + timedelta(days=days))
        for name, days in (("县乡村振兴局", 0), ("县农业局", 30), ("县乡村振兴局", 90), ("县扶贫办", 90))
    ]
    ends = [DissolveOrganisation(code=code, valid_to=FIRST + timedelta(days=days), reason="机构改革") for days in (-1, 400)]
    usual: list[Ask] = [(register, OFFICE), *((command, OFFICE) for command in renames)]
    usual += [(ReorderOrganisation(code=code, order=order), OFFICE) for order in (3, 214)]
    odd: list[Ask] = [(command, OFFICE) for command in ends]
    odd += [(register.model_copy(update=other), OFFICE) for other in ({"order": 1}, {"valid_from": FIRST}, {"kind": "town"})]
    odd += [(command, COMMITTEE) for command in (*renames, *ends)]
    return usual, odd


USUAL, ODD = together(of(code) for code in CODES)


class Organisations(Service):
    """A unit and its branch."""

    handlers, usual, odd = HANDLERS, USUAL, ODD
    reads = (ORGANISATIONS,)

    @rule(choice=anything(USUAL, ODD, ANYBODY), days=st.integers(0, 30))
    def go_on(self, choice: Choice, days: int) -> None:
        self.pass_days(days)
        self.go(choice)

    def allowed(self, before: Organisation, event: Any, actor: Actor) -> None:
        assert actor.has("office")
        assert before.valid_to is None
        assert (before.registered is None) is isinstance(event, OrganisationRegistered)
        match event:
            case OrganisationRenamed():
                assert before.name_from is None or event.valid_from > before.name_from
            case OrganisationReordered():
                assert event.order != before.order
            case OrganisationDissolved():
                assert before.name_from is None or event.valid_to >= before.name_from
            case _:
                pass

    @invariant()
    def the_register_says_what_the_rules_remember(self) -> None:
        for (code,), row in self.rows["organisations"].items():
            organisation: Organisation = self.state(ORGANISATION, f"organisation-{code}")
            registered = organisation.registered
            assert registered is not None
            assert (row.kind, row.parent, row.valid_from) == (registered.kind, registered.parent, registered.valid_from)
            assert (row.name, row.name_from, row.official_order) == (organisation.name, organisation.name_from, organisation.order)
            assert (row.valid_to, row.version) == (organisation.valid_to, self.version(f"organisation-{code}"))

    @invariant()
    def names_follow_each_other_without_a_gap(self) -> None:
        for (code,), row in self.rows["organisations"].items():
            told = [event for event in self.events(OrganisationRegistered, OrganisationRenamed) if event.code == code]
            assert [each["name"] for each in row.former_names] + [row.name] == [event.name for event in told]
            bounds = [*((each["from"], each["until"]) for each in row.former_names), (row.name_from and row.name_from.isoformat(), None)]
            assert all(until == since for (_, until), (since, _) in pairwise(bounds))
            assert all(since is None or until is None or since < until for since, until in bounds)


def test_no_order_of_asking_breaks_an_organisation() -> None:
    refused = {"organisation_already_registered", "organisation_dissolved", "name_not_later", "role_not_allowed", "not_found"}
    explore(Organisations, examples=50, steps=30, reaching={*every(OrganisationEvent), *refused})
