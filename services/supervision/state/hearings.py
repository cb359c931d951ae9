"""Hearings and what is regular, as their rules see them."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from shared.contracts.inspections import (
    ActivityExpected,
    ActivityHeld,
    ActivityMissed,
    CadenceEnded,
    ContactPointVisited,
    FiguresCompiled,
    HearingHeld,
    ReportHeard,
    TaskAssigned,
    TaskCompleted,
    TaskOverdue,
)

HearingEvent = HearingHeld | ReportHeard | TaskAssigned | TaskCompleted | TaskOverdue
CadenceEvent = ActivityExpected | ActivityHeld | ActivityMissed | CadenceEnded


@dataclass(frozen=True, slots=True)
class Task:
    """A task: whose it is, by when, whether it was done or found overdue."""

    unit: str
    due_on: date
    done: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """A hearing: its day, who was commented on, what was given to do."""

    held_on: date | None = None
    comments: tuple[tuple[str, str, str], ...] = ()
    tasks: dict[UUID, Task] = field(default_factory=dict)


def evolve_hearing(hearing: Hearing, event: HearingEvent) -> Hearing:
    """Return the hearing after a fact."""
    match event:
        case HearingHeld():
            return replace(hearing, held_on=event.held_on)
        case ReportHeard():
            others = tuple(heard for heard in hearing.comments if heard[0] != event.unit)
            return replace(hearing, comments=(*others, (event.unit, event.report, event.comment)))
        case TaskAssigned():
            return replace(hearing, tasks={**hearing.tasks, event.task_id: Task(event.unit, event.due_on)})
        case TaskCompleted():
            return replace(hearing, tasks={**hearing.tasks, event.task_id: replace(hearing.tasks[event.task_id], done=True)})
        case TaskOverdue():
            return replace(hearing, tasks={**hearing.tasks, event.task_id: replace(hearing.tasks[event.task_id], overdue=True)})
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class Cadence:
    """What is due now, what took place in it, which weeks or months were missed, and the last day of the last that was due."""

    period: str | None = None
    due_on: date | None = None
    held: frozenset[tuple[str, UUID]] = frozenset()
    missed: frozenset[str] = frozenset()

    @property
    def held_now(self) -> bool:
        """Whether what is due now took place."""
        return any(period == self.period for period, _ in self.held)


def evolve_cadence(cadence: Cadence, event: CadenceEvent) -> Cadence:
    """Return the cadence after a fact."""
    match event:
        case ActivityExpected():
            return replace(cadence, period=event.period, due_on=event.due_on)
        case ActivityHeld():
            return replace(cadence, held=cadence.held | {(event.period, event.reference_id)})
        case ActivityMissed():
            return replace(cadence, missed=cadence.missed | {event.period})
        case CadenceEnded():
            return replace(cadence, period=None)
        case _:
            assert_never(event)


def evolve_once(_done: bool, _event: ContactPointVisited | FiguresCompiled) -> bool:  # noqa: FBT001 - a state of one bit
    """A visit or a compilation happens once."""
    return True
