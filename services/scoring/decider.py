"""Scoring's rules: the score sheet, the thresholds, and who may sign off."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from services.scoring.commands import OpenVerification, RefuseVerification, ScoreProject, SignOffVerification, WithdrawVerification
from services.scoring.state import Status, Verification, VerificationEvent, evolve
from shared.contracts.profile import ScoreSheet
from shared.contracts.scoring import SCORING, ProjectScored, ProjectVerified, VerificationOpened, VerificationRefused, VerificationWithdrawn
from shared.contracts.values import ScoreItem
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider

VerificationCommand = OpenVerification | WithdrawVerification | ScoreProject | SignOffVerification | RefuseVerification


def decide(command: VerificationCommand, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """Return the facts a command makes."""
    match command:
        case OpenVerification():
            return open_round(command, verification, asked)
        case WithdrawVerification():
            return withdraw(command, verification, asked)
        case ScoreProject():
            return score(command, verification, asked)
        case SignOffVerification():
            return sign_off(command, verification, asked)
        case RefuseVerification():
            return refuse(command, verification, asked)
        case _:
            assert_never(command)


def open_round(command: OpenVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """Each declared completion opens one round, under the score sheet in force that day."""
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
        )
    ]


def withdraw(command: WithdrawVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """A project sent back to work has nothing to verify; heard before its round was opened, the round stays closed."""
    asked.actor.require(SYSTEM)
    decided = verification.status in (Status.VERIFIED, Status.REFUSED, Status.WITHDRAWN)
    if command.round < verification.round or (command.round == verification.round and decided):
        return []
    return [VerificationWithdrawn(project_id=command.project_id, round=command.round)]


def score(command: ScoreProject, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """The tier that signs off, or an inspector, scores; the last score before the sign-off counts."""
    sheet = _open_sheet(verification)
    if not asked.actor.has("inspector"):
        _must_be_the_tier(verification, asked)
    _nobody_their_own(verification, asked)
    on_sheet = {item.item for item in sheet.items}
    for item in command.points:
        if item not in on_sheet:
            raise Rejected("item_not_on_sheet", pointer=f"/points/{item}", item=item)
    for row in sheet.items:
        if not row.optional and row.item not in command.points:
            raise Rejected("item_not_scored", pointer="/points", item=row.item)
    if verification.points == tuple(sorted(command.points.items())):
        return []
    return [
        ProjectScored(
            project_id=command.project_id,
            round=verification.round,
            points=command.points,
            total=weighted(sheet, command.points),
            scored_by=asked.actor.sub,
            remark=command.remark,
        )
    ]


def sign_off(command: SignOffVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """The tier signs off what reaches the pass mark and every minimum; low satisfaction or quality is no sign-off."""
    sheet = _open_sheet(verification)
    _must_be_the_tier(verification, asked)
    _nobody_their_own(verification, asked)
    if verification.points is None:
        raise Rejected("not_scored")
    points = dict(verification.points)
    for row in sheet.items:
        if row.item in points and points[row.item] < row.minimum:
            raise Rejected("score_below_threshold", total=points[row.item], needed=row.minimum, item=row.item)
    if verification.total < sheet.pass_mark:
        raise Rejected("score_below_threshold", total=verification.total, needed=sheet.pass_mark, item="total")
    return [
        ProjectVerified(
            project_id=command.project_id,
            round=verification.round,
            level=verification.level,
            unit=verification.unit,
            need_ids=verification.need_ids,
            tier=verification.tier,
            total=verification.total,
            signed_off_by=asked.actor.sub,
        )
    ]


def refuse(command: RefuseVerification, verification: Verification, asked: Asked) -> Sequence[VerificationEvent]:
    """The tier refuses with a reason; the work is to be done again."""
    _open_sheet(verification)
    _must_be_the_tier(verification, asked)
    _nobody_their_own(verification, asked)
    return [VerificationRefused(project_id=command.project_id, round=verification.round, reason=command.reason, refused_by=asked.actor.sub)]


def weighted(sheet: ScoreSheet, points: Mapping[ScoreItem, int]) -> int:
    """Return the mean of the points given, weighted by the sheet, rounded half up; optional items left out do not count."""
    rows = [row for row in sheet.items if row.item in points]
    weight = sum(row.weight for row in rows)
    total = sum(row.weight * points[row.item] for row in rows)
    return (2 * total + weight) // (2 * weight)


def _open_sheet(verification: Verification) -> ScoreSheet:
    if verification.status is Status.ABSENT:
        raise Rejected("not_found")
    if verification.status is not Status.OPEN or verification.sheet is None:
        raise Rejected("verification_not_open")
    return verification.sheet


def _must_be_the_tier(verification: Verification, asked: Asked) -> None:
    asked.actor.require(verification.tier)
    if verification.tier == "unit" and asked.actor.unit != verification.unit:
        raise Rejected("not_your_unit")
    if verification.tier == "branch" and (asked.actor.branch is None or asked.actor.branch != verification.branch):
        raise Rejected("not_your_unit")


def _nobody_their_own(verification: Verification, asked: Asked) -> None:
    own = {asked.actor.sub, asked.actor.unit if verification.tier != "branch" else None, asked.actor.branch}
    if verification.claimant in own - {None}:
        raise Rejected("own_item")


VERIFICATION = Decider(contract=SCORING, initial=Verification(), evolve=evolve, decide=decide)
