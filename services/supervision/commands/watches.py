"""What may be asked of watches and listings; what follows from facts and timers stands here too."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.ladders import Criterion, ListedSubject
from shared.contracts.profile import LadderSubject, Rung
from shared.kernel.derived import derived
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Remark, UnitCode

SubjectId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z:-]{0,79}$")]
"""The id of a need, project or notice (its unit behind a colon where a watch is about one addressee), or a unit's code."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, hexadecimal."""


def is_an_id(text: str) -> bool:
    """Tell whether a text is a UUID as this platform writes it; another spelling would name another stream."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def watch_of(subject: str, subject_id: str) -> UUID:
    """Return the one watch a subject has on a ladder."""
    return derived("watch", subject, subject_id)


def listing_of(subject: str, subject_id: str) -> UUID:
    """Return the one listing a subject has."""
    return derived("listing", subject, subject_id)


class Watching(Command):
    """What every command of a policy on a watch says: which, because of which fact, on which business day."""

    subject: LadderSubject
    subject_id: SubjectId
    because: str
    on: date


class UnderTheLadder(Watching):
    """A watching command that counts: the ladder in force, and the subject's unit as known here."""

    rungs: Annotated[tuple[Rung, ...], FromPlatform] = ()
    profile_version: Annotated[str, FromPlatform] = ""
    unit: UnitCode | None = None


class StartWatch(UnderTheLadder):
    """Begin to watch a subject whose deadline is this; left out, the day counts as the county's rules say."""

    due_on: date | None = None


class MoveWatchDeadline(UnderTheLadder):
    """A fact gave the subject another deadline."""

    due_on: date


class PauseWatch(Watching):
    """A fact stopped the subject's clock."""


class ResumeWatch(UnderTheLadder):
    """A fact let the subject's clock run again, from this deadline."""

    due_on: date


class ReopenWatch(UnderTheLadder):
    """A subject went back to work: it has the county's days for doing it again, and never less than was promised."""

    redo_by: Annotated[date | None, FromPlatform] = None


class EndWatch(Watching):
    """A fact ended what was late, or could have been."""


class ClimbRung(Command):
    """A rung's day passed; only the timer says so."""

    watch_id: UUID
    climb: int
    rung: int


class EscalateSubject(Command):
    """Move a subject up to the rung that is due, where people must."""

    watch_id: Annotated[UUID, FromPlatform]
    rung: Annotated[int, Field(ge=1, le=10)]
    remark: Remark | None = None


class ListSubject(Command):
    """Put a subject under listed supervision, with the unit that must put it right."""

    subject: ListedSubject
    subject_id: SubjectId
    owner: UnitCode
    criterion: Criterion
    reason: Remark


class ListEscalated(Command):
    """A subject climbed to listed supervision."""

    subject: ListedSubject
    subject_id: SubjectId
    owner: UnitCode | None
    watch_id: UUID


class NameListingOwner(Command):
    """Name the unit that must put a listed subject right."""

    listing_id: Annotated[UUID, FromPlatform]
    owner: UnitCode


class DelistSubject(Command):
    """Take a subject off the list, on evidence."""

    listing_id: Annotated[UUID, FromPlatform]
    evidence: Remark
    digest: Digest
