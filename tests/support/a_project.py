"""A project's story, piece by piece: what is asked of it, and what has become of it."""

from datetime import date
from uuid import UUID

from services.projects.commands import (
    Claimant,
    ClaimProject,
    DeclareCompletion,
    ProposeProject,
    PublishPledge,
    ReopenProject,
    ReportProgress,
    ReviewProject,
    SignOffProject,
)
from shared.contracts.profile import Level, Profile, ScoreSheet, SheetItem
from shared.contracts.projects import (
    CompletionDeclared,
    PledgePublished,
    ProjectApproved,
    ProjectClaimed,
    ProjectProposed,
    ProjectReopened,
    ProjectReturned,
    ProjectSignedOff,
)
from shared.contracts.values import PRINCIPLES, Principle, Tier, Verdict
from shared.kernel.actor import Actor
from shared.kernel.derived import derived
from shared.kernel.testing import COUNTY, by

PROJECT_ID = UUID("0199c1a8-2222-7000-8000-000000000001")
OTHER_ID = UUID("0199c1a8-2222-7000-8000-000000000002")
NEEDS = tuple(UUID(f"0199c1a8-1111-7000-8000-{number:012}") for number in (1, 2))
OFFICE = by("office", sub="xjb-1")
COMMITTEE = by("unit", sub="committee-1", unit="T1")
BRANCH = by("branch", sub="secretary-1", unit="T1", branch="B1")
LEADER = by("leader", sub="leader-7")
LI, WANG = by("member", sub="li"), by("member", sub="wang")
SYSTEM = Actor.system("sign_off_when_project_verified")


def level(code: str, claimed_by: tuple[str, ...], review_by: Tier, sign_off_by: Tier) -> Level:
    return Level(code=code, label=code, claimed_by=claimed_by, review_by=review_by, sign_off_by=sign_off_by)


LEADERS = level("county-leader", ("leader",), "office", "office")
UNITS = level("unit-collective", ("unit",), "office", "office")
BRANCHES = level("branch", ("branch", "member"), "unit", "unit")
MEMBERS = level("member", ("member",), "unit", "branch")
NEIGHBOURS = level("neighbour", ("member",), "branch", "branch")
PROFILE = Profile(
    name="邵阳县",
    version="2021-1",
    effective_from=date(2021, 5, 1),
    levels=(LEADERS, UNITS, BRANCHES, MEMBERS, NEIGHBOURS),
    score_sheet=ScoreSheet(version="2021-1", items=(SheetItem(item="quality", weight=100),), pass_mark=80),
)


def propose(**changes: object) -> ProposeProject:
    ask = ProposeProject(
        project_id=PROJECT_ID,
        title="修路灯",
        level="member",
        unit="T1",
        need_ids=NEEDS,
        planned_completion=date(2021, 11, 30),
        profile=PROFILE,
    )
    return ask.model_copy(update=changes)


def proposed(at: Level = MEMBERS, branch: str | None = "B1") -> ProjectProposed:
    return ProjectProposed(
        project_id=PROJECT_ID,
        title="修路灯",
        level=at.code,
        unit="T1",
        branch=branch,
        need_ids=NEEDS,
        planned_completion=date(2021, 11, 30),
        claimed_by=at.claimed_by,
        review_by=at.review_by,
        sign_off_by=at.sign_off_by,
        proposed_by="chen",
        profile_version="2021-1",
    )


def found(*met: bool) -> tuple[Verdict, ...]:
    return tuple(Verdict(principle=principle, met=good, reason="有据") for principle, good in zip(PRINCIPLES, met, strict=True))


def review(*met: bool, principles: tuple[Principle, ...] = PRINCIPLES) -> ReviewProject:
    verdicts = tuple(Verdict(principle=at, met=good, reason="有据") for at, good in zip(principles, met or (True,) * 3, strict=True))
    return ReviewProject(project_id=PROJECT_ID, verdicts=verdicts)


def claim(*, unit: str = "T1", branch: str | None = "B1", registered: bool = True, exempt: bool = False) -> ClaimProject:
    return ClaimProject(project_id=PROJECT_ID, member=Claimant(registered=registered, unit=unit, branch=branch, exempt=exempt))


def pledge(promise: str = "月底前亮灯", complete_by: date = date(2021, 11, 30)) -> PublishPledge:
    return PublishPledge(project_id=PROJECT_ID, promise=promise, complete_by=complete_by, venue="television")


def claimed(claimant: str = "li", role: str = "member", at: Level = MEMBERS, branch: str | None = "B1") -> ProjectClaimed:
    return ProjectClaimed(
        project_id=PROJECT_ID,
        claimant=claimant,
        role=role,
        unit="T1",
        branch=branch,
        level=at.code,
        need_ids=NEEDS,
        member_id=member_id(claimant) if role == "member" else None,
    )


def member_id(account: str) -> UUID:
    return derived(COUNTY, "member", account)


APPROVED = ProjectApproved(project_id=PROJECT_ID, verdicts=found(True, True, True), reviewed_by="committee-1")
RETURNED = ProjectReturned(project_id=PROJECT_ID, verdicts=found(True, False, True), reviewed_by="committee-1")
PLEDGED = PledgePublished(project_id=PROJECT_ID, promise="月底前亮灯", complete_by=date(2021, 11, 30), venue="television")
REOPENED = ProjectReopened(project_id=PROJECT_ID, reason="两盏不亮", round=1)
REPORT = ReportProgress(project_id=PROJECT_ID, percent=60, text="已装三盏")
COMPLETE = DeclareCompletion(project_id=PROJECT_ID, summary="全部亮灯")
REOPEN = ReopenProject(project_id=PROJECT_ID, reason="两盏不亮")


def completed(number: int = 1) -> CompletionDeclared:
    return CompletionDeclared(
        project_id=PROJECT_ID,
        round=number,
        summary="全部亮灯",
        title="修路灯",
        level="member",
        unit="T1",
        branch="B1",
        claimant="li",
        need_ids=NEEDS,
        sign_off_by="branch",
    )


def sign_off(number: int) -> SignOffProject:
    return SignOffProject(project_id=PROJECT_ID, round=number)


OPEN = (proposed(), APPROVED)
IN_HAND = (*OPEN, claimed(), PLEDGED)
SIGNED_OFF = ProjectSignedOff(project_id=PROJECT_ID, round=1)
