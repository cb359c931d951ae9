"""Two subjects under listed supervision whatever anybody asks: listed once at a time, and never helped off the list by its own unit."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.supervision.commands.watches import DelistSubject, ListEscalated, NameListingOwner, listing_of
from services.supervision.decider import LISTING
from services.supervision.handlers import HANDLERS
from services.supervision.projections import LISTING_BOARD
from services.supervision.state.watches import Listing, ListingEvent
from shared.contracts.ladders import ListingOwnerNamed, SubjectDelisted, SubjectListed
from shared.kernel.actor import SYSTEM, Actor
from shared.kernel.testing import by
from tests.support.a_ladder import LIST
from tests.support.a_service import Ask, Service, anything, every, explore
from tests.support.a_watch import LEADER, OFFICE, POLICY, PROJECT, WATCH_ID

SUBJECTS = {"project": PROJECT, "unit": "T1"}
IDS = {listing_of(*subject): subject for subject in SUBJECTS.items()}
OWN_LEADER, OWN_OFFICE = by("leader", sub="leader-1", unit="T1"), by("office", sub="xjb-9", unit="T2")
ANYBODY = (LEADER, OFFICE, OWN_LEADER, OWN_OFFICE, by("inspector"), by("unit", unit="T1"), by("auditor"), by("citizen"))


def of(subject: str, subject_id: str) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask about a subject."""
    which: Any = {"subject": subject, "subject_id": subject_id}
    listing_id = listing_of(subject, subject_id)
    listed = LIST.model_copy(update=which)
    climbed = [ListEscalated(**which, owner=owner, watch_id=WATCH_ID) for owner in (None, "T1")]
    owners = [NameListingOwner(listing_id=listing_id, owner=owner) for owner in ("T1", "T2")]
    off = DelistSubject(listing_id=listing_id, evidence="现场核查", digest="a" * 64)
    usual: list[Ask] = [(listed, LEADER), *((command, POLICY) for command in climbed), *((command, OFFICE) for command in owners)]
    usual += [(owners[0], LEADER), (off, LEADER), (off, OWN_LEADER)]
    odd: list[Ask] = [(command, own) for command in (*owners, off) for own in (OWN_LEADER, OWN_OFFICE)]
    odd += [(listed.model_copy(update={"criterion": "ladder"}), LEADER), (listed.model_copy(update={"owner": "T2"}), OWN_LEADER)]
    return usual, odd


USUAL, ODD = ([ask for kind in kinds for ask in kind] for kinds in zip(*(of(*subject) for subject in SUBJECTS.items()), strict=True))
ANYTHING = anything(USUAL, ODD, ANYBODY)


class Listings(Service):
    """A project and a unit are put on the list and taken off it."""

    handlers = HANDLERS
    reads = (LISTING_BOARD,)

    @rule(choice=ANYTHING, days=st.integers(0, 2))
    def go_on(self, choice: int | Ask, days: int) -> None:
        self.pass_days(days)
        for command, actor in self.picked(choice, USUAL):
            self.ask(command, actor)

    def allowed(self, before: Listing, event: Any, actor: Actor) -> None:
        match event:
            case SubjectListed():
                assert not before.listed
                assert (event.criterion == "ladder") is actor.has(SYSTEM)
                assert (event.owner, event.reason) != (None, None) or actor.has(SYSTEM)
            case ListingOwnerNamed() | SubjectDelisted():
                assert before.listed
                assert actor.unit is None or actor.unit not in {before.owner, IDS[event.listing_id][1]}
                assert before.owner is not None or isinstance(event, ListingOwnerNamed)
            case _:
                raise AssertionError(event)

    @invariant()
    def the_board_says_what_the_rules_remember_and_counts_how_often(self) -> None:
        for (listing_id,), row in self.rows["listing_board"].items():
            state: Listing = self.state(LISTING, f"listing-{listing_id}")
            told = [event for event in self.events(SubjectListed, ListingOwnerNamed, SubjectDelisted) if event.listing_id == listing_id]
            assert (row.status == "listed", row.owner, row.version) == (state.listed, state.owner, len(told))
            assert (row.subject, row.subject_id) == IDS[listing_id]
            assert row.times == sum(isinstance(event, SubjectListed) for event in told)
            assert (row.evidence, row.delisted_on, row.delisted_by).count(None) == (3 if state.listed else 0)
            days = [getattr(event, "listed_on", None) or event.delisted_on for event in told if not isinstance(event, ListingOwnerNamed)]
            assert days == sorted(days)


def test_no_order_of_asking_breaks_a_listing() -> None:
    refused = {"own_item", "subject_already_listed", "subject_not_listed", "role_not_allowed"}
    explore(Listings, examples=60, steps=40, reaching={*every(ListingEvent), *refused})
