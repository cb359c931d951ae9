"""The rules of claims and promises: passed on, shared, given back, amended, extended, standing still; told by given, when, then."""

from services.projects.commands import (
    TransferClaim,
)
from services.projects.decider import PROJECT
from shared.contracts.projects import (
    ClaimGivenBack,
    ClaimTransferred,
    CompletionDeclared,
    PledgePublished,
    TeamLeft,
)
from shared.kernel.testing import by, given
from tests.support.a_claim import GIVE_BACK, JOINED, LATER, LEAVE, join, transfer
from tests.support.a_project import (
    APPROVED,
    BRANCH,
    BRANCHES,
    COMMITTEE,
    COMPLETE,
    IN_HAND,
    LEADER,
    LEADERS,
    LI,
    OPEN,
    PROJECT_ID,
    REPORT,
    WANG,
    claim,
    claimed,
    completed,
    member_id,
    pledge,
    proposed,
)


def test_what_is_given_back_is_free_to_be_claimed_by_another_who_promises_anew() -> None:
    given_back = given(PROJECT, *IN_HAND).and_then(GIVE_BACK, LI)
    assert given_back.history[-1] == ClaimGivenBack(project_id=PROJECT_ID, claimant="li", reason="长期外派", freed=(member_id("li"),))
    anew = given_back.and_then(claim(), WANG)
    anew.when(pledge("十二月亮灯", LATER), WANG).then_one(PledgePublished, complete_by=LATER)
    anew.when(REPORT, LI).rejected("not_the_claimant")
    given_back.when(pledge(), LI).rejected("project_not_claimed")


def test_only_the_claimant_gives_back_and_only_what_is_in_hand() -> None:
    given(PROJECT, *IN_HAND).when(GIVE_BACK, WANG).rejected("not_the_claimant")
    given(PROJECT, *OPEN).when(GIVE_BACK, LI).rejected("project_not_claimed")
    given(PROJECT, *IN_HAND, completed()).when(GIVE_BACK, LI).rejected("project_not_in_hand")


def test_a_claim_passes_to_another_member_with_its_promise() -> None:
    for actor in (LI, COMMITTEE):
        passed = given(PROJECT, *IN_HAND).and_then(transfer(), actor)
        assert passed.history[-1] == ClaimTransferred(
            project_id=PROJECT_ID,
            claimant="li",
            to="wang",
            role="member",
            branch="B2",
            member_id=member_id("wang"),
            freed=(member_id("li"),),
            reason="外出务工",
            transferred_by=actor.sub,
        )
        passed.when(pledge(), WANG).nothing()
        passed.when(COMPLETE, LI).rejected("not_the_claimant")
        passed.when(COMPLETE, WANG).then_one(CompletionDeclared, claimant="wang", branch="B2")


def test_a_claim_passes_only_to_who_might_have_claimed_it() -> None:
    held = given(PROJECT, *IN_HAND)
    held.when(transfer("li"), LI).nothing()
    held.when(transfer(registered=False), LI).rejected("successor_not_registered")
    held.when(TransferClaim(project_id=PROJECT_ID, to="wang", reason="外出"), LI).rejected("successor_not_registered")
    held.when(transfer(exempt=True), LI).rejected("member_exempt")
    held.when(transfer(unit="T2"), LI).rejected("successor_of_another_unit")
    held.when(transfer(), WANG).rejected("role_not_allowed")
    held.when(transfer(), by("unit", unit="T2")).rejected("not_your_unit")
    given(PROJECT, *OPEN).when(transfer(), LI).rejected("project_not_claimed")
    given(PROJECT, *IN_HAND, completed()).when(transfer(), LI).rejected("project_not_in_hand")


def test_a_leader_s_claim_passes_to_a_leader_and_a_branch_s_to_a_branch() -> None:
    led = given(PROJECT, proposed(LEADERS), APPROVED, claimed("leader-7", "leader", LEADERS, branch=None))
    led.when(transfer("leader-8", unit=None, branch=None, member_id=None), LEADER).then_one(ClaimTransferred, to="leader-8", freed=())
    held = given(PROJECT, proposed(BRANCHES), APPROVED, claimed("B1", "branch", BRANCHES))
    held.when(transfer("B2", member_id=None), BRANCH).then_one(ClaimTransferred, to="B2", branch="B2", role="branch")


def test_others_join_what_is_claimed_and_leave_again() -> None:
    shared = given(PROJECT, *IN_HAND).and_then(join(), WANG)
    assert shared.history[-1] == JOINED
    shared.when(join(), WANG).nothing()
    shared.when(join(), LI).nothing()
    left = TeamLeft(project_id=PROJECT_ID, account="wang", member_id=member_id("wang"), reason="调离")
    shared.when(LEAVE, WANG).then(left)
    given(PROJECT, *shared.history, left).when(LEAVE, WANG).rejected("not_on_the_team")
    shared.when(LEAVE, LI).rejected("not_on_the_team")


def test_who_may_not_claim_does_not_join() -> None:
    given(PROJECT, *IN_HAND).when(join(registered=False), WANG).rejected("member_not_registered")
    given(PROJECT, *IN_HAND).when(join(exempt=True), WANG).rejected("member_exempt")
    given(PROJECT, *IN_HAND).when(join(unit="T2"), WANG).rejected("not_your_unit")
    given(PROJECT, *IN_HAND).when(join(), COMMITTEE).rejected("role_not_allowed")
    given(PROJECT, *OPEN).when(join(), WANG).rejected("project_not_claimed")
    given(PROJECT, *IN_HAND, completed()).when(join(), WANG).rejected("project_not_in_hand")


def test_a_team_is_freed_with_its_claimant_and_a_mate_who_takes_over_leaves_it() -> None:
    shared = given(PROJECT, *IN_HAND, JOINED)
    shared.when(GIVE_BACK, LI).then_one(ClaimGivenBack, freed=(member_id("li"), member_id("wang")))
    taken = shared.and_then(transfer(), LI)
    assert [type(event) for event in taken.history[-2:]] == [TeamLeft, ClaimTransferred]
    assert taken.state().claim.team == ()
