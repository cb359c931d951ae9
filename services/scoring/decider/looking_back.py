"""The rules of a look-back (回头看): a sample anybody can draw again, and what the revisit finds."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.scoring.commands import ConfirmSignOff, DrawLookBack, RevokeSignOff
from services.scoring.decider.standing import nobody_their_own
from services.scoring.state.look_back import LookBack, evolve_look_back
from services.scoring.state.verification import Status, Verification, VerificationEvent
from shared.contracts.scoring import SCORING, LookBackDrawn, SignOffConfirmed, VerificationRevoked
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

MOST_DRAWN = 1_500
"""Projects one draw may name: their ids must fit an event (65,535 bytes); a larger period is drawn unit by unit or level by level."""
_WHOLE = 100


def look_back_id(command: DrawLookBack, county: str) -> UUID:
    """Return the id of the one draw of a period (of a unit, of a level): nobody draws twice until the sample suits them."""
    return derived(county, "look-back", str(command.since), str(command.until), command.unit or "", command.level or "")


def digest_of(candidates: Iterable[UUID]) -> str:
    """Return the SHA-256, hexadecimal, of ids in ascending order, joined by commas."""
    return hashlib.sha256(",".join(str(candidate) for candidate in sorted(candidates)).encode()).hexdigest()


def draw(seed: str, candidates: Iterable[UUID], percent: int) -> tuple[UUID, ...]:
    """Return the sample: the percent of the candidates, rounded up, whose SHA-256 of `<seed>,<id>` is smallest, in that order."""
    pool = set(candidates)
    size = -(-len(pool) * percent // _WHOLE)
    return tuple(sorted(pool, key=lambda candidate: hashlib.sha256(f"{seed},{candidate}".encode()).digest())[:size])


def decide_look_back(command: DrawLookBack, known: LookBack, asked: Asked) -> Sequence[LookBackDrawn]:
    """The office draws once for a period that is over, among the sign-offs that stand; the seed and the candidates are on record."""
    asked.actor.require("office")
    if known.seed is not None:
        if known.seed == command.seed:
            return []
        raise Rejected("look_back_already_drawn", seed=known.seed)
    if command.until < command.since:
        raise Rejected("period_backwards", pointer="/until")
    if command.until >= business_day(asked.at):
        raise Rejected("period_not_over", pointer="/until")
    if command.percent is None:
        raise Rejected("profile_not_adopted")
    drawn = draw(command.seed, command.candidates, command.percent)
    if not drawn:
        raise Rejected("nothing_to_draw")
    if len(drawn) > MOST_DRAWN:
        raise Rejected("sample_too_large", count=len(drawn), most=MOST_DRAWN)
    return [
        LookBackDrawn(
            look_back_id=look_back_id(command, asked.county),
            since=command.since,
            until=command.until,
            unit=command.unit,
            level=command.level,
            seed=command.seed,
            percent=command.percent,
            profile_version=command.profile_version,
            seen_to=command.seen_to,
            candidates=len(set(command.candidates)),
            digest=digest_of(command.candidates),
            drawn=drawn,
            drawn_by=asked.actor.sub,
        )
    ]


def confirm(command: ConfirmSignOff, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """A drawn sign-off that holds is confirmed, once for each look-back."""
    if _looked_at(command, verification, asked) and verification.status is Status.VERIFIED:
        return []
    _must_stand(command, verification)
    return [
        SignOffConfirmed(
            project_id=command.project_id,
            round=verification.round,
            look_back_id=command.look_back_id,
            remark=command.remark,
            confirmed_by=asked.actor.sub,
        )
    ]


def revoke(command: RevokeSignOff, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """A drawn sign-off that does not hold is revoked with a reason; that it was once given stays on record."""
    if _looked_at(command, verification, asked) and verification.status is Status.REVOKED:
        return []
    _must_stand(command, verification)
    return [
        VerificationRevoked(
            project_id=command.project_id,
            round=verification.round,
            reason=command.reason,
            revoked_by=asked.actor.sub,
            look_back_id=command.look_back_id,
        )
    ]


def _looked_at(command: ConfirmSignOff | RevokeSignOff, verification: Verification, asked: Asked) -> bool:
    """Tell whether this look-back has its answer; refuse those who may not give one."""
    asked.actor.require("office", "inspector")
    if verification.status is Status.ABSENT:
        raise Rejected("not_found")
    nobody_their_own(verification, asked)
    if asked.actor.sub == verification.signed_off_by or any(score.scorer == asked.actor.sub for score in verification.scores):
        raise Rejected("own_verdict")
    return command.look_back_id in verification.looked_at


def _must_stand(command: ConfirmSignOff | RevokeSignOff, verification: Verification) -> None:
    if not command.drawn:
        raise Rejected("not_drawn", pointer="/look_back_id")
    if command.look_back_id in verification.looked_at:
        raise Rejected("already_looked_at")
    if verification.status is not Status.VERIFIED:
        raise Rejected("sign_off_not_standing")


LOOK_BACK = Decider(contract=SCORING, initial=LookBack(), evolve=evolve_look_back, decide=decide_look_back)
