"""The standing register (台账) as a book of movements, kept apart from the board so that one can be checked against the other."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.projects import FigureAnnounced, ProjectApproved, ProjectMerged, ProjectReopened, ProjectSignedOff, ProjectWithdrawn
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection
from shared.kernel.workdays import business_day

LedgerEvent = ProjectApproved | ProjectReopened | ProjectSignedOff | ProjectWithdrawn | ProjectMerged


@dataclass(slots=True)
class LedgerBookRow:
    """A level's register: what entered, returned and left it on each day (Asia/Shanghai), by kind of movement."""

    level: str
    days: dict[str, Any] | None = None


LEDGER_BOOK = Projection("ledger_book", row=LedgerBookRow, key="level")


def _level(event: LedgerEvent) -> tuple[tuple[str], ...]:
    return () if event.ledger is None else ((event.ledger,),)


def _enter(row: LedgerBookRow, movement: str, meta: Meta) -> None:
    day = business_day(meta.recorded_at).isoformat()
    moved = (row.days or {}).get(day, {})
    row.days = {**(row.days or {}), day: {**moved, movement: moved.get(movement, 0) + 1}}


@LEDGER_BOOK.on(ProjectApproved, keys=_level)
def _opened(row: LedgerBookRow, _event: ProjectApproved, meta: Meta) -> None:
    _enter(row, "opened", meta)


@LEDGER_BOOK.on(ProjectReopened, keys=_level)
def _returned(row: LedgerBookRow, _event: ProjectReopened, meta: Meta) -> None:
    _enter(row, "returned", meta)


@LEDGER_BOOK.on(ProjectSignedOff, keys=_level)
def _signed_off(row: LedgerBookRow, _event: ProjectSignedOff, meta: Meta) -> None:
    _enter(row, "signed_off", meta)


@LEDGER_BOOK.on(ProjectWithdrawn, keys=_level)
def _withdrawn(row: LedgerBookRow, _event: ProjectWithdrawn, meta: Meta) -> None:
    _enter(row, "withdrawn", meta)


@LEDGER_BOOK.on(ProjectMerged, keys=_level)
def _merged(row: LedgerBookRow, _event: ProjectMerged, meta: Meta) -> None:
    _enter(row, "merged", meta)


@dataclass(slots=True)
class AnnouncementRow:
    """A figure that was announced for lists of the register as of a day."""

    announcement_id: UUID
    position: int | None = None
    label: str | None = None
    levels: list[str] | None = None
    figure: int = 0
    announced_on: date | None = None
    source: str | None = None


ANNOUNCEMENTS = Projection("announcements", row=AnnouncementRow, key="announcement_id")


@ANNOUNCEMENTS.on(FigureAnnounced)
def _announced(row: AnnouncementRow, event: FigureAnnounced, meta: Meta) -> None:
    row.position, row.label, row.levels, row.figure = meta.position, event.label, list(event.levels), event.figure
    row.announced_on, row.source = event.announced_on, event.source
