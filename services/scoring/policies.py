"""What follows in scoring from other services' facts."""

from collections.abc import Sequence

from services.scoring.commands import OpenVerification, WithdrawVerification
from shared.contracts.projects import CompletionDeclared, ProjectReopened
from shared.kernel.envelope import Meta
from shared.kernel.rules import Command, Policy


def open_verification(event: CompletionDeclared, _meta: Meta) -> Sequence[Command]:
    """A declared completion is verified by the tier its level names."""
    return [
        OpenVerification(
            project_id=event.project_id,
            round=event.round,
            title=event.title,
            level=event.level,
            unit=event.unit,
            branch=event.branch,
            claimant=event.claimant,
            need_ids=event.need_ids,
            tier=event.sign_off_by,
        )
    ]


def withdraw_verification(event: ProjectReopened, _meta: Meta) -> Sequence[Command]:
    """A project sent back to work is not verified in that round any more."""
    return [WithdrawVerification(project_id=event.project_id, round=event.round)]


OPEN_VERIFICATION = Policy("open_verification_when_completion_declared", on=CompletionDeclared, do=open_verification)
WITHDRAW_VERIFICATION = Policy("withdraw_verification_when_project_reopened", on=ProjectReopened, do=withdraw_verification)
