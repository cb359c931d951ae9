"""Triage: accepting, asking for more, routing; and finding what nobody owns."""

from collections.abc import Sequence

from services.intake.commands import AcceptNeed, AskForMore, GiveMore, GiveMoreByCode, MarkUnowned, MissMore, RouteNeed
from services.intake.decider.guards import last_day, must_be_open, must_exist, petition_by_code, petition_of
from services.intake.state.need import Need, NeedEvent, Petition, Status
from shared.contracts.intake import MoreAsked, MoreGiven, MoreMissed, NeedAccepted, NeedRouted, NeedUnowned
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def accept(command: AcceptNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office takes a need up; what is accepted or routed already stays as it is."""
    asked.actor.require("office")
    must_be_open(need)
    if need.status is not Status.SUBMITTED:
        return []
    return [NeedAccepted(need_id=command.need_id, accepted_by=asked.actor.sub)]


def ask_for_more(command: AskForMore, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office asks one thing at a time; the day for somebody to own the need does not move for it."""
    asked.actor.require("office")
    must_be_open(need)
    if need.more_by is not None and not need.more_missed:
        raise Rejected("more_already_asked", until=need.more_by)
    answer_by = last_day(asked, command.rules.more_within)
    return [MoreAsked(need_id=command.need_id, question=command.question, answer_by=answer_by, asked_by=asked.actor.sub)]


def give_more(command: GiveMore, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """What a petitioner told the clerk or the office counts as given."""
    asked.actor.require("clerk", "office")
    return _given(command, petition_of(need, command.petitioner), need)


def give_more_by_code(command: GiveMoreByCode, need: Need, _asked: Asked) -> Sequence[NeedEvent]:
    """Whoever holds a query code gives what was asked for."""
    return _given(command, petition_by_code(need, command.code), need)


def _given(command: GiveMore | GiveMoreByCode, petition: Petition, need: Need) -> Sequence[NeedEvent]:
    """Late is better than never, as long as the need is open."""
    must_be_open(need)
    if need.more_by is None:
        raise Rejected("more_not_asked")
    return [MoreGiven(need_id=command.need_id, petitioner=petition.number, text=command.text)]


def miss_more(command: MissMore, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The clock finds that what was asked for by a day was not given, once."""
    asked.actor.require(SYSTEM)
    must_exist(need)
    if need.more_by != command.answer_by or need.more_missed:
        return []
    return [MoreMissed(need_id=command.need_id, answer_by=command.answer_by)]


def route(command: RouteNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office routes a need that is open; elsewhere than before only with a reason, and the same way again changes nothing."""
    asked.actor.require("office")
    must_be_open(need)
    if command.handling_unit in command.assisting_units or len({*command.assisting_units}) < len(command.assisting_units):
        raise Rejected("assisting_unit_twice", pointer="/assisting_units")
    as_it_is = (need.handling_unit, need.responsible_leader, need.assisting_units)
    if as_it_is == (command.handling_unit, command.responsible_leader, command.assisting_units):
        return []
    if need.handling_unit is not None and command.reason is None:
        raise Rejected("routing_elsewhere_needs_reason", pointer="/reason")
    return [
        NeedRouted(
            need_id=command.need_id,
            handling_unit=command.handling_unit,
            responsible_leader=command.responsible_leader,
            note=command.note,
            assisting_units=command.assisting_units,
            reason=command.reason,
        )
    ]


def mark_unowned(command: MarkUnowned, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The clock finds that nobody owned the need by its day: no unit handles it, no member claimed it, nobody closed it. Once."""
    asked.actor.require(SYSTEM)
    must_exist(need)
    owned = need.status not in (Status.SUBMITTED, Status.ACCEPTED) or (need.wish is not None and need.wish.claimant is not None)
    if owned or need.unowned or need.owner_by != command.owner_by:
        return []
    return [NeedUnowned(need_id=command.need_id, owner_by=command.owner_by, town=need.town)]
