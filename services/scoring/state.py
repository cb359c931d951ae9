"""The little scoring's rules must remember of a verification."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never
from uuid import UUID

from shared.contracts.profile import ScoreSheet
from shared.contracts.scoring import ProjectScored, ProjectVerified, VerificationOpened, VerificationRefused, VerificationWithdrawn
from shared.contracts.values import ScoreItem, Tier

VerificationEvent = VerificationOpened | ProjectScored | ProjectVerified | VerificationRefused | VerificationWithdrawn


class Status(Enum):
    """Where a verification is."""

    ABSENT = "absent"
    OPEN = "open"
    VERIFIED = "verified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Verification:
    """A project's verification as its rules see it; `round` is the completion's it judges."""

    status: Status = Status.ABSENT
    round: int = 0
    level: str = ""
    unit: str = ""
    branch: str | None = None
    claimant: str = ""
    need_ids: tuple[UUID, ...] = ()
    tier: Tier = "office"
    sheet: ScoreSheet | None = None
    points: tuple[tuple[ScoreItem, int], ...] | None = None
    total: int = 0


def evolve(verification: Verification, event: VerificationEvent) -> Verification:
    """Return the verification after a fact."""
    match event:
        case VerificationOpened():
            return Verification(
                status=Status.OPEN,
                round=event.round,
                level=event.level,
                unit=event.unit,
                branch=event.branch,
                claimant=event.claimant,
                need_ids=event.need_ids,
                tier=event.tier,
                sheet=event.sheet,
            )
        case ProjectScored():
            return replace(verification, points=tuple(sorted(event.points.items())), total=event.total)
        case ProjectVerified():
            return replace(verification, status=Status.VERIFIED)
        case VerificationRefused():
            return replace(verification, status=Status.REFUSED)
        case VerificationWithdrawn():
            return replace(verification, status=Status.WITHDRAWN, round=event.round)
        case _:
            assert_never(event)
