"""Closing the loop: declining, answering, rating, and back into it after a bad rating."""

from collections.abc import Sequence

from services.intake.commands import AnswerNeed, DeclineNeed, RateByCode, RateNeed, ReopenNeed
from services.intake.decider.guards import last_day, must_be_open, must_exist, owed_by, petition_by_code, petition_of
from services.intake.state.need import CLOSED, Need, NeedEvent, Petition, Status
from shared.contracts.intake import NeedAnswered, NeedDeclined, NeedRated, NeedReopened
from shared.contracts.values import Rating
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked
from shared.kernel.workdays import business_day

GOOD: tuple[Rating, ...] = ("very-satisfied", "satisfied")


def decline(command: DeclineNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office declines an open need, with an outcome and a reason; not over the head of a member who claimed it."""
    asked.actor.require("office")
    must_be_open(need)
    if need.wish is not None and need.wish.claimant is not None:
        raise Rejected("wish_in_hand")
    return [
        NeedDeclined(
            need_id=command.need_id,
            outcome=command.outcome,
            reason=command.reason,
            reopen_until=last_day(asked, command.rules.reopen_within),
            basically_is_good=command.rules.basically_is_good,
        )
    ]


def answer(command: AnswerNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office or the handling unit answers a routed need in words; a verified project answers by itself, routed or merged or not."""
    asked.actor.require("office", "unit", SYSTEM)
    if asked.actor.has(SYSTEM):
        must_exist(need)
        if need.status in CLOSED:
            return []
    else:
        must_be_open(need)
        if need.status is not Status.ROUTED:
            raise Rejected("need_not_routed")
        if not asked.actor.has("office") and asked.actor.unit != need.handling_unit:
            raise Rejected("not_the_handling_unit")
        if command.text is None:
            raise Rejected("answer_needs_text", pointer="/text")
    return [
        NeedAnswered(
            need_id=command.need_id,
            outcome=command.outcome,
            text=command.text,
            project_id=command.project_id,
            reopen_until=last_day(asked, command.rules.reopen_within),
            basically_is_good=command.rules.basically_is_good,
        )
    ]


def rate(command: RateNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The clerk, who closed nothing, records what a petitioner said."""
    asked.actor.require("clerk")
    return _rated(command, petition_of(need, command.petitioner), need, asked)


def rate_by_code(command: RateByCode, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Whoever holds a query code rates for its petitioner."""
    return _rated(command, petition_by_code(need, command.code), need, asked)


def _rated(command: RateNeed | RateByCode, petition: Petition, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """A petitioner rates a closing once; badly and in time, it sends the need back to work.

    Bad are the last two levels, and "basically satisfied" where the county says so. In time is counted from the closing alone. The
    latest closing is rated, also when another petitioner's rating has already reopened the need; a merged need's is that of the
    need it is merged into.
    """
    closing = need.closing if need.merged_into is None else command.elsewhere
    if closing is None:
        raise Rejected("need_not_closed")
    petitioner = f"p{petition.number}"
    for closed, number, who, rating, text in need.ratings:
        if (closed, number, who) == (closing.need_id, closing.number, petitioner):
            if (rating, text) == (command.rating, command.text):
                return []
            raise Rejected("closing_already_rated")
    good = command.rating in GOOD or (command.rating == "basically-satisfied" and closing.basically_is_good)
    elsewhere = None if closing.need_id == command.need_id else closing.need_id
    rated = NeedRated(
        need_id=command.need_id,
        closing=closing.number,
        petitioner=petitioner,
        rating=command.rating,
        good=good,
        handling_unit=closing.handling_unit,
        project_id=closing.project_id,
        text=command.text,
        closed_with=elsewhere,
    )
    if good or not closing.standing or closing.reopen_until is None or business_day(asked.at) > closing.reopen_until:
        return [rated]
    reopened = NeedReopened(
        need_id=command.need_id,
        closing=closing.number,
        project_id=closing.project_id if elsewhere is None else None,
        reason=command.text or command.rating,
        through=elsewhere,
        owner_by=owed_by(need) if elsewhere is None else None,
    )
    return [rated, reopened]


def reopen(command: ReopenNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """What a need merged into this one was rated badly for sends this one back to work, unless it is there already."""
    asked.actor.require(SYSTEM)
    must_exist(need)
    closing = need.closing
    if closing is None or not closing.standing or closing.number != command.closing:
        return []
    return [
        NeedReopened(
            need_id=command.need_id,
            closing=closing.number,
            project_id=closing.project_id,
            reason=command.reason,
            owner_by=owed_by(need),
        )
    ]
