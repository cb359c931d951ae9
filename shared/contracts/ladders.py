"""Events of supervision: what is late climbs, and is listed."""

from datetime import date
from typing import Literal
from uuid import UUID

from shared.contracts.profile import LadderStep, LadderSubject
from shared.contracts.values import Value
from shared.kernel.events import Event

Mover = Literal["clock", "office", "leader"]
ListedSubject = Literal["need", "project", "notice", "unit"]
Criterion = Literal["ladder", "strong-feeling", "bad-ratings", "leader-decision"]
"""Why something is listed (挂牌督办): it climbed to there; people feel strongly; people rate it badly; a leader decided."""


class PlannedRung(Value):
    """A rung of a ladder in days: due when the day `on` is over."""

    step: LadderStep
    on: date
    moved_by: Mover


class WatchStarted(Event):
    """A subject's clock runs: the rungs of its county's ladder, counted from the deadline, as they stood when it started.

    `subject_id` is the need's, project's or notice's id (a notice's with `:` and the unit behind it); `unit` is None
    while nobody is responsible; `because` names the fact that started it. `climb` counts from 1 how often the subject has
    begun at the ladder's foot.
    """

    watch_id: UUID
    climb: int
    subject: LadderSubject
    subject_id: str
    unit: str | None
    due_on: date
    rungs: tuple[PlannedRung, ...]
    provisional: bool
    because: str
    profile_version: str


class WatchDeadlineMoved(Event):
    """A fact gave the subject another deadline: it climbs from the ladder's foot, counted from there.

    `next_rung` is the one (from 1) that would have come next in the climb before.
    """

    watch_id: UUID
    climb: int
    next_rung: int
    due_on: date
    rungs: tuple[PlannedRung, ...]
    provisional: bool
    paused: bool
    because: str


class WatchPaused(Event):
    """The subject's clock stands still; `next_rung` (from 1) would have come next."""

    watch_id: UUID
    climb: int
    next_rung: int
    because: str


class WatchResumed(Event):
    """The subject's clock runs again, from this deadline and the ladder's foot."""

    watch_id: UUID
    climb: int
    due_on: date
    rungs: tuple[PlannedRung, ...]
    provisional: bool
    because: str


class WatchEnded(Event):
    """Nothing is late any more; `because` names the fact that ended it, `next_rung` (from 1) would have come next."""

    watch_id: UUID
    climb: int
    next_rung: int
    because: str


class EscalationDue(Event):
    """A rung's day has passed and people must move the subject up; it waits for them. `rung` counts from 1."""

    watch_id: UUID
    subject: LadderSubject
    subject_id: str
    unit: str | None
    climb: int
    rung: int
    step: LadderStep
    moved_by: Mover
    due_on: date


class SubjectEscalated(Event):
    """A subject climbed to a rung (counted from 1), moved by the clock or by somebody; `next_on` is the next rung's day."""

    watch_id: UUID
    subject: LadderSubject
    subject_id: str
    unit: str | None
    climb: int
    rung: int
    step: LadderStep
    due_on: date
    on: date
    moved_by: Mover
    escalated_by: str
    remark: str | None
    next_on: date | None


class SubjectListed(Event):
    """A subject is under listed supervision (挂牌督办); `owner` is the unit that must put it right, None until one is named."""

    listing_id: UUID
    subject: ListedSubject
    subject_id: str
    owner: str | None
    criterion: Criterion
    reason: str | None
    watch_id: UUID | None
    listed_on: date
    listed_by: str


class ListingOwnerNamed(Event):
    """A listing got the unit that must put it right."""

    listing_id: UUID
    owner: str
    named_by: str


class SubjectDelisted(Event):
    """A leader took a subject off the list on evidence; `digest` is the SHA-256 of the evidence's bytes, hexadecimal."""

    listing_id: UUID
    evidence: str
    digest: str
    delisted_on: date
    delisted_by: str
