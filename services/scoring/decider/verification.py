"""The rules of a verification: the checklist, the scorers, the thresholds, and who may sign off."""

from collections.abc import Sequence
from typing import assert_never

from services.scoring.commands import (
    CheckMaterials,
    ConfirmSignOff,
    OpenVerification,
    RefuseVerification,
    RevokeSignOff,
    ScoreProject,
    SignOffVerification,
    WithdrawVerification,
)
from services.scoring.decider.looking_back import confirm, revoke
from services.scoring.decider.standing import its_round_open, must_be_the_tier, nobody_their_own
from services.scoring.decider.weighing import agreed, on_the_sheet, weighted
from services.scoring.state.verification import Score, Status, Verification, VerificationEvent, evolve, with_score
from shared.contracts.scoring import (
    SCORING,
    MaterialsChecked,
    ProjectScored,
    ProjectVerified,
    VerificationOpened,
    VerificationRefused,
    VerificationWithdrawn,
)
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import Period, business_day, due

VerificationCommand = (
    OpenVerification
    | WithdrawVerification
    | CheckMaterials
    | ScoreProject
    | SignOffVerification
    | RefuseVerification
    | ConfirmSignOff
    | RevokeSignOff
)


def decide(  # noqa: PLR0911 - one case a command
    command: VerificationCommand, verification: Verification, asked: Asked
) -> Sequence[VerificationEvent]:
    """Return the facts a command makes."""
    match command:
        case OpenVerification():
            return open_round(command, verification, asked)
        case WithdrawVerification():
            return withdraw(command, verification, asked)
        case CheckMaterials():
            return check(command, verification, asked)
        case ScoreProject():
            return score(command, verification, asked)
        case SignOffVerification():
            return sign_off(command, verification, asked)
        case RefuseVerification():
            return refuse(command, verification, asked)
        case ConfirmSignOff():
            return confirm(command, verification, asked)
        case RevokeSignOff():
            return revoke(command, verification, asked)
        case _:
            assert_never(command)


def open_round(command: OpenVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """Each declared completion opens one round, under the sheet and the closing rules in force that day."""
    asked.actor.require(SYSTEM)
    if verification.round >= command.round:
        return []
    if command.sheet is None:
        raise Rejected("profile_not_adopted")
    return [
        VerificationOpened(
            project_id=command.project_id,
            round=command.round,
            title=command.title,
            level=command.level,
            unit=command.unit,
            branch=command.branch,
            claimant=command.claimant,
            need_ids=command.need_ids,
            tier=command.tier,
            sheet=command.sheet,
            closing=command.closing,
            claimed_as=command.claimed_as,
            profile_version=command.profile_version,
        )
    ]


def withdraw(command: WithdrawVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """A project sent back to work has nothing to verify; heard before its round was opened, the round stays closed."""
    asked.actor.require(SYSTEM)
    decided = verification.status not in (Status.ABSENT, Status.OPEN)
    if command.round < verification.round or (command.round == verification.round and decided):
        return []
    return [VerificationWithdrawn(project_id=command.project_id, round=command.round)]


def check(command: CheckMaterials, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """The tier, or an inspector, ticks materials of the county's checklist, each with what was found; the same again changes nothing."""
    its_round_open(verification)
    _tier_or_inspector(verification, asked)
    nobody_their_own(verification, asked)
    for item in command.seen:
        if item.material not in verification.closing.materials:
            raise Rejected("material_not_listed", pointer="/seen", material=item.material)
    if {(item.material, item.remark) for item in command.seen} <= set(verification.seen):
        return []
    return [
        MaterialsChecked(project_id=command.project_id, round=verification.round, seen=command.seen, checked_by=asked.actor.sub),
    ]


def score(command: ScoreProject, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """The tier that signs off, or an inspector, scores.

    Where one scorer is enough, the last score before the sign-off counts. Where two score, they are two people, each may change
    their own until the other has scored, and a third is heard only where the two are too far apart.
    """
    sheet = its_round_open(verification)
    _tier_or_inspector(verification, asked)
    nobody_their_own(verification, asked)
    on_the_sheet(sheet, command.points)
    mine = Score(asked.actor.sub, tuple(sorted(command.points.items())), weighted(sheet, command.points))
    if verification.closing.scorers == 1:
        if [mine.points] == [given.points for given in verification.scores]:
            return []
    elif mine in verification.scores:
        return []
    else:
        _may_still_score(verification, mine)
    counts = agreed(verification.closing, with_score(verification, mine))
    return [
        ProjectScored(
            project_id=command.project_id,
            round=verification.round,
            points=command.points,
            total=mine.total,
            scored_by=mine.scorer,
            remark=command.remark,
            agreed=None if counts is None else counts[1],
            awaiting=counts is None,
        )
    ]


def sign_off(command: SignOffVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """The tier signs off what was seen whole and reaches the pass mark and every minimum; low satisfaction or quality is no sign-off."""
    sheet = its_round_open(verification)
    must_be_the_tier(verification, asked)
    nobody_their_own(verification, asked)
    if not verification.scores:
        raise Rejected("not_scored")
    seen = dict(verification.seen)
    missing = [material for material in verification.closing.materials if material not in seen]
    if missing:
        raise Rejected("materials_missing", materials="、".join(missing))
    counts = agreed(verification.closing, verification.scores)
    if counts is None:
        raise Rejected("scorer_missing", scored=len(verification.scores), spread=verification.closing.spread)
    points, total = counts
    for row in sheet.items:
        if row.item in points and points[row.item] < row.minimum:
            raise Rejected("score_below_threshold", total=points[row.item], needed=row.minimum, item=row.item)
    if total < sheet.pass_mark:
        raise Rejected("score_below_threshold", total=total, needed=sheet.pass_mark, item="total")
    return [
        ProjectVerified(
            project_id=command.project_id,
            round=verification.round,
            level=verification.level,
            unit=verification.unit,
            need_ids=verification.need_ids,
            tier=verification.tier,
            total=total,
            signed_off_by=asked.actor.sub,
        )
    ]


def refuse(command: RefuseVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """The tier refuses with a reason; what is to be done again is due within the county's days, today not counted."""
    its_round_open(verification)
    must_be_the_tier(verification, asked)
    nobody_their_own(verification, asked)
    within = verification.closing.redo_within
    deadline = due(business_day(asked.at), Period(days=within.days, unit=within.unit))
    return [
        VerificationRefused(
            project_id=command.project_id,
            round=verification.round,
            reason=command.reason,
            refused_by=asked.actor.sub,
            redo=command.redo,
            redo_by=deadline.due_on,
            provisional=deadline.provisional,
        )
    ]


def _tier_or_inspector(verification: Verification, asked: Asked) -> None:
    if not asked.actor.has("inspector"):
        must_be_the_tier(verification, asked)


def _may_still_score(verification: Verification, mine: Score) -> None:
    scores, closing = verification.scores, verification.closing
    if any(given.scorer == mine.scorer for given in scores):
        if len(scores) > 1:
            raise Rejected("score_stands")
    elif agreed(closing, scores) is not None:
        raise Rejected("scores_complete")


VERIFICATION = Decider(contract=SCORING, initial=Verification(), evolve=evolve, decide=decide)
