"""What may be asked of hearings, visits, what is regular, and figures."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.inspections import Every, Figure, FiguresFor
from shared.contracts.profile import Activity
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Paragraphs, Remark, Title, UnitCode
from shared.kernel.workdays import Period


class HoldHearing(Command):
    """Record that the leading group met to hear reports."""

    hearing_id: Annotated[UUID, FromPlatform]
    title: Title
    held_on: date
    chaired_by: Account


class HearReport(Command):
    """Record a unit's report and the comment made on the spot; heard again, the later one stands."""

    hearing_id: Annotated[UUID, FromPlatform]
    unit: UnitCode
    report: Paragraphs
    comment: Remark


class AssignTask(Command):
    """Give a unit something to do that came out of a hearing."""

    hearing_id: Annotated[UUID, FromPlatform]
    task_id: Annotated[UUID, FromPlatform]
    unit: UnitCode
    text: Remark
    within: Period


class CompleteTask(Command):
    """Say how a task was done, for one's own unit."""

    hearing_id: Annotated[UUID, FromPlatform]
    task_id: Annotated[UUID, FromPlatform]
    result: Paragraphs


class MarkTaskOverdue(Command):
    """A task's day passed; only the timer says so."""

    hearing_id: UUID
    task_id: UUID
    due_on: date


class RecordVisit(Command):
    """Record one's own visit to a contact point and the guidance given."""

    visit_id: Annotated[UUID, FromPlatform]
    unit: UnitCode
    branch: UnitCode | None = None
    visited_on: date
    guidance: Paragraphs


class BeginCadence(Command):
    """The county's rules ask for something regular from a day on."""

    activity: Activity
    every: Every
    since: date


class TurnPeriod(Command):
    """A week or month is over; only the timer says so."""

    activity: Activity
    every: Every
    period: str
    still: Annotated[bool, FromPlatform] = False
    """The county's rules still ask for it."""


class HoldActivity(Command):
    """Record that something regular took place, and name the hearing, round or notice it was."""

    activity: Activity
    every: Every
    reference_id: UUID
    still: Annotated[bool, FromPlatform] = False
    """The county's rules still ask for it."""
    held_on: Annotated[date | None, FromPlatform] = None
    """The day of what is named; None where there is no such hearing, round or notice of that kind."""


class CompileFigures(Command):
    """Count the figures of a bulletin or month from the read models, first and last day included."""

    figures_id: Annotated[UUID, FromPlatform]
    purpose: FiguresFor
    first_on: date
    last_on: date
    figures: Annotated[tuple[Figure, ...], FromPlatform] = ()
    positions: Annotated[dict[str, int], FromPlatform] = Field(default_factory=dict)
