"""Promises that move in the open, milestones, and how a project leaves the list, told by given, when, then."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.projects.commands import (
    AmendPledge,
    RedoProject,
    RevisePlan,
    TakeInMergedProject,
    TransferClaim,
)
from services.projects.decider import PROJECT
from shared.contracts.projects import (
    CompletionDeclared,
    ExtensionApproved,
    ExtensionRefused,
    MergedProjectTakenIn,
    MilestoneReached,
    MilestonesSet,
    PlanRevised,
    PledgeAmended,
    ProgressReported,
    ProjectClaimed,
    ProjectMerged,
    ProjectReopened,
    ProjectResumed,
    ProjectWithdrawn,
)
from shared.contracts.values import Milestone
from shared.kernel.testing import by, given
from tests.support.a_claim import (
    APPROVE,
    ASK,
    ASKED,
    GIVE_BACK,
    JOINED,
    LATER,
    REACH,
    REFUSE,
    RESUME,
    SET,
    STEPS,
    SUSPEND,
    SUSPENDED,
    WITHDRAW,
    merge,
)
from tests.support.a_project import (
    APPROVED,
    COMMITTEE,
    COMPLETE,
    IN_HAND,
    LEADER,
    LEADERS,
    LI,
    NEEDS,
    OFFICE,
    OPEN,
    OTHER_ID,
    PLEDGED,
    PROJECT_ID,
    REPORT,
    RETURNED,
    SIGNED_OFF,
    SYSTEM,
    UNITS,
    WANG,
    claim,
    claimed,
    completed,
    member_id,
    proposed,
)
from tests.support.refusals import told


def test_a_promise_is_amended_by_the_reviewing_tier_and_the_first_one_stands() -> None:
    ask = AmendPledge(project_id=PROJECT_ID, promise="亮灯并装护栏", complete_by=LATER, reason="群众要求")
    amended = given(PROJECT, *IN_HAND).and_then(ask, COMMITTEE)
    assert amended.history[-1] == PledgeAmended(
        project_id=PROJECT_ID, promise="亮灯并装护栏", complete_by=LATER, reason="群众要求", approved_by="committee-1"
    )
    claim_now = amended.state().claim
    assert (claim_now.pledge.promise, claim_now.pledge.complete_by) == (PLEDGED.promise, PLEDGED.complete_by)
    assert (claim_now.promise, claim_now.complete_by) == ("亮灯并装护栏", LATER)
    amended.when(ask, COMMITTEE).nothing()
    given(PROJECT, *OPEN, claimed()).when(ask, COMMITTEE).rejected("project_not_pledged")
    for actor, code in (
        (LI, "role_not_allowed"),
        (by("unit", unit="T2"), "not_your_unit"),
        (by("unit", sub="li", unit="T1"), "own_item"),
    ):
        given(PROJECT, *IN_HAND).when(ask, actor).rejected(code)
    past = ask.model_copy(update={"complete_by": date(2021, 10, 31)})
    given(PROJECT, *IN_HAND).when(past, COMMITTEE).rejected("pledge_date_past")


def test_an_extension_is_asked_by_the_claimant_and_decided_by_the_reviewing_tier() -> None:
    given(PROJECT, *IN_HAND).when(ASK, LI).then(ASKED)
    given(PROJECT, *IN_HAND).when(ASK, WANG).rejected("not_the_claimant")
    given(PROJECT, *OPEN, claimed()).when(ASK, LI).rejected("project_not_pledged")
    extended = given(PROJECT, *IN_HAND, ASKED).and_then(APPROVE, COMMITTEE)
    assert extended.history[-1] == ExtensionApproved(project_id=PROJECT_ID, complete_by=LATER, reason="连续降雨", approved_by="committee-1")
    assert extended.state().claim.complete_by == LATER
    refused = given(PROJECT, *IN_HAND, ASKED).and_then(REFUSE, COMMITTEE)
    assert refused.history[-1] == ExtensionRefused(project_id=PROJECT_ID, complete_by=LATER, reason="材料已到位", refused_by="committee-1")
    assert refused.state().claim.complete_by == PLEDGED.complete_by
    for answer in (APPROVE, REFUSE):
        given(PROJECT, *IN_HAND).when(answer, COMMITTEE).rejected("extension_not_asked")
        given(PROJECT, *IN_HAND, ASKED).when(answer, LI).rejected("role_not_allowed")
        given(PROJECT, *IN_HAND, ASKED).when(answer, by("unit", sub="li", unit="T2")).rejected("not_your_unit")


def test_nobody_approves_their_own_extension() -> None:
    held = given(PROJECT, *IN_HAND, ASKED)
    held.when(APPROVE, by("unit", sub="li", unit="T1")).rejected("own_item")
    given(PROJECT, *IN_HAND, ASKED, JOINED).when(APPROVE, by("unit", sub="wang", unit="T1")).rejected("own_item")


def test_an_extension_is_for_a_later_day_one_request_at_a_time() -> None:
    same = ASK.model_copy(update={"complete_by": PLEDGED.complete_by})
    assert told(given(PROJECT, *IN_HAND).when(same, LI)) == ("extension_not_later", "/complete_by", {"promised": "2021-11-30"})
    given(PROJECT, *IN_HAND, ASKED).when(ASK, LI).nothing()
    other = ASK.model_copy(update={"complete_by": date(2021, 12, 31)})
    given(PROJECT, *IN_HAND, ASKED).when(other, LI).rejected("extension_already_asked")
    long_after = given(PROJECT, *IN_HAND, at=datetime(2022, 1, 5, tzinfo=UTC))
    long_after.when(ASK, LI).rejected("pledge_date_past")


def test_what_was_asked_for_lapses_with_the_completion() -> None:
    done = given(PROJECT, *IN_HAND, ASKED, completed())
    done.when(APPROVE, COMMITTEE).rejected("project_not_in_hand")
    assert done.state().claim.asked is None


@pytest.mark.parametrize(("days", "expected"), [(0, date(2021, 11, 30)), (14, date(2021, 12, 14)), (40, date(2022, 1, 9))])
def test_the_promised_day_moves_by_the_days_the_clock_stood_still(days: int, expected: date) -> None:
    for actor in (OFFICE, COMMITTEE):
        stood = given(PROJECT, *IN_HAND).and_then(SUSPEND, actor)
        assert stood.history[-1] == SUSPENDED.model_copy(update={"approved_by": actor.sub})
        later = given(PROJECT, *stood.history, at=datetime.fromordinal(stood.at.toordinal() + days).replace(tzinfo=UTC))
        later.when(RESUME, actor).then(ProjectResumed(project_id=PROJECT_ID, complete_by=expected, approved_by=actor.sub))


def test_nothing_is_asked_of_a_claimant_while_the_clock_stands_still() -> None:
    stood = given(PROJECT, *IN_HAND, ASKED, SUSPENDED)
    for ask in (REPORT, COMPLETE, GIVE_BACK, SET, ASK):
        stood.when(ask, LI).rejected("project_suspended")
    stood.when(SUSPEND, OFFICE).nothing()
    stood.and_then(RESUME, OFFICE).when(REPORT, LI).then_one(ProgressReported)
    given(PROJECT, *IN_HAND).when(RESUME, OFFICE).nothing()
    given(PROJECT, *IN_HAND, completed()).when(RESUME, OFFICE).rejected("project_not_in_hand")
    given(PROJECT, *IN_HAND).when(SUSPEND, LI).rejected("role_not_allowed")
    given(PROJECT, *IN_HAND).when(SUSPEND, by("office", sub="li")).rejected("own_item")


def test_what_has_no_promise_yet_resumes_without_a_day() -> None:
    given(PROJECT, *OPEN, claimed(), SUSPENDED).when(RESUME, OFFICE).then_one(ProjectResumed, complete_by=None)


def test_milestones_stand_in_order_and_before_the_promised_day() -> None:
    given(PROJECT, *IN_HAND).when(SET, LI).then(MilestonesSet(project_id=PROJECT_ID, milestones=STEPS, set_by="li"))
    mixed = SET.model_copy(update={"milestones": STEPS[::-1]})
    given(PROJECT, *IN_HAND).when(mixed, LI).rejected("milestones_out_of_order")
    late = SET.model_copy(update={"milestones": (Milestone(title="验收", due_on=date(2021, 12, 1)),)})
    assert told(given(PROJECT, *IN_HAND).when(late, LI)) == ("milestone_after_promise", "/milestones", {"promised": "2021-11-30"})
    given(PROJECT, *IN_HAND).when(SET, WANG).rejected("not_the_claimant")


def test_each_milestone_is_reached_once_and_then_they_stand() -> None:
    on_the_way = given(PROJECT, *IN_HAND).and_then(SET, LI)
    on_the_way.when(SET, LI).nothing()
    on_the_way.when(SET.model_copy(update={"milestones": STEPS[:1]}), LI).then_one(MilestonesSet)
    reached = on_the_way.and_then(REACH, LI)
    assert reached.history[-1] == MilestoneReached(project_id=PROJECT_ID, number=1, text="已立", reported_by="li")
    reached.when(REACH, LI).nothing()
    reached.when(SET.model_copy(update={"milestones": STEPS[:1]}), LI).rejected("milestones_under_way")
    unknown = REACH.model_copy(update={"number": 3})
    assert told(reached.when(unknown, LI)) == ("milestone_unknown", "/number", {"number": 3})


def test_a_plan_is_revised_while_in_hand_and_says_which_finding_it_answers() -> None:
    for finding in (None, OTHER_ID):
        ask = RevisePlan(project_id=PROJECT_ID, text="增加两盏", finding_id=finding)
        given(PROJECT, *IN_HAND).when(ask, LI).then(
            PlanRevised(project_id=PROJECT_ID, unit="T1", text="增加两盏", finding_id=finding, revised_by="li")
        )
        given(PROJECT, *IN_HAND).when(ask, WANG).rejected("not_the_claimant")
        given(PROJECT, *IN_HAND, completed()).when(ask, LI).rejected("project_not_in_hand")


def test_a_project_is_withdrawn_by_the_office_its_tier_or_before_a_claim_its_proposer() -> None:
    proposer = by("member", sub="chen", unit="T1")
    for actor in (OFFICE, COMMITTEE):
        given(PROJECT, *IN_HAND, JOINED).when(WITHDRAW, actor).then_one(
            ProjectWithdrawn, freed=(member_id("li"), member_id("wang")), withdrawn_by=actor.sub
        )
    for story in ((proposed(),), OPEN, (proposed(), RETURNED)):
        given(PROJECT, *story).when(WITHDRAW, proposer).then_one(ProjectWithdrawn, freed=())
    given(PROJECT, *IN_HAND).when(WITHDRAW, proposer).rejected("role_not_allowed")
    given(PROJECT, *IN_HAND).when(WITHDRAW, LI).rejected("role_not_allowed")


def test_what_awaits_its_verification_or_is_gone_is_not_withdrawn() -> None:
    given(PROJECT, *IN_HAND, completed()).when(WITHDRAW, OFFICE).rejected("project_awaits_verification")
    given(PROJECT, *IN_HAND, completed(), SIGNED_OFF).when(WITHDRAW, OFFICE).rejected("project_not_open")
    gone = given(PROJECT, *IN_HAND).and_then(WITHDRAW, OFFICE)
    gone.when(WITHDRAW, OFFICE).nothing()
    gone.when(claim(), WANG).rejected("project_not_approved")
    gone.when(merge(), OFFICE).rejected("project_not_open")


def test_a_merged_project_hands_its_needs_on() -> None:
    given(PROJECT, *IN_HAND).when(merge(), COMMITTEE).then(
        ProjectMerged(
            project_id=PROJECT_ID,
            into=OTHER_ID,
            need_ids=NEEDS,
            reason="重复",
            merged_by="committee-1",
            freed=(member_id("li"),),
            ledger=None,
        )
    )
    given(PROJECT, *IN_HAND).when(merge(unit="T2"), OFFICE).then_one(ProjectMerged)
    given(PROJECT, *IN_HAND).when(merge(unit="T2"), COMMITTEE).rejected("not_your_unit")
    given(PROJECT, *IN_HAND).when(merge(into=PROJECT_ID), OFFICE).rejected("merge_into_itself")
    given(PROJECT, *IN_HAND).when(merge(open_=False), OFFICE).rejected("merge_target_closed")
    given(PROJECT, *IN_HAND).when(merge().model_copy(update={"target": None}), OFFICE).rejected("project_not_known")
    given(PROJECT, *IN_HAND, completed()).when(merge(), OFFICE).rejected("project_awaits_verification")


def test_a_project_takes_needs_in_once_each_and_answers_for_them() -> None:
    new = UUID("0199c1a8-1111-7000-8000-000000000009")
    ask = TakeInMergedProject(project_id=PROJECT_ID, merged_project_id=OTHER_ID, need_ids=(NEEDS[0], new))
    taken = given(PROJECT, *IN_HAND).and_then(ask, SYSTEM)
    assert taken.history[-1] == MergedProjectTakenIn(project_id=PROJECT_ID, merged_project_id=OTHER_ID, added=(new,))
    taken.when(ask, SYSTEM).nothing()
    taken.when(COMPLETE, LI).then_one(CompletionDeclared, need_ids=(*NEEDS, new))
    given(PROJECT, *IN_HAND).when(ask, OFFICE).rejected("role_not_allowed")


def test_what_was_signed_off_is_done_again_in_the_next_round_when_it_proves_wrong() -> None:
    off = (*IN_HAND, completed(), SIGNED_OFF)
    for because in ("revoked", "rated-badly"):
        ask = RedoProject(project_id=PROJECT_ID, because=because, reason="灯又坏了", round=1 if because == "revoked" else None)
        again = given(PROJECT, *off).and_then(ask, SYSTEM)
        assert again.history[-1] == ProjectReopened(project_id=PROJECT_ID, reason="灯又坏了", round=1, because=because, ledger="member")
        again.when(ask, SYSTEM).nothing()
        again.when(COMPLETE, LI).then_one(CompletionDeclared, round=2)
        given(PROJECT, *off).when(ask, OFFICE).rejected("role_not_allowed")
        given(PROJECT, *IN_HAND, completed()).when(ask, SYSTEM).then_one(ProjectReopened, ledger=None, because=because)
        given(PROJECT, *IN_HAND).when(ask, SYSTEM).nothing()
    late = RedoProject(project_id=PROJECT_ID, because="revoked", reason="晚到", round=1)
    second = (*off, ProjectReopened(project_id=PROJECT_ID, reason="坏", round=1), completed(2))
    given(PROJECT, *second).when(late, SYSTEM).nothing()


def test_a_unit_s_project_is_that_unit_s_and_nobody_succeeds_it() -> None:
    held = given(PROJECT, proposed(UNITS), APPROVED, claimed("T1", "unit", UNITS, branch=None))
    held.when(TransferClaim(project_id=PROJECT_ID, to="T2", reason="合并"), COMMITTEE).rejected("successor_not_registered")


def test_a_claim_says_which_member_holds_it_and_no_other_role_does() -> None:
    given(PROJECT, *OPEN).when(claim(), LI).then_one(ProjectClaimed, member_id=member_id("li"))
    led = given(PROJECT, proposed(LEADERS), APPROVED).when(claim(), LEADER)
    led.then_one(ProjectClaimed, member_id=None)
