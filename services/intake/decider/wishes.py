"""Micro-wishes: published, claimed by one member, fulfilled and thanked for, or given back and free again."""

from collections.abc import Sequence
from uuid import UUID

from services.intake.commands import ClaimWish, FulfilWish, GiveWishBack, PublishWish, ThankByCode
from services.intake.decider.guards import last_day, must_be_open, must_exist, owed_by, petition_by_code
from services.intake.state.need import Need, NeedEvent
from shared.contracts.intake import NeedAnswered, WishClaimed, WishFulfilled, WishGivenBack, WishPublished, WishThanked
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def publish(command: PublishWish, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office puts an open micro-wish up for members to claim; again, it changes nothing."""
    asked.actor.require("office")
    must_be_open(need)
    if need.kind != "micro-wish":
        raise Rejected("not_a_wish")
    if need.wish is not None:
        return []
    return [WishPublished(need_id=command.need_id, title=need.title, town=need.town, published_by=asked.actor.sub)]


def claim(command: ClaimWish, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """A published wish is claimed by one member, who is on the register and not exempt."""
    asked.actor.require("member")
    must_be_open(need)
    if need.wish is None:
        raise Rejected("wish_not_published")
    member = command.member
    if member is None:
        raise Rejected("member_not_registered")
    if member.exempt:
        raise Rejected("member_exempt")
    if need.wish.claimant is not None:
        if need.wish.claimant == asked.actor.sub:
            return []
        raise Rejected("wish_already_claimed")
    return [
        WishClaimed(need_id=command.need_id, member_id=member.member_id, claimant=asked.actor.sub, unit=member.unit, branch=member.branch)
    ]


def give_back(command: GiveWishBack, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Who claimed a wish may give it back while it is open: it is free again."""
    asked.actor.require("member")
    must_be_open(need)
    return [
        WishGivenBack(need_id=command.need_id, member_id=_claimant(need, asked), reason=command.reason, owner_by=owed_by(need)),
    ]


def fulfil(command: FulfilWish, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Who claimed a wish makes it come true, and so answers whoever wished it."""
    asked.actor.require("member")
    must_be_open(need)
    return [
        WishFulfilled(need_id=command.need_id, member_id=_claimant(need, asked), text=command.text),
        NeedAnswered(
            need_id=command.need_id,
            outcome="done",
            text=command.text,
            reopen_until=last_day(asked, command.rules.reopen_within),
            basically_is_good=command.rules.basically_is_good,
        ),
    ]


def thank_by_code(command: ThankByCode, need: Need, _asked: Asked) -> Sequence[NeedEvent]:
    """Whoever holds a query code thanks for the wish once it came true; a petitioner's thanks are told once."""
    must_exist(need)
    petition = petition_by_code(need, command.code)
    if need.wish is None or not need.wish.fulfilled:
        raise Rejected("wish_not_fulfilled")
    if petition.thanked:
        return []
    return [WishThanked(need_id=command.need_id, petitioner=petition.number, text=command.text)]


def _claimant(need: Need, asked: Asked) -> UUID:
    wish = need.wish
    if wish is None or wish.member_id is None:
        raise Rejected("wish_not_claimed")
    if wish.claimant != asked.actor.sub:
        raise Rejected("not_the_claimant")
    return wish.member_id
