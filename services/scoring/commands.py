"""What may be asked of scoring."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.profile import ScoreSheet
from shared.contracts.values import Points, ScoreItem, Tier
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Remark


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
    sheet: ScoreSheet | None = None


class WithdrawVerification(Command):
    """Withdraw a round whose project went back to work; only the policy on that does."""

    project_id: UUID
    round: int


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
