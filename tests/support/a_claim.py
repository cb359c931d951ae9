"""A claimed project, and what may be asked of it."""

from datetime import date
from typing import Any
from uuid import UUID

from services.projects.commands import (
    ApproveExtension,
    AskExtension,
    Claimant,
    GiveClaimBack,
    JoinProject,
    LeaveProject,
    MergeProject,
    MergeTarget,
    ReachMilestone,
    RefuseExtension,
    ResumeProject,
    SetMilestones,
    Successor,
    SuspendProject,
    TransferClaim,
    WithdrawProject,
)
from shared.contracts.projects import (
    ExtensionAsked,
    ProjectSuspended,
    TeamJoined,
)
from shared.contracts.values import Milestone
from tests.support.a_project import (
    OTHER_ID,
    PROJECT_ID,
    member_id,
)

GIVE_BACK = GiveClaimBack(project_id=PROJECT_ID, reason="长期外派")
LEAVE = LeaveProject(project_id=PROJECT_ID, reason="调离")
LATER = date(2021, 12, 15)
ASK = AskExtension(project_id=PROJECT_ID, complete_by=LATER, reason="连续降雨")
ASKED = ExtensionAsked(project_id=PROJECT_ID, complete_by=LATER, reason="连续降雨", asked_by="li")
APPROVE, REFUSE = ApproveExtension(project_id=PROJECT_ID), RefuseExtension(project_id=PROJECT_ID, reason="材料已到位")
SUSPEND, RESUME = SuspendProject(project_id=PROJECT_ID, reason="汛期停工"), ResumeProject(project_id=PROJECT_ID)
SUSPENDED = ProjectSuspended(project_id=PROJECT_ID, reason="汛期停工", approved_by="xjb-1", suspended_on=date(2021, 11, 1))
JOINED = TeamJoined(project_id=PROJECT_ID, account="wang", member_id=member_id("wang"), branch="B1")
WITHDRAW = WithdrawProject(project_id=PROJECT_ID, reason="上级已统一安排")
STEPS = (Milestone(title="立杆", due_on=date(2021, 11, 15)), Milestone(title="通电", due_on=date(2021, 11, 30)))
SET, REACH = SetMilestones(project_id=PROJECT_ID, milestones=STEPS), ReachMilestone(project_id=PROJECT_ID, number=1, text="已立")


def join(**known: Any) -> JoinProject:
    return JoinProject(project_id=PROJECT_ID, member=Claimant(registered=True, unit="T1", branch="B1").model_copy(update=known))


def transfer(to: str = "wang", **known: Any) -> TransferClaim:
    heir = Successor(registered=True, unit="T1", branch="B2", member_id=member_id(to)).model_copy(update=known)
    return TransferClaim(project_id=PROJECT_ID, to=to, reason="外出务工", successor=heir)


def merge(into: UUID = OTHER_ID, unit: str = "T1", *, open_: bool = True) -> MergeProject:
    return MergeProject(project_id=PROJECT_ID, into=into, reason="重复", target=MergeTarget(unit=unit, open=open_))
