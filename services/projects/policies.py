"""What follows in projects from other services' facts, and from a merging."""

from collections.abc import Sequence

from services.projects.commands import RedoProject, ReopenProject, SignOffProject, TakeInMergedProject
from shared.contracts.intake import NeedReopened
from shared.contracts.projects import ProjectMerged
from shared.contracts.scoring import ProjectVerified, VerificationRefused, VerificationRevoked
from shared.kernel.envelope import Meta
from shared.kernel.rules import Command, Policy


def sign_off(event: ProjectVerified, _meta: Meta) -> Sequence[Command]:
    """A verified project is struck off the list."""
    return [SignOffProject(project_id=event.project_id, round=event.round)]


def reopen(event: VerificationRefused, _meta: Meta) -> Sequence[Command]:
    """A refused project goes back to work, with the reason it was refused for."""
    return [ReopenProject(project_id=event.project_id, reason=event.reason, round=event.round)]


def redo_unconfirmed(event: VerificationRevoked, _meta: Meta) -> Sequence[Command]:
    """A sign-off that a look-back did not confirm brings its project back to work."""
    return [RedoProject(project_id=event.project_id, because="revoked", reason=event.reason, round=event.round)]


def redo_badly_rated(event: NeedReopened, _meta: Meta) -> Sequence[Command]:
    """A need that is open again after a bad rating brings the project that was done for it back to work."""
    return [] if event.project_id is None else [RedoProject(project_id=event.project_id, because="rated-badly", reason=event.reason)]


def take_in(event: ProjectMerged, _meta: Meta) -> Sequence[Command]:
    """The needs of a merged project go on in the one it was merged into."""
    return [TakeInMergedProject(project_id=event.into, merged_project_id=event.project_id, need_ids=event.need_ids)]


SIGN_OFF = Policy("sign_off_when_project_verified", on=ProjectVerified, do=sign_off)
REOPEN = Policy("reopen_when_verification_refused", on=VerificationRefused, do=reopen)
REDO_UNCONFIRMED = Policy("redo_when_verification_revoked", on=VerificationRevoked, do=redo_unconfirmed)
REDO_BADLY_RATED = Policy("redo_when_need_reopened", on=NeedReopened, do=redo_badly_rated)
TAKE_IN = Policy("take_in_when_project_merged", on=ProjectMerged, do=take_in)
