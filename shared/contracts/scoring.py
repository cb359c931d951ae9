"""Events of scoring: verification and the tiered sign-off."""

from uuid import UUID

from shared.contracts.profile import ScoreSheet
from shared.contracts.values import ScoreItem, Tier
from shared.kernel.events import Contract, Event


class VerificationOpened(Event):
    """A completion awaits its score; the sheet in force is kept with it. `round` is the completion's."""

    project_id: UUID
    round: int
    title: str
    level: str
    unit: str
    branch: str | None
    claimant: str
    need_ids: tuple[UUID, ...]
    tier: Tier
    sheet: ScoreSheet


class ProjectScored(Event):
    """Points (0-100) per item, and their weighted mean, rounded half up."""

    project_id: UUID
    round: int
    points: dict[ScoreItem, int]
    total: int
    scored_by: str
    remark: str | None


class ProjectVerified(Event):
    """Signed off by its tier (三级销号)."""

    project_id: UUID
    round: int
    level: str
    unit: str
    need_ids: tuple[UUID, ...]
    tier: Tier
    total: int
    signed_off_by: str


class VerificationRefused(Event):
    """No sign-off (不予销号): the work is to be done again (重新办理)."""

    project_id: UUID
    round: int
    reason: str
    refused_by: str


class VerificationWithdrawn(Event):
    """The project went back to work before it was signed off or refused: nothing is left to verify in this round."""

    project_id: UUID
    round: int


class VerificationRevoked(Event):
    """A look-back (回头看) did not confirm a sign-off: the project returns to work and to the register; the sign-off stays on record."""

    project_id: UUID
    round: int
    reason: str
    revoked_by: str


SCORING = Contract(
    "scoring",
    [VerificationOpened, ProjectScored, ProjectVerified, VerificationRefused, VerificationWithdrawn, VerificationRevoked],
)
