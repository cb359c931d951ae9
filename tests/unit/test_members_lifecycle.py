"""Two members of the register under whatever anybody asks: nobody is let off by themselves, by who proposed it, or by strangers."""

from typing import Any
from uuid import UUID

from hypothesis.stateful import invariant, rule

from services.projects.commands import ApproveExemption, ExemptMember, MoveMember, ProposeExemption, RefuseExemption, RegisterMember
from services.projects.decider import MEMBER
from services.projects.handlers import HANDLERS
from services.projects.projections import EXEMPTIONS, MEMBERS
from services.projects.state.registry import Member, MemberEvent
from shared.contracts.projects import ExemptionProposed, ExemptionRefused, MemberExempted, MemberMoved, MemberRegistered
from shared.kernel.actor import Actor
from shared.kernel.testing import by
from tests.support.a_project import BRANCH, COMMITTEE, OFFICE, member_id
from tests.support.a_service import Ask, Service, anything, every, explore

ACCOUNTS = ("li", "wang")
IDS: dict[UUID, str] = {member_id(account): account for account in ACCOUNTS}
LI_OF_THE_COMMITTEE, LI_OF_THE_OFFICE = by("unit", sub="li", unit="T1"), by("office", sub="li")
SECRETARY_OF_BOTH = by("unit", "branch", sub="secretary-1", unit="T1", branch="B1")
NEIGHBOURS = (by("unit", sub="committee-2", unit="T2"), by("branch", sub="secretary-2", unit="T1", branch="B2"))
ANYBODY = (OFFICE, COMMITTEE, BRANCH, LI_OF_THE_COMMITTEE, LI_OF_THE_OFFICE, SECRETARY_OF_BOTH, *NEIGHBOURS, by("member"), by("citizen"))


def of(account: str) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a member."""
    register = RegisterMember(account=account, name="李𠮷", unit="T1", branch="B1")
    exempt = [ExemptMember(account=account, exemption=why, reason="年老体弱") for why in ("infirm", "away", None)]
    propose = [ProposeExemption(account=account, exemption=why, evidence="证明已核") for why in ("infirm", "away")]
    approve, refuse = ApproveExemption(account=account, reason="属实"), RefuseExemption(account=account, reason="不实")
    moves = [MoveMember(account=account, unit="T1", branch=branch, reason="转接组织关系") for branch in ("B1", "B2")]
    away = MoveMember(account=account, unit="T2", branch="B3", reason="调动")
    usual: list[Ask] = [(register, COMMITTEE), (propose[0], BRANCH), (propose[1], BRANCH), (approve, COMMITTEE), (refuse, COMMITTEE)]
    usual += [(propose[0], NEIGHBOURS[1]), *((command, COMMITTEE) for command in (*exempt, *moves)), (away, OFFICE), (moves[0], OFFICE)]
    own = (LI_OF_THE_COMMITTEE, SECRETARY_OF_BOTH, LI_OF_THE_OFFICE)
    odd: list[Ask] = [(command, actor) for command in (approve, exempt[0], propose[0]) for actor in own]
    odd += [
        (away, COMMITTEE),
        (register.model_copy(update={"branch": "B2"}), OFFICE),
        (register.model_copy(update={"exemption": "away"}), OFFICE),
    ]
    return usual, odd


USUAL, ODD = ([ask for kind in kinds for ask in kind] for kinds in zip(*(of(account) for account in ACCOUNTS), strict=True))
ANYTHING = anything(USUAL, ODD, ANYBODY)


class Members(Service):
    """Two members, their branch, their unit and everybody else."""

    handlers = HANDLERS
    reads = (MEMBERS, EXEMPTIONS)

    def __init__(self) -> None:
        super().__init__()
        self.ask(*of("wang")[0][0])

    @rule(choice=ANYTHING)
    def go_on(self, choice: int | Ask) -> None:
        for command, actor in self.picked(choice, USUAL):
            self.ask(command, actor)

    def member(self, account: str) -> Member:
        state: Member = self.state(MEMBER, f"member-{member_id(account)}")
        return state

    def allowed(self, before: Member, event: Any, actor: Actor) -> None:
        assert before.registered is not isinstance(event, MemberRegistered)
        assert actor.has("office") or actor.unit == (event.unit if isinstance(event, MemberRegistered) else before.unit)
        own = actor.sub == IDS[event.member_id]
        match event:
            case MemberRegistered():
                assert not own or event.exemption is None
            case ExemptionProposed():
                assert (actor.branch, before.proposal) == (before.branch, None)
                assert event.exemption != before.exemption
            case MemberExempted() if event.proposed_by is not None:
                assert before.proposal is not None
                assert (event.exemption, event.proposed_by) == (before.proposal.exemption, before.proposal.proposed_by)
                assert event.approved_by == actor.sub != event.proposed_by
                assert not own
            case MemberExempted():
                assert event.exemption != before.exemption
                assert not own or event.exemption is None
            case ExemptionRefused():
                assert before.proposal is not None
            case MemberMoved():
                assert (event.unit, event.branch) != (before.unit, before.branch)
                assert actor.has("office") or event.unit == before.unit
            case _:
                raise AssertionError(event)

    @invariant()
    def the_register_says_what_the_rules_remember(self) -> None:
        for (known,), row in self.rows["members"].items():
            member = self.member(IDS[known])
            assert member.registered
            assert (row.unit, row.branch, row.exemption) == (member.unit, member.branch, member.exemption)
            assert row.version == self.version(f"member-{known}")

    @invariant()
    def the_list_of_exemptions_shows_what_awaits_a_decision_and_nothing_else(self) -> None:
        waiting = {
            IDS[known]: (row.exemption, row.proposed_by)
            for (known,), row in self.rows["exemptions"].items()
            if row.position is not None and row.status == "proposed"
        }
        proposals = {account: self.member(account).proposal for account in ACCOUNTS}
        assert waiting == {account: (at.exemption, at.proposed_by) for account, at in proposals.items() if at is not None}


def test_no_order_of_asking_breaks_a_member_s_exemption() -> None:
    refused = {"own_item", "not_your_unit", "exemption_not_proposed", "member_already_registered"}
    explore(Members, examples=60, steps=40, reaching={*every(MemberEvent), *refused, "role_not_allowed"})
