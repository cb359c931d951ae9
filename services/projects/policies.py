"""What follows in projects from other services' facts."""

from collections.abc import Sequence

from services.projects.commands import ReopenProject, SignOffProject
from shared.contracts.scoring import ProjectVerified, VerificationRefused
from shared.kernel.envelope import Meta
from shared.kernel.rules import Command, Policy


def sign_off(event: ProjectVerified, _meta: Meta) -> Sequence[Command]:
    """A verified project is struck off the list."""
    return [SignOffProject(project_id=event.project_id, round=event.round)]


def reopen(event: VerificationRefused, _meta: Meta) -> Sequence[Command]:
    """A refused project goes back to work, with the reason it was refused for."""
    return [ReopenProject(project_id=event.project_id, reason=event.reason, round=event.round)]


SIGN_OFF = Policy("sign_off_when_project_verified", on=ProjectVerified, do=sign_off)
REOPEN = Policy("reopen_when_verification_refused", on=VerificationRefused, do=reopen)
