"""Who stands where towards a verification: its open round, its tier, and those it is too close to."""

from services.scoring.state.verification import Status, Verification
from shared.contracts.profile import ScoreSheet
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def its_round_open(verification: Verification) -> ScoreSheet:
    """Return the sheet of the open round; refuse where there is none."""
    if verification.status is Status.ABSENT:
        raise Rejected("not_found")
    if verification.status is not Status.OPEN or verification.sheet is None:
        raise Rejected("verification_not_open")
    return verification.sheet


def must_be_the_tier(verification: Verification, asked: Asked) -> None:
    """Refuse all but the tier the item's level names, of the item's unit or branch."""
    asked.actor.require(verification.tier)
    if verification.tier == "unit" and asked.actor.unit != verification.unit:
        raise Rejected("not_your_unit")
    if verification.tier == "branch" and (asked.actor.branch is None or asked.actor.branch != verification.branch):
        raise Rejected("not_your_unit")


def nobody_their_own(verification: Verification, asked: Asked) -> None:
    """Refuse one's own item, be it as account, unit or branch, and, where the county says so, that of one's own leader.

    Whose leader is told by the claim: taken on in the role `leader` for a unit, it is of everybody in that unit; taken on by a
    unit's committee, of that unit's branches.
    """
    actor = asked.actor
    own = {actor.sub, actor.unit if verification.tier != "branch" else None, actor.branch}
    if verification.claimant in own - {None}:
        raise Rejected("own_item")
    if verification.closing.own_leader_may_sign or actor.unit is None or actor.unit != verification.unit:
        return
    if verification.claimed_as == "leader" or (verification.claimed_as == "unit" and verification.tier == "branch"):
        raise Rejected("own_leaders_item")
