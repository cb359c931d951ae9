"""Hearings and the tasks out of them; visits to contact points; figures."""

from collections.abc import Sequence
from typing import assert_never

from services.supervision.commands.hearings import (
    AssignTask,
    CompileFigures,
    CompleteTask,
    HearReport,
    HoldHearing,
    MarkTaskOverdue,
    RecordVisit,
)
from services.supervision.state.hearings import Hearing, HearingEvent, evolve_hearing, evolve_once
from shared.contracts.inspections import (
    ContactPointVisited,
    FiguresCompiled,
    HearingHeld,
    ReportHeard,
    TaskAssigned,
    TaskCompleted,
    TaskOverdue,
)
from shared.contracts.supervision import SUPERVISION
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day, due

HearingCommand = HoldHearing | HearReport | AssignTask | CompleteTask | MarkTaskOverdue
HEARERS = ("office", "leader")


def decide_hearing(command: HearingCommand, hearing: Hearing, asked: Asked) -> Sequence[HearingEvent]:
    """Return the facts a command makes."""
    match command:
        case HoldHearing():
            return hold(command, hearing, asked)
        case HearReport():
            return hear(command, hearing, asked)
        case AssignTask():
            return assign(command, hearing, asked)
        case CompleteTask():
            return complete(command, hearing, asked)
        case MarkTaskOverdue():
            return mark_overdue(command, hearing, asked)
        case _:
            assert_never(command)


def hold(command: HoldHearing, hearing: Hearing, asked: Asked) -> Sequence[HearingEvent]:
    """A hearing is recorded on its day or later."""
    asked.actor.require(*HEARERS)
    if hearing.held_on is not None:
        return []
    if command.held_on > business_day(asked.at):
        raise Rejected("day_not_yet", pointer="/held_on")
    return [
        HearingHeld(
            hearing_id=command.hearing_id,
            title=command.title,
            held_on=command.held_on,
            chaired_by=command.chaired_by,
            held_by=asked.actor.sub,
        )
    ]


def hear(command: HearReport, hearing: Hearing, asked: Asked) -> Sequence[HearingEvent]:
    """A unit's report is commented on, and not by its own."""
    asked.actor.require(*HEARERS)
    _must_be_held(hearing)
    if asked.actor.unit == command.unit:
        raise Rejected("own_item")
    if (command.unit, command.report, command.comment) in hearing.comments:
        return []
    return [
        ReportHeard(
            hearing_id=command.hearing_id,
            unit=command.unit,
            report=command.report,
            comment=command.comment,
            heard_by=asked.actor.sub,
        )
    ]


def assign(command: AssignTask, hearing: Hearing, asked: Asked) -> Sequence[HearingEvent]:
    """A task's days are counted from the day after it is given."""
    asked.actor.require(*HEARERS)
    _must_be_held(hearing)
    if command.task_id in hearing.tasks:
        return []
    deadline = due(business_day(asked.at), command.within)
    return [
        TaskAssigned(
            hearing_id=command.hearing_id,
            task_id=command.task_id,
            unit=command.unit,
            text=command.text,
            due_on=deadline.due_on,
            provisional=deadline.provisional,
            assigned_by=asked.actor.sub,
        )
    ]


def complete(command: CompleteTask, hearing: Hearing, asked: Asked) -> Sequence[HearingEvent]:
    """The unit it was given to says how a task was done, once; late is better than never."""
    asked.actor.require("unit")
    task = hearing.tasks.get(command.task_id)
    if task is None:
        raise Rejected("not_found")
    if asked.actor.unit != task.unit:
        raise Rejected("task_of_another_unit")
    if task.done:
        raise Rejected("task_already_done")
    return [
        TaskCompleted(
            hearing_id=command.hearing_id,
            task_id=command.task_id,
            unit=task.unit,
            result=command.result,
            completed_on=business_day(asked.at),
            completed_by=asked.actor.sub,
        )
    ]


def mark_overdue(command: MarkTaskOverdue, hearing: Hearing, asked: Asked) -> Sequence[HearingEvent]:
    """A task not done by the end of its day is overdue, once."""
    asked.actor.require(SYSTEM)
    task = hearing.tasks.get(command.task_id)
    if task is None or task.done or task.overdue or task.due_on != command.due_on:
        return []
    return [TaskOverdue(hearing_id=command.hearing_id, task_id=command.task_id, unit=task.unit, due_on=task.due_on)]


def visit(command: RecordVisit, recorded: bool, asked: Asked) -> Sequence[ContactPointVisited]:  # noqa: FBT001 - a state of one bit
    """A leader records a visit of their own, on its day or later."""
    asked.actor.require("leader")
    if recorded:
        return []
    if command.visited_on > business_day(asked.at):
        raise Rejected("day_not_yet", pointer="/visited_on")
    return [
        ContactPointVisited(
            visit_id=command.visit_id,
            leader=asked.actor.sub,
            unit=command.unit,
            branch=command.branch,
            visited_on=command.visited_on,
            guidance=command.guidance,
        )
    ]


def compile_figures(command: CompileFigures, compiled: bool, asked: Asked) -> Sequence[FiguresCompiled]:  # noqa: FBT001 - a state of one bit
    """The office counts what is over or running; figures once compiled stand, with the positions they were counted at."""
    asked.actor.require("office")
    if compiled:
        return []
    if command.last_on < command.first_on:
        raise Rejected("days_reversed", pointer="/last_on")
    if command.first_on > business_day(asked.at):
        raise Rejected("day_not_yet", pointer="/first_on")
    return [
        FiguresCompiled(
            figures_id=command.figures_id,
            purpose=command.purpose,
            first_on=command.first_on,
            last_on=command.last_on,
            figures=command.figures,
            positions=command.positions,
            compiled_on=business_day(asked.at),
            compiled_by=asked.actor.sub,
        )
    ]


def _must_be_held(hearing: Hearing) -> None:
    if hearing.held_on is None:
        raise Rejected("not_found")


HEARING = Decider(contract=SUPERVISION, initial=Hearing(), evolve=evolve_hearing, decide=decide_hearing)
VISIT = Decider(contract=SUPERVISION, initial=False, evolve=evolve_once, decide=visit)
FIGURES = Decider(contract=SUPERVISION, initial=False, evolve=evolve_once, decide=compile_figures)
