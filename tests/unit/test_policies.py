"""Policies: what follows in a service from another's fact."""

from collections.abc import Sequence

import pytest

from services.intake import main as intake
from services.intake.commands import AnswerNeed, ReopenNeed
from services.projects import main as projects
from services.projects.commands import RedoProject, ReopenProject, SignOffProject, TakeInMergedProject
from services.scoring import main as scoring
from services.scoring.commands import OpenVerification, WithdrawVerification
from services.supervision import main as supervision
from services.supervision.commands.hearings import BeginCadence, HoldActivity
from services.supervision.commands.notices import NumberNotice
from services.supervision.commands.rounds import EndFinding
from services.supervision.commands.watches import (
    EndWatch,
    ListEscalated,
    MoveWatchDeadline,
    PauseWatch,
    ReopenWatch,
    ResumeWatch,
    StartWatch,
)
from shared.contracts.intake import NeedReopened
from shared.contracts.projects import ProjectMerged
from shared.contracts.scoring import ProjectVerified, VerificationRefused, VerificationRevoked
from shared.kernel.events import Event
from shared.kernel.rules import Command, Policy
from shared.kernel.worker import Parts
from shared.web.files import Upload
from shared.web.routes import Post
from tests.support.a_project import (
    NEEDS,
    OTHER_ID,
    PROJECT_ID,
    REOPENED,
    completed,
)
from tests.support.envelopes import meta

SERVICES = (intake, projects, supervision, scoring)
PARTS: Sequence[Parts] = [service.PARTS for service in SERVICES]
POLICIES = {policy.name: (policy, parts) for parts in PARTS for policy, _ in parts.policies}
ON_SUPERVISION = {
    NumberNotice,
    StartWatch,
    MoveWatchDeadline,
    PauseWatch,
    ResumeWatch,
    ReopenWatch,
    EndWatch,
    ListEscalated,
    EndFinding,
    BeginCadence,
    HoldActivity,
}
BY_POLICY = {
    AnswerNeed,
    ReopenNeed,
    RedoProject,
    ReopenProject,
    SignOffProject,
    TakeInMergedProject,
    OpenVerification,
    WithdrawVerification,
    *ON_SUPERVISION,
}
VERIFIED = ProjectVerified(
    project_id=PROJECT_ID, round=2, level="member", unit="T1", need_ids=NEEDS, tier="branch", total=88, signed_off_by="secretary-1"
)
REFUSED = VerificationRefused(project_id=PROJECT_ID, round=2, reason="群众不满意", refused_by="secretary-1")


def follows(name: str, event: Event) -> Sequence[Command]:
    policy: Policy = POLICIES[name][0]
    assert policy.on is type(event)
    return policy.do(event, meta(event, "scoring"))


def test_a_declared_completion_opens_its_verification_by_its_tier() -> None:
    assert follows("open_verification_when_completion_declared", completed(2)) == [
        OpenVerification(
            project_id=PROJECT_ID,
            round=2,
            title="修路灯",
            level="member",
            unit="T1",
            branch="B1",
            claimant="li",
            need_ids=NEEDS,
            tier="branch",
        )
    ]


def test_a_verified_project_is_struck_off_and_answers_every_petitioner() -> None:
    assert follows("sign_off_when_project_verified", VERIFIED) == [SignOffProject(project_id=PROJECT_ID, round=2)]
    assert follows("answer_petitioners_when_project_verified", VERIFIED) == [
        AnswerNeed(need_id=need_id, outcome="done", project_id=PROJECT_ID) for need_id in NEEDS
    ]
    assert follows("answer_petitioners_when_project_verified", VERIFIED.model_copy(update={"need_ids": ()})) == []


def test_a_refused_project_goes_back_to_work_for_the_reason_it_was_refused_for() -> None:
    (asked,) = follows("reopen_when_verification_refused", REFUSED)
    assert isinstance(asked, ReopenProject)
    assert (asked.project_id, asked.reason, asked.round) == (PROJECT_ID, "群众不满意", 2)


def test_a_sign_off_that_a_look_back_did_not_confirm_brings_its_round_back_to_work() -> None:
    revoked = VerificationRevoked(project_id=PROJECT_ID, round=2, reason="灯又坏了", revoked_by="xjb-1")
    assert follows("redo_when_verification_revoked", revoked) == [
        RedoProject(project_id=PROJECT_ID, because="revoked", reason="灯又坏了", round=2)
    ]


def test_a_need_open_again_brings_the_project_done_for_it_back_to_work() -> None:
    opened = NeedReopened(need_id=NEEDS[0], closing=1, project_id=PROJECT_ID, reason="不满意")
    assert follows("redo_when_need_reopened", opened) == [RedoProject(project_id=PROJECT_ID, because="rated-badly", reason="不满意")]
    assert follows("redo_when_need_reopened", opened.model_copy(update={"project_id": None})) == []


def test_the_needs_of_a_merged_project_go_on_in_the_one_it_was_merged_into() -> None:
    merged = ProjectMerged(
        project_id=PROJECT_ID, into=OTHER_ID, need_ids=NEEDS, reason="重复", merged_by="xjb-1", freed=(), ledger="member"
    )
    assert follows("take_in_when_project_merged", merged) == [
        TakeInMergedProject(project_id=OTHER_ID, merged_project_id=PROJECT_ID, need_ids=NEEDS)
    ]


def test_a_project_sent_back_to_work_is_not_verified_in_that_round() -> None:
    assert follows("withdraw_verification_when_project_reopened", REOPENED) == [WithdrawVerification(project_id=PROJECT_ID, round=1)]


def test_every_policy_is_named_by_its_fact_and_listens_where_that_fact_is_told() -> None:
    names = [policy.name for parts in PARTS for policy, _ in parts.policies]
    assert len(names) == len(set(names)) == 17
    for parts in PARTS:
        for policy, contract in parts.policies:
            assert all(contract.events[fact.__name__] is fact for fact in policy.facts)
            subject = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in policy.on.__name__)
            assert policy.name.endswith(f"_when{subject}")


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: str(parts.contract.service))
def test_every_command_is_asked_for_over_http_or_by_a_policy_or_by_a_timer(parts: Parts) -> None:
    table = next(service.TABLE for service in SERVICES if service.PARTS is parts)
    asked = {row.command for row in table if isinstance(row, Post)} | {row.gives for row in table if isinstance(row, Upload)}
    reacting = {command for command in BY_POLICY if command in parts.handlers}
    assert asked | reacting | set(parts.timed) == set(parts.handlers)
    unasked = {
        OpenVerification,
        RedoProject,
        ReopenNeed,
        SignOffProject,
        TakeInMergedProject,
        WithdrawVerification,
        *ON_SUPERVISION - {HoldActivity},
    }
    assert not asked & {*parts.timed, *unasked}
