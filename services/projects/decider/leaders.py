"""The rules of leaders and their contact points (联点)."""

from collections.abc import Sequence
from typing import assert_never

from services.projects.commands import RegisterLeader, ReleaseContactPoint, TieContactPoint
from services.projects.state.registry import Leader, LeaderEvent, evolve_leader
from shared.contracts.projects import PROJECTS, ContactPointReleased, ContactPointTied, LeaderRegistered
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.sealed import Sealed

LeaderCommand = RegisterLeader | TieContactPoint | ReleaseContactPoint


def decide_leader(command: LeaderCommand, leader: Leader, asked: Asked) -> Sequence[LeaderEvent]:
    """Return the facts a command makes of a leader."""
    match command:
        case RegisterLeader():
            return register_leader(command, leader, asked)
        case TieContactPoint():
            return tie(command, leader, asked)
        case ReleaseContactPoint():
            return release(command, leader, asked)
        case _:
            assert_never(command)


def register_leader(command: RegisterLeader, leader: Leader, asked: Asked) -> Sequence[LeaderEvent]:
    """The office registers a leader once; the name is sealed."""
    asked.actor.require("office")
    if leader.registered:
        if (leader.unit, leader.post, leader.order) == (command.unit, command.post, command.order):
            return []
        raise Rejected("leader_already_registered", pointer="/account")
    leader_id = derived(asked.county, "leader", command.account)
    return [
        LeaderRegistered(
            leader_id=leader_id,
            account=command.account,
            name=Sealed.of(leader_id, command.name),
            post=command.post,
            unit=command.unit,
            order=command.order,
        )
    ]


def tie(command: TieContactPoint, leader: Leader, asked: Asked) -> Sequence[LeaderEvent]:
    """The office ties county leaders to any unit or branch; a unit's leader is tied, also by the unit, to its branches.

    A tie to the same place begins after the last day of the one before.
    """
    _leader_of_own_unit(leader, asked)
    if command.place is None:
        raise Rejected("unit_not_registered", pointer="/organisation", unit=command.organisation)
    if leader.unit is not None and (command.place.kind != "branch" or command.place.parent != leader.unit):
        raise Rejected("contact_point_outside_unit", pointer="/organisation", unit=leader.unit)
    known = dict(leader.ties).get(command.organisation)
    if known == command.tied_from:
        return []
    if known is not None:
        raise Rejected("contact_point_already_tied", pointer="/organisation", since=known.isoformat())
    ended = dict(leader.ended).get(command.organisation)
    if ended is not None and command.tied_from <= ended:
        raise Rejected("contact_point_tied_then", pointer="/tied_from", until=ended.isoformat())
    return [
        ContactPointTied(
            leader_id=derived(asked.county, "leader", command.account),
            account=command.account,
            organisation=command.organisation,
            tied_from=command.tied_from,
            tied_by=asked.actor.sub,
        )
    ]


def release(command: ReleaseContactPoint, leader: Leader, asked: Asked) -> Sequence[LeaderEvent]:
    """A tie ends on a day no earlier than it began."""
    _leader_of_own_unit(leader, asked)
    known = dict(leader.ties).get(command.organisation)
    if known is None:
        raise Rejected("contact_point_not_tied", pointer="/organisation")
    if command.until < known:
        raise Rejected("contact_point_ends_early", pointer="/until", since=known.isoformat())
    return [
        ContactPointReleased(
            leader_id=derived(asked.county, "leader", command.account),
            account=command.account,
            organisation=command.organisation,
            until=command.until,
            reason=command.reason,
            released_by=asked.actor.sub,
        )
    ]


def _leader_of_own_unit(leader: Leader, asked: Asked) -> None:
    asked.actor.require("office", "unit")
    if not leader.registered:
        raise Rejected("not_found")
    if not asked.actor.has("office") and (leader.unit is None or asked.actor.unit != leader.unit):
        raise Rejected("not_your_unit")


LEADER = Decider(contract=PROJECTS, initial=Leader(), evolve=evolve_leader, decide=decide_leader)
