"""Hearings and their tasks, visits to contact points, what is regular, and figures."""

from dataclasses import dataclass
from datetime import date
from typing import Any
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
from shared.contracts.supervision import NoticeIssued
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class CadenceRow:
    """Something regular in one week or month; `missed` stays when what was held was recorded only later."""

    activity: str
    every: str
    period: str
    position: int | None = None
    due_on: date | None = None
    status: str = "due"
    held: int = 0
    held_on: date | None = None
    reference_ids: list[str] | None = None
    missed: bool = False
    final: bool = False


CADENCE_BOARD = Projection("cadence_board", row=CadenceRow, key=("activity", "every", "period"))


@CADENCE_BOARD.on(ActivityExpected)
def _expected(row: CadenceRow, event: ActivityExpected, meta: Meta) -> None:
    row.position, row.due_on = row.position or meta.position, event.due_on
    row.reference_ids = row.reference_ids or []


@CADENCE_BOARD.on(ActivityHeld)
def _held(row: CadenceRow, event: ActivityHeld, _meta: Meta) -> None:
    row.status, row.held, row.held_on = "held", row.held + 1, event.held_on
    row.reference_ids = [*(row.reference_ids or []), str(event.reference_id)]


@CADENCE_BOARD.on(ActivityMissed)
def _missed(row: CadenceRow, _event: ActivityMissed, _meta: Meta) -> None:
    row.status, row.missed = "missed", True


@CADENCE_BOARD.on(CadenceEnded)
def _final(row: CadenceRow, _event: CadenceEnded, _meta: Meta) -> None:
    row.final = True


@dataclass(slots=True)
class HearingRow:
    """A hearing: each unit's report with its comment, and how many tasks came out of it."""

    hearing_id: UUID
    position: int | None = None
    version: int = 0
    title: str | None = None
    held_on: date | None = None
    chaired_by: str | None = None
    reports: dict[str, Any] | None = None
    tasks: int = 0
    tasks_done: int = 0


HEARING_BOARD = Projection("hearing_board", row=HearingRow, key="hearing_id")


@HEARING_BOARD.on(HearingHeld)
def _met(row: HearingRow, event: HearingHeld, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.title, row.held_on, row.chaired_by, row.reports = event.title, event.held_on, event.chaired_by, {}


@HEARING_BOARD.on(ReportHeard)
def _heard(row: HearingRow, event: ReportHeard, meta: Meta) -> None:
    row.version = meta.version
    row.reports = {**(row.reports or {}), event.unit: {"report": event.report, "comment": event.comment}}


@HEARING_BOARD.on(TaskAssigned)
def _given(row: HearingRow, _event: TaskAssigned, meta: Meta) -> None:
    row.version, row.tasks = meta.version, row.tasks + 1


@HEARING_BOARD.on(TaskCompleted)
def _done(row: HearingRow, _event: TaskCompleted, meta: Meta) -> None:
    row.version, row.tasks_done = meta.version, row.tasks_done + 1


@HEARING_BOARD.on(TaskOverdue)
def _late(row: HearingRow, _event: TaskOverdue, meta: Meta) -> None:
    row.version = meta.version


@dataclass(slots=True)
class TaskRow:
    """A task out of a hearing."""

    task_id: UUID
    position: int | None = None
    hearing_id: UUID | None = None
    unit: str | None = None
    text: str | None = None
    due_on: date | None = None
    provisional: bool = False
    status: str = "open"
    overdue: bool = False
    result: str | None = None
    completed_on: date | None = None


TASK_BOARD = Projection("task_board", row=TaskRow, key="task_id")


@TASK_BOARD.on(TaskAssigned)
def _assigned(row: TaskRow, event: TaskAssigned, meta: Meta) -> None:
    row.position, row.hearing_id, row.unit, row.text = meta.position, event.hearing_id, event.unit, event.text
    row.due_on, row.provisional = event.due_on, event.provisional


@TASK_BOARD.on(TaskCompleted)
def _completed(row: TaskRow, event: TaskCompleted, _meta: Meta) -> None:
    row.status, row.result, row.completed_on = "done", event.result, event.completed_on


@TASK_BOARD.on(TaskOverdue)
def _overdue(row: TaskRow, _event: TaskOverdue, _meta: Meta) -> None:
    row.overdue = True


@dataclass(slots=True)
class VisitRow:
    """A leader's visit to a contact point."""

    visit_id: UUID
    position: int | None = None
    leader: str | None = None
    unit: str | None = None
    branch: str | None = None
    visited_on: date | None = None
    guidance: str | None = None


VISIT_BOARD = Projection("visit_board", row=VisitRow, key="visit_id")


@VISIT_BOARD.on(ContactPointVisited)
def _visited(row: VisitRow, event: ContactPointVisited, meta: Meta) -> None:
    row.position, row.leader, row.unit, row.branch = meta.position, event.leader, event.unit, event.branch
    row.visited_on, row.guidance = event.visited_on, event.guidance


@dataclass(slots=True)
class FiguresRow:
    """Figures as they were compiled, where the read models stood then, and the bulletins that carry them."""

    figures_id: UUID
    position: int | None = None
    purpose: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    figures: list[dict[str, Any]] | None = None
    positions: dict[str, Any] | None = None
    compiled_on: date | None = None
    compiled_by: str | None = None
    notice_ids: list[str] | None = None


FIGURES_BOARD = Projection("figures_board", row=FiguresRow, key="figures_id")


@FIGURES_BOARD.on(FiguresCompiled)
def _compiled(row: FiguresRow, event: FiguresCompiled, meta: Meta) -> None:
    row.position, row.purpose, row.first_on, row.last_on = meta.position, event.purpose, event.first_on, event.last_on
    row.figures, row.positions = [figure.model_dump(mode="json") for figure in event.figures], dict(event.positions)
    row.compiled_on, row.compiled_by, row.notice_ids = event.compiled_on, event.compiled_by, row.notice_ids or []


@FIGURES_BOARD.on(NoticeIssued, keys=lambda event: [(event.figures_id,)] if event.figures_id else [])
def _printed(row: FiguresRow, event: NoticeIssued, _meta: Meta) -> None:
    row.notice_ids = [*(row.notice_ids or []), str(event.notice_id)]
