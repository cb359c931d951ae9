"""Merging needs that ask the same: no voice is moved, each keeps its receipt and is answered with the other."""

from collections.abc import Sequence

from services.intake.commands import MergeNeed, UnmergeNeed
from services.intake.decider.guards import must_be_open, must_exist, owed_by
from services.intake.state.need import Need, NeedEvent
from shared.contracts.intake import NeedMerged, NeedUnmerged
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def merge(command: MergeNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office merges an open need into an earlier open one; earlier by its id, so that merging never runs in a circle."""
    asked.actor.require("office")
    must_exist(need)
    if need.merged_into == command.into:
        return []
    must_be_open(need)
    if command.other is None:
        raise Rejected("need_not_known", pointer="/into", need=command.into)
    if command.into >= command.need_id:
        raise Rejected("merged_into_the_earlier_only", pointer="/into")
    if command.other.merged or not command.other.open:
        raise Rejected("need_takes_in_no_other", pointer="/into")
    if need.wish is not None and need.wish.claimant is not None:
        raise Rejected("wish_in_hand")
    return [NeedMerged(need_id=command.need_id, into=command.into, reason=command.reason, merged_by=asked.actor.sub)]


def unmerge(command: UnmergeNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office lets a merged need stand on its own again: routed where it was, otherwise accepted."""
    asked.actor.require("office")
    must_exist(need)
    if need.merged_into is None:
        raise Rejected("need_not_merged")
    return [
        NeedUnmerged(
            need_id=command.need_id,
            out_of=need.merged_into,
            reason=command.reason,
            status="accepted" if need.handling_unit is None else "routed",
            owner_by=owed_by(need),
        )
    ]
