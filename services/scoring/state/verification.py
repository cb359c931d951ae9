"""What the rules remember of a verification: its round, the checklist, every scorer's points, what look-backs found."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never
from uuid import UUID

from shared.contracts.profile import ClosingRules, ScoreSheet
from shared.contracts.scoring import (
    MaterialsChecked,
    ProjectScored,
    ProjectVerified,
    SignOffConfirmed,
    VerificationOpened,
    VerificationRefused,
    VerificationRevoked,
    VerificationWithdrawn,
)
from shared.contracts.values import ScoreItem, Tier
from shared.kernel.same import same

_LENIENT = ClosingRules()

VerificationEvent = (
    VerificationOpened
    | MaterialsChecked
    | ProjectScored
    | ProjectVerified
    | VerificationRefused
    | VerificationWithdrawn
    | VerificationRevoked
    | SignOffConfirmed
)


class Status(Enum):
    """Where a verification is."""

    ABSENT = "absent"
    OPEN = "open"
    VERIFIED = "verified"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Score:
    """What one scorer gave last."""

    scorer: str
    points: tuple[tuple[ScoreItem, int], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Verification:
    """A project's verification as its rules see it; `round` is the completion's it judges, `looked_at` the look-backs answered."""

    status: Status = Status.ABSENT
    round: int = 0
    level: str = ""
    unit: str = ""
    branch: str | None = None
    claimant: str = ""
    claimed_as: str | None = None
    need_ids: tuple[UUID, ...] = ()
    tier: Tier = "office"
    sheet: ScoreSheet | None = None
    closing: ClosingRules = _LENIENT
    seen: tuple[tuple[str, str], ...] = ()
    scores: tuple[Score, ...] = ()
    signed_off_by: str = ""
    looked_at: tuple[UUID, ...] = ()


def evolve(verification: Verification, event: VerificationEvent) -> Verification:  # noqa: PLR0911 - one case a fact
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
                claimed_as=event.claimed_as,
                need_ids=event.need_ids,
                tier=event.tier,
                sheet=same(event.sheet),
                closing=same(event.closing),
                looked_at=verification.looked_at,
            )
        case MaterialsChecked():
            seen = dict(verification.seen) | {item.material: item.remark for item in event.seen}
            return replace(verification, seen=tuple(seen.items()))
        case ProjectScored():
            mine = Score(event.scored_by, tuple(sorted(event.points.items())), event.total)
            return replace(verification, scores=with_score(verification, mine))
        case ProjectVerified():
            return replace(verification, status=Status.VERIFIED, signed_off_by=event.signed_off_by)
        case VerificationRefused():
            return replace(verification, status=Status.REFUSED)
        case VerificationWithdrawn():
            return replace(verification, status=Status.WITHDRAWN, round=event.round)
        case VerificationRevoked():
            looked_at = (*verification.looked_at, *((event.look_back_id,) if event.look_back_id else ()))
            return replace(verification, status=Status.REVOKED, looked_at=looked_at)
        case SignOffConfirmed():
            return replace(verification, looked_at=(*verification.looked_at, event.look_back_id))
        case _:
            assert_never(event)


def with_score(verification: Verification, score: Score) -> tuple[Score, ...]:
    """Return the scores after one more: where one scorer is enough the last counts, otherwise the last of each."""
    if verification.closing.scorers == 1:
        return (score,)
    others = tuple(other for other in verification.scores if other.scorer != score.scorer)
    return (*others, score)
