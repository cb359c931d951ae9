"""Listed supervision (挂牌督办): entered for a reason, owned by a unit, left on evidence."""

from collections.abc import Sequence
from typing import assert_never

from services.supervision.commands.watches import DelistSubject, ListEscalated, ListSubject, NameListingOwner, is_an_id, listing_of
from services.supervision.state.watches import Listing, ListingEvent, evolve_listing
from shared.contracts.ladders import ListingOwnerNamed, SubjectDelisted, SubjectListed
from shared.contracts.supervision import SUPERVISION
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

ListingCommand = ListSubject | ListEscalated | NameListingOwner | DelistSubject


def decide(command: ListingCommand, listing: Listing, asked: Asked) -> Sequence[ListingEvent]:
    """Return the facts a command makes."""
    match command:
        case ListSubject():
            return list_subject(command, listing, asked)
        case ListEscalated():
            return list_escalated(command, listing, asked)
        case NameListingOwner():
            return name_owner(command, listing, asked)
        case DelistSubject():
            return delist(command, listing, asked)
        case _:
            assert_never(command)


def list_subject(command: ListSubject, listing: Listing, asked: Asked) -> Sequence[ListingEvent]:
    """A leader lists a subject that is not listed, says why, and whose it is; the ladder's own reason is not theirs to give."""
    asked.actor.require("leader")
    if command.criterion == "ladder":
        raise Rejected("criterion_not_yours", pointer="/criterion")
    if command.subject != "unit" and not is_an_id(command.subject_id):
        raise Rejected("subject_not_known", pointer="/subject_id")
    if listing.listed:
        raise Rejected("subject_already_listed")
    return [
        SubjectListed(
            listing_id=listing_of(command.subject, command.subject_id),
            subject=command.subject,
            subject_id=command.subject_id,
            owner=command.owner,
            criterion=command.criterion,
            reason=command.reason,
            watch_id=None,
            listed_on=business_day(asked.at),
            listed_by=asked.actor.sub,
        )
    ]


def list_escalated(command: ListEscalated, listing: Listing, asked: Asked) -> Sequence[ListingEvent]:
    """What climbed to the top is listed, also while nobody owns it."""
    asked.actor.require(SYSTEM)
    if listing.listed:
        return []
    return [
        SubjectListed(
            listing_id=listing_of(command.subject, command.subject_id),
            subject=command.subject,
            subject_id=command.subject_id,
            owner=command.owner,
            criterion="ladder",
            reason=None,
            watch_id=command.watch_id,
            listed_on=business_day(asked.at),
            listed_by=asked.actor.sub,
        )
    ]


def name_owner(command: NameListingOwner, listing: Listing, asked: Asked) -> Sequence[ListingEvent]:
    """The office or a leader names the unit that must put it right; nobody passes on what is their own unit's."""
    asked.actor.require("office", "leader")
    _must_be_listed(listing)
    if listing.owner == command.owner:
        return []
    if listing.concerns(asked.actor.unit):
        raise Rejected("own_item")
    return [ListingOwnerNamed(listing_id=command.listing_id, owner=command.owner, named_by=asked.actor.sub)]


def delist(command: DelistSubject, listing: Listing, asked: Asked) -> Sequence[ListingEvent]:
    """A leader takes off the list what its owner has put right, on evidence, and never what is their own unit's, nor the unit itself."""
    asked.actor.require("leader")
    _must_be_listed(listing)
    if listing.owner is None:
        raise Rejected("listing_without_owner")
    if listing.concerns(asked.actor.unit):
        raise Rejected("own_item")
    return [
        SubjectDelisted(
            listing_id=command.listing_id,
            evidence=command.evidence,
            digest=command.digest,
            delisted_on=business_day(asked.at),
            delisted_by=asked.actor.sub,
        )
    ]


def _must_be_listed(listing: Listing) -> None:
    if listing.subject is None:
        raise Rejected("not_found")
    if not listing.listed:
        raise Rejected("subject_not_listed")


LISTING = Decider(contract=SUPERVISION, initial=Listing(), evolve=evolve_listing, decide=decide)
