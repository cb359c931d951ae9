"""Watches and listings as their rules see them."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from shared.contracts.ladders import (
    EscalationDue,
    ListedSubject,
    ListingOwnerNamed,
    PlannedRung,
    SubjectDelisted,
    SubjectEscalated,
    SubjectListed,
    WatchDeadlineMoved,
    WatchEnded,
    WatchPaused,
    WatchResumed,
    WatchStarted,
)
from shared.contracts.profile import LadderSubject
from shared.kernel.same import same

WatchEvent = WatchStarted | WatchDeadlineMoved | WatchPaused | WatchResumed | WatchEnded | EscalationDue | SubjectEscalated
ListingEvent = SubjectListed | ListingOwnerNamed | SubjectDelisted


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch: its deadline and rungs, how often it began at the foot, how many were reached, whether the next one waits for people.

    A watch that ended keeps its deadline: a project done again may not have less time than was promised.
    """

    subject: LadderSubject | None = None
    subject_id: str = ""
    unit: str | None = None
    running: bool = False
    paused: bool = False
    due_on: date | None = None
    rungs: tuple[PlannedRung, ...] = ()
    climb: int = 0
    reached: int = 0
    waits: bool = False

    @property
    def next(self) -> PlannedRung | None:
        """The rung that comes next, None at the top."""
        return self.rungs[self.reached] if self.reached < len(self.rungs) else None


def evolve_watch(watch: Watch, event: WatchEvent) -> Watch:  # noqa: PLR0911 - one case a fact
    """Return the watch after a fact."""
    match event:
        case WatchStarted():
            rungs = same(event.rungs)
            return Watch(event.subject, event.subject_id, event.unit, running=True, due_on=event.due_on, rungs=rungs, climb=event.climb)
        case WatchDeadlineMoved():
            return replace(watch, due_on=event.due_on, rungs=same(event.rungs), climb=event.climb, reached=0, waits=False)
        case WatchPaused():
            return replace(watch, paused=True, waits=False)
        case WatchResumed():
            return replace(watch, paused=False, due_on=event.due_on, rungs=same(event.rungs), climb=event.climb, reached=0, waits=False)
        case WatchEnded():
            return replace(watch, running=False, paused=False, waits=False)
        case EscalationDue():
            return replace(watch, waits=True)
        case SubjectEscalated():
            return replace(watch, reached=event.rung, waits=False)
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class Listing:
    """Whether a subject is listed, and who must put it right."""

    listed: bool = False
    subject: ListedSubject | None = None
    subject_id: str = ""
    owner: str | None = None

    def concerns(self, unit: str | None) -> bool:
        """Tell whether a unit must put it right, or is itself what is listed."""
        return unit is not None and unit in (self.owner, self.subject_id if self.subject == "unit" else None)


def evolve_listing(listing: Listing, event: ListingEvent) -> Listing:
    """Return the listing after a fact."""
    match event:
        case SubjectListed():
            return Listing(listed=True, subject=event.subject, subject_id=event.subject_id, owner=event.owner)
        case ListingOwnerNamed():
            return replace(listing, owner=event.owner)
        case SubjectDelisted():
            return replace(listing, listed=False)
        case _:
            assert_never(event)
