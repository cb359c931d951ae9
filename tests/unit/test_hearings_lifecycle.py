"""Two hearings under whatever anybody asks: a task is done once and by its own unit, late or not, and no day passes unseen."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.supervision.commands.hearings import AssignTask, CompleteTask, HearReport, HoldHearing, MarkTaskOverdue
from services.supervision.decider import HEARING
from services.supervision.handlers import HANDLERS
from services.supervision.projections import HEARING_BOARD, TASK_BOARD, TIMERS
from services.supervision.state.hearings import Hearing, HearingEvent
from shared.contracts.inspections import HearingHeld, ReportHeard, TaskAssigned, TaskCompleted, TaskOverdue
from shared.kernel.actor import SYSTEM, Actor
from shared.kernel.testing import by
from tests.support.a_notice import BUREAU, INSPECTOR, LEADER, OFFICE, TIMER, TOWN, calendar, working
from tests.support.a_service import Ask, Service, anything, every, explore

HEARINGS = {UUID(int=1): (UUID(int=11), UUID(int=12)), UUID(int=2): (UUID(int=21), UUID(int=22))}
OWN_LEADER, OWN_OFFICE = by("leader", sub="leader-1", unit="T1"), by("office", sub="xjb-9", unit="D1")
ANYBODY = (OFFICE, LEADER, OWN_LEADER, OWN_OFFICE, TOWN, BUREAU, INSPECTOR, by("branch", unit="T1"), by("auditor"), by("citizen"))
FIRST = date(2021, 11, 1)


def at(hearing_id: UUID, tasks: tuple[UUID, UUID]) -> tuple[list[Ask], list[Ask]]:
    """Return what is usual and what is odd to ask at a hearing."""
    which: Any = {"hearing_id": hearing_id}
    hold = HoldHearing(**which, title="调度会", held_on=FIRST, chaired_by="leader-1")
    reports = [HearReport(**which, unit=unit, report="已办", comment=comment) for unit in ("T1", "D1") for comment in ("要快", "很好")]
    given = [
        AssignTask(**which, task_id=task, unit=unit, text="补台账", within=within)
        for task, unit, within in zip(tasks, ("T1", "D1"), (working(1), calendar(5)), strict=True)
    ]
    done = [CompleteTask(**which, task_id=task, result="已补") for task in tasks]
    usual: list[Ask] = [(hold, OFFICE), *((command, LEADER) for command in (*reports, *given))]
    usual += [(command, unit) for command, unit in zip(done, (TOWN, BUREAU), strict=True)]
    odd: list[Ask] = [(hold.model_copy(update={"held_on": FIRST + timedelta(days=400)}), LEADER), (done[0], BUREAU), (done[1], TOWN)]
    odd += [(reports[0], OWN_LEADER), (reports[3], OWN_OFFICE), (given[0].model_copy(update={"unit": "D1"}), OFFICE)]
    odd += [(MarkTaskOverdue(**which, task_id=task, due_on=FIRST), actor) for task in tasks for actor in (TIMER, OFFICE)]
    return usual, odd


USUAL, ODD = ([ask for kind in kinds for ask in kind] for kinds in zip(*(at(*each) for each in HEARINGS.items()), strict=True))
ANYTHING = anything(USUAL, ODD, ANYBODY)


class Hearings(Service):
    """Two hearings with two tasks each; the sweeper rings what is due."""

    handlers = HANDLERS
    reads = (HEARING_BOARD, TASK_BOARD, TIMERS)

    @rule(choice=ANYTHING, days=st.sampled_from((0, 0, 0, 1, 3)))
    def go_on(self, choice: int | Ask, days: int) -> None:
        self.pass_days(days)
        self.timers_ring()
        for command, actor in self.picked(choice, USUAL):
            if isinstance(command, MarkTaskOverdue):
                self.mark(command, actor)
            else:
                self.ask(command, actor)

    def mark(self, command: MarkTaskOverdue, actor: Actor) -> None:
        """Say that a task's own day is over, when it is, whatever has become of the task."""
        task = self.hearing(command.hearing_id).tasks.get(command.task_id)
        if task is not None and task.due_on < self.today:
            outcome = self.ask(command.model_copy(update={"due_on": task.due_on}), actor)
            assert (outcome.refusal is None) is actor.has(SYSTEM)

    def hearing(self, hearing_id: UUID) -> Hearing:
        state: Hearing = self.state(HEARING, f"hearing-{hearing_id}")
        return state

    def timers_ring(self) -> None:
        self.ring(TIMER, MarkTaskOverdue)
        for hearing_id in HEARINGS:
            for task in self.hearing(hearing_id).tasks.values():
                assert task.done or task.overdue is (task.due_on < self.today)

    def allowed(self, before: Hearing, event: Any, actor: Actor) -> None:
        task = before.tasks.get(getattr(event, "task_id", UUID(int=0)))
        match event:
            case HearingHeld():
                assert before.held_on is None
                assert event.held_on <= self.today
            case ReportHeard():
                assert before.held_on is not None
                assert actor.unit != event.unit
            case TaskAssigned():
                assert (task, event.due_on > self.today) == (None, True)
            case TaskCompleted():
                assert task is not None
                assert (task.done, actor.unit, event.completed_on) == (False, task.unit, self.today)
            case TaskOverdue():
                assert task is not None
                assert (task.done, task.overdue, actor.has(SYSTEM)) == (False, False, True)
                assert task.due_on < self.today
            case _:
                raise AssertionError(event)

    @invariant()
    def the_boards_say_what_the_rules_remember(self) -> None:
        for (hearing_id,), row in self.rows["hearing_board"].items():
            hearing = self.hearing(hearing_id)
            assert (row.held_on, row.version) == (hearing.held_on, self.version(f"hearing-{hearing_id}"))
            heard = [(unit, told["report"], told["comment"]) for unit, told in row.reports.items()]
            assert sorted(heard) == sorted(hearing.comments)
            assert (row.tasks, row.tasks_done) == (len(hearing.tasks), sum(task.done for task in hearing.tasks.values()))
            board = {task_id: told for (task_id,), told in self.rows["task_board"].items() if told.hearing_id == hearing_id}
            assert board.keys() == hearing.tasks.keys()
            for task_id, task in hearing.tasks.items():
                told = board[task_id]
                assert (told.unit, told.due_on, told.status == "done", told.overdue) == (task.unit, task.due_on, task.done, task.overdue)

    @invariant()
    def what_is_done_is_done_once_and_its_clock_is_still(self) -> None:
        done = [event.task_id for event in self.events(TaskCompleted)]
        late = [event.task_id for event in self.events(TaskOverdue)]
        assert (len(done), len(late)) == (len(set(done)), len(set(late)))
        running = sum(not row.settled for row in self.rows["timers"].values())
        assert running == len(self.events(TaskAssigned)) - len({*done, *late})


def test_no_order_of_asking_breaks_a_hearing() -> None:
    refused = {"own_item", "task_of_another_unit", "task_already_done", "role_not_allowed"}
    explore(Hearings, examples=60, steps=40, reaching={*every(HearingEvent), *refused})
