"""What may be asked of a verification, and of look-backs."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.judging import SeenMaterial
from shared.contracts.profile import ClosingRules, ScoreSheet
from shared.contracts.values import Points, ScoreItem, Tier
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Paragraphs, Remark, Title, UnitCode


class OpenVerification(Command):
    """Open the verification of a declared completion; only the policy on it does."""

    project_id: UUID
    round: int
    title: str
    level: str
    unit: str
    branch: str | None
    claimant: str
    need_ids: tuple[UUID, ...]
    tier: Tier
    sheet: Annotated[ScoreSheet | None, FromPlatform] = None
    closing: Annotated[ClosingRules, FromPlatform] = ClosingRules()
    claimed_as: Annotated[str | None, FromPlatform] = None
    """The role in which the project was taken on."""
    profile_version: Annotated[str | None, FromPlatform] = None


class WithdrawVerification(Command):
    """Withdraw a round whose project went back to work; only the policy on that does."""

    project_id: UUID
    round: int


class CheckMaterials(Command):
    """Tick materials of the county's checklist, each with what was found."""

    project_id: Annotated[UUID, FromPlatform]
    seen: Annotated[tuple[SeenMaterial, ...], Field(min_length=1, max_length=20)]


class ScoreProject(Command):
    """Give points (0-100) for the items of the county's score sheet."""

    project_id: Annotated[UUID, FromPlatform]
    points: Annotated[dict[ScoreItem, Points], Field(min_length=1)]
    remark: Remark | None = None


class SignOffVerification(Command):
    """Sign a project off, as its tier."""

    project_id: Annotated[UUID, FromPlatform]


class RefuseVerification(Command):
    """Refuse the sign-off and say what is to be done again."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark
    redo: Paragraphs | None = None


class DrawLookBack(Command):
    """Draw a sample of what was signed off in a period, both days included; say the seed in public before."""

    since: date
    until: date
    seed: Title
    unit: UnitCode | None = None
    level: UnitCode | None = None
    candidates: Annotated[tuple[UUID, ...], FromPlatform] = ()
    seen_to: Annotated[int, FromPlatform] = 0
    percent: Annotated[int | None, FromPlatform] = None
    profile_version: Annotated[str, FromPlatform] = ""


class ConfirmSignOff(Command):
    """Find on a revisit that a sign-off holds."""

    project_id: Annotated[UUID, FromPlatform]
    look_back_id: UUID
    remark: Remark
    drawn: Annotated[bool, FromPlatform] = False


class RevokeSignOff(Command):
    """Find on a revisit that a sign-off does not hold, and why."""

    project_id: Annotated[UUID, FromPlatform]
    look_back_id: UUID
    reason: Remark
    drawn: Annotated[bool, FromPlatform] = False
