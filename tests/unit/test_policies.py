"""Policies: what follows in a service from another's fact."""

from collections.abc import Sequence

import pytest

from services.intake import main as intake
from services.intake.commands import AnswerNeed
from services.projects import main as projects
from services.projects.commands import ReopenProject, SignOffProject
from services.scoring import main as scoring
from services.scoring.commands import OpenVerification, WithdrawVerification
from services.supervision import main as supervision
from shared.contracts.scoring import ProjectVerified, VerificationRefused
from shared.kernel.events import Event
from shared.kernel.rules import Command, Policy
from shared.kernel.worker import Parts
from shared.web.files import Upload
from shared.web.routes import Post
from tests.support.a_project import (
    NEEDS,
    PROJECT_ID,
    REOPENED,
    completed,
)
from tests.support.envelopes import meta

SERVICES = (intake, projects, supervision, scoring)
PARTS: Sequence[Parts] = [service.PARTS for service in SERVICES]
POLICIES = {policy.name: (policy, parts) for parts in PARTS for policy, _ in parts.policies}
BY_POLICY = {AnswerNeed, ReopenProject, SignOffProject, OpenVerification, WithdrawVerification}
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


def test_a_project_sent_back_to_work_is_not_verified_in_that_round() -> None:
    assert follows("withdraw_verification_when_project_reopened", REOPENED) == [WithdrawVerification(project_id=PROJECT_ID, round=1)]


def test_every_policy_is_named_by_its_fact_and_listens_where_that_fact_is_told() -> None:
    names = [policy.name for parts in PARTS for policy, _ in parts.policies]
    assert len(names) == len(set(names)) == 5
    for parts in PARTS:
        for policy, contract in parts.policies:
            assert contract.events[policy.on.__name__] is policy.on
            subject = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in policy.on.__name__)
            assert policy.name.endswith(f"_when{subject}")


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: str(parts.contract.service))
def test_every_command_is_asked_for_over_http_or_by_a_policy_or_by_a_timer(parts: Parts) -> None:
    table = next(service.TABLE for service in SERVICES if service.PARTS is parts)
    asked = {row.command for row in table if isinstance(row, Post)} | {row.gives for row in table if isinstance(row, Upload)}
    reacting = {command for command in BY_POLICY if command in parts.handlers}
    assert asked | reacting | set(parts.timed) == set(parts.handlers)
    assert not asked & {*parts.timed, OpenVerification, SignOffProject, WithdrawVerification}
