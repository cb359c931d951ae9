"""The rules of a project from proposal to sign-off, told by given, when, then."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.projects.commands import ClaimProject
from services.projects.decider import PROJECT
from shared.contracts.projects import (
    CompletionDeclared,
    ProgressReported,
    ProjectApproved,
    ProjectClaimed,
    ProjectProposed,
    ProjectReturned,
    ProjectSignedOff,
)
from shared.contracts.values import PRINCIPLES
from shared.kernel.events import Event
from shared.kernel.testing import Scenario, by, given
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
    MEMBERS,
    NEEDS,
    NEIGHBOURS,
    OFFICE,
    OPEN,
    PLEDGED,
    PROFILE,
    PROJECT_ID,
    REOPEN,
    REOPENED,
    REPORT,
    RETURNED,
    SIGNED_OFF,
    SYSTEM,
    UNITS,
    WANG,
    claim,
    claimed,
    completed,
    found,
    pledge,
    propose,
    proposed,
    review,
    sign_off,
)
from tests.support.refusals import told


def test_a_proposal_takes_who_claims_reviews_and_signs_off_from_its_level() -> None:
    for at in PROFILE.levels:
        given(PROJECT).when(propose(level=at.code, branch="B1"), by("member", sub="chen", unit="T1")).then(proposed(at))


def test_a_need_counts_once_in_a_project() -> None:
    given(PROJECT).when(propose(need_ids=(NEEDS[1], NEEDS[0], NEEDS[1])), LI).then_one(ProjectProposed, need_ids=(NEEDS[1], NEEDS[0]))


def test_a_proposal_needs_the_county_s_rules_and_one_of_its_levels() -> None:
    given(PROJECT).when(propose(profile=None), LI).rejected("profile_not_adopted")
    levels = "county-leader, unit-collective, branch, member, neighbour"
    assert told(given(PROJECT).when(propose(level="town"), LI)) == ("level_unknown", "/level", {"level": "town", "levels": levels})


def test_a_proposal_is_planned_for_today_in_shanghai_or_later() -> None:
    past_midnight = datetime(2021, 10, 31, 16, 0, tzinfo=UTC)
    given(PROJECT, at=past_midnight).when(propose(planned_completion=date(2021, 10, 31)), LI).rejected("planned_completion_past")
    given(PROJECT, at=past_midnight).when(propose(planned_completion=date(2021, 11, 1)), LI).then_one(ProjectProposed)


@pytest.mark.parametrize("role", ["citizen", "clerk", "inspector", "auditor"])
def test_who_has_no_post_in_the_campaign_proposes_nothing(role: str) -> None:
    given(PROJECT).when(propose(), by(role)).rejected("role_not_allowed")


def test_proposing_again_changes_nothing() -> None:
    given(PROJECT, proposed()).when(propose(), LI).nothing()


@for_all(st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_all_three_principles_met_approves_and_one_failed_returns(met: tuple[bool, bool, bool]) -> None:
    outcome = ProjectApproved if all(met) else ProjectReturned
    given(PROJECT, proposed()).when(review(*met), COMMITTEE).then_one(outcome, verdicts=found(*met), reviewed_by="committee-1")


def test_each_principle_is_judged_once() -> None:
    for named in ((PRINCIPLES[0],) * 3, (*PRINCIPLES[:2], PRINCIPLES[1])):
        given(PROJECT, proposed()).when(review(principles=named), COMMITTEE).rejected("principles_incomplete")
    for named in permutations(PRINCIPLES):
        given(PROJECT, proposed()).when(review(principles=named), COMMITTEE).then_one(ProjectApproved)


def test_the_office_reviews_the_upper_levels_and_a_unit_its_own_branches_and_members() -> None:
    for at in (LEADERS, UNITS):
        given(PROJECT, proposed(at)).when(review(), OFFICE).then_one(ProjectApproved)
        given(PROJECT, proposed(at)).when(review(), COMMITTEE).rejected("role_not_allowed")
    for at in (BRANCHES, MEMBERS):
        given(PROJECT, proposed(at)).when(review(), COMMITTEE).then_one(ProjectApproved)
        given(PROJECT, proposed(at)).when(review(), by("unit", unit="T2")).rejected("not_your_unit")
        given(PROJECT, proposed(at)).when(review(), OFFICE).rejected("role_not_allowed")


def test_a_branch_reviews_its_own_and_no_branch_reviews_for_no_branch() -> None:
    given(PROJECT, proposed(NEIGHBOURS)).when(review(), BRANCH).then_one(ProjectApproved)
    given(PROJECT, proposed(NEIGHBOURS)).when(review(), by("branch", unit="T1", branch="B2")).rejected("not_your_unit")
    given(PROJECT, proposed(NEIGHBOURS, branch=None)).when(review(), by("branch", unit="T2")).rejected("not_your_unit")


def test_nobody_reviews_what_they_proposed() -> None:
    given(PROJECT, proposed()).when(review(), by("unit", sub="chen", unit="T1")).rejected("own_item")


def test_a_project_is_reviewed_once() -> None:
    for outcome in (APPROVED, RETURNED):
        given(PROJECT, proposed(), outcome).when(review(), COMMITTEE).rejected("project_already_reviewed")


def test_only_what_was_approved_is_claimed() -> None:
    given(PROJECT, proposed()).when(claim(), LI).rejected("project_not_approved")
    given(PROJECT, proposed(), RETURNED).when(claim(), LI).rejected("project_not_approved")
    given(PROJECT, *OPEN).when(claim(), LI).then(claimed())


def test_a_project_is_claimed_only_once_at_any_later_time() -> None:
    story: list[Event] = [*IN_HAND, completed(), REOPENED, completed(2), ProjectSignedOff(project_id=PROJECT_ID, round=2)]
    for length in range(len(OPEN) + 1, len(story) + 1):
        given(PROJECT, *story[:length]).when(claim(), WANG).rejected("project_already_claimed")
        given(PROJECT, *story[:length]).when(claim(), LI).nothing()


@for_all(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=20))
def test_of_any_number_who_claim_the_first_has_it(accounts: list[str]) -> None:
    story = given(PROJECT, *OPEN)
    for account in accounts:
        outcome = story.when(claim(), by("member", sub=account))
        if outcome.refusal is None:
            story = Scenario(PROJECT, [*story.history, *outcome.events])
    assert [event.claimant for event in story.history if isinstance(event, ProjectClaimed)] == [accounts[0]]


def test_a_member_claims_in_their_unit_unless_exempt_or_unknown() -> None:
    given(PROJECT, *OPEN).when(claim(registered=False), LI).rejected("member_not_registered")
    given(PROJECT, *OPEN).when(ClaimProject(project_id=PROJECT_ID), LI).rejected("member_not_registered")
    given(PROJECT, *OPEN).when(claim(exempt=True), LI).rejected("member_exempt")
    given(PROJECT, *OPEN).when(claim(unit="T2"), LI).rejected("not_your_unit")


def test_a_level_says_which_roles_claim_and_as_whom() -> None:
    taken = ClaimProject(project_id=PROJECT_ID)
    given(PROJECT, proposed(LEADERS), APPROVED).when(taken, LEADER).then(claimed("leader-7", "leader", LEADERS, branch=None))
    given(PROJECT, proposed(UNITS), APPROVED).when(taken, COMMITTEE).then(claimed("T1", "unit", UNITS, branch=None))
    given(PROJECT, proposed(BRANCHES), APPROVED).when(taken, BRANCH).then(claimed("B1", "branch", BRANCHES))
    for actor in (LEADER, OFFICE, LI, by("citizen")):
        assert told(given(PROJECT, proposed(UNITS), APPROVED).when(claim(), actor)) == ("level_not_for_role", None, {"roles": "unit"})
    given(PROJECT, proposed(UNITS), APPROVED).when(taken, by("unit", unit="T2")).rejected("not_your_unit")
    given(PROJECT, proposed(BRANCHES), APPROVED).when(taken, by("branch", unit="T2", branch="B9")).rejected("not_your_unit")


def test_a_unit_claims_and_works_as_one_whoever_signs_in() -> None:
    held = given(PROJECT, proposed(UNITS), APPROVED, claimed("T1", "unit", UNITS, branch=None))
    colleague = by("unit", sub="committee-2", unit="T1")
    held.when(ClaimProject(project_id=PROJECT_ID), colleague).nothing()
    held.when(pledge(), colleague).then(PLEDGED)
    held.when(pledge(), by("unit", sub="committee-9", unit="T2")).rejected("not_the_claimant")
    held.when(pledge(), by("member", sub="committee-1", unit="T1")).rejected("not_the_claimant")


def test_only_the_claimant_pledges_reports_and_declares_completion() -> None:
    for ask in (pledge(), REPORT, COMPLETE):
        given(PROJECT, *OPEN).when(ask, LI).rejected("project_not_claimed")
        given(PROJECT, *IN_HAND).when(ask, WANG).rejected("not_the_claimant")


def test_the_first_promise_stands() -> None:
    given(PROJECT, *IN_HAND).when(pledge(), LI).nothing()
    given(PROJECT, *IN_HAND).when(pledge(complete_by=date(2021, 12, 31)), LI).rejected("already_pledged")
    given(PROJECT, *IN_HAND).when(pledge(promise="明年"), LI).rejected("already_pledged")


def test_a_promise_is_for_today_in_shanghai_or_later() -> None:
    for at, outcome in ((datetime(2021, 11, 30, 15, 59, tzinfo=UTC), None), (datetime(2021, 11, 30, 16, tzinfo=UTC), "pledge_date_past")):
        refusal = given(PROJECT, *OPEN, claimed(), at=at).when(pledge(), LI).refusal
        assert (refusal and refusal.code) == outcome


def test_progress_is_reported_while_the_work_is_in_hand() -> None:
    progressed = ProgressReported(project_id=PROJECT_ID, percent=60, text="已装三盏")
    given(PROJECT, *IN_HAND).when(REPORT, LI).then(progressed)
    given(PROJECT, *IN_HAND, completed(), REOPENED).when(REPORT, LI).then(progressed)
    for end in ((completed(),), (completed(), SIGNED_OFF)):
        for ask in (pledge(), REPORT, COMPLETE):
            given(PROJECT, *IN_HAND, *end).when(ask, LI).rejected("project_not_in_hand")


def test_completion_is_declared_by_who_pledged_a_round_at_a_time() -> None:
    given(PROJECT, *OPEN, claimed()).when(COMPLETE, LI).rejected("project_not_pledged")
    given(PROJECT, *IN_HAND).when(COMPLETE, LI).then(completed())
    given(PROJECT, *IN_HAND, completed(), REOPENED).when(COMPLETE, LI).then(completed(2))


def test_a_completion_is_for_the_claimant_s_branch_to_sign_off_or_else_the_project_s() -> None:
    for own, expected in (("B2", "B2"), (None, "B1")):
        given(PROJECT, *OPEN, claimed(branch=own), PLEDGED).when(COMPLETE, LI).then_one(CompletionDeclared, branch=expected)


def test_the_office_or_a_refused_verification_sends_back_what_was_declared_complete() -> None:
    for actor in (OFFICE, SYSTEM):
        given(PROJECT, *IN_HAND, completed()).when(REOPEN, actor).then(REOPENED)
        for story in ((proposed(),), IN_HAND, (*IN_HAND, completed(), SIGNED_OFF)):
            given(PROJECT, *story).when(REOPEN, actor).rejected("project_not_completed")
    for actor in (LI, COMMITTEE, LEADER):
        given(PROJECT, *IN_HAND, completed()).when(REOPEN, actor).rejected("role_not_allowed")


def test_a_refusal_that_comes_late_leaves_a_newer_round_alone() -> None:
    late = REOPEN.model_copy(update={"round": 1})
    given(PROJECT, *IN_HAND, completed()).when(late, SYSTEM).then(REOPENED)
    given(PROJECT, *IN_HAND, completed(), REOPENED).when(late, SYSTEM).nothing()
    given(PROJECT, *IN_HAND, completed(), REOPENED, completed(2)).when(late, SYSTEM).nothing()


def test_what_was_sent_back_to_work_is_not_signed_off() -> None:
    given(PROJECT, *IN_HAND, completed(), REOPENED).when(sign_off(1), SYSTEM).rejected("project_not_completed")


def test_only_the_policy_signs_off_and_only_the_round_that_was_verified() -> None:
    given(PROJECT, *IN_HAND, completed()).when(sign_off(1), SYSTEM).then(SIGNED_OFF)
    given(PROJECT, *IN_HAND, completed(), SIGNED_OFF).when(sign_off(1), SYSTEM).nothing()
    given(PROJECT, *IN_HAND, completed(), REOPENED, completed(2)).when(sign_off(1), SYSTEM).rejected("project_not_completed")
    given(PROJECT, *IN_HAND).when(sign_off(1), SYSTEM).rejected("project_not_completed")
    given(PROJECT, *IN_HAND, completed()).when(sign_off(1), OFFICE).rejected("role_not_allowed")


def test_a_project_that_does_not_exist_is_not_found() -> None:
    for ask in (review(), claim(), pledge(), REPORT, COMPLETE, REOPEN, sign_off(1)):
        given(PROJECT).when(ask, OFFICE).rejected("not_found")
