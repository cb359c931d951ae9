"""Events of supervision: rounds, hearings, visits, what is regular, and figures."""

from datetime import date
from typing import Literal
from uuid import UUID

from shared.contracts.profile import Activity
from shared.contracts.values import Value
from shared.kernel.events import Event

RoundKind = Literal["roving-guidance", "spot-check", "special-inspection"]
Severity = Literal["minor", "serious", "grave"]
Ending = Literal["no-action", "notice", "plan-revised"]
Every = Literal["week", "month"]
FiguresFor = Literal["bulletin", "month"]


class RoundOpened(Event):
    """A round of roving guidance (巡回指导), a spot check or a special inspection: who goes, where to, what for."""

    round_id: UUID
    kind: RoundKind
    title: str
    plan: str
    team: tuple[str, ...]
    units: tuple[str, ...]
    first_on: date
    last_on: date
    opened_by: str


class UnitInspected(Event):
    """A unit was visited in a round."""

    round_id: UUID
    unit: str
    inspected_on: date
    inspected_by: str


class FindingRecorded(Event):
    """What was found at a unit."""

    round_id: UUID
    finding_id: UUID
    unit: str
    severity: Severity
    text: str
    project_id: UUID | None
    recorded_on: date
    recorded_by: str


class FindingEnded(Event):
    """What became of a finding: nothing need be done, a notice went out, or a project's plan was revised."""

    finding_id: UUID
    round_id: UUID
    ending: Ending
    reason: str | None
    notice_id: UUID | None
    project_id: UUID | None
    ended_on: date
    ended_by: str


class ConclusionReturned(Event):
    """An inspected unit was told the conclusions (State Council Order 733)."""

    round_id: UUID
    unit: str
    text: str
    returned_on: date
    returned_by: str


class RoundClosed(Event):
    """A round is over; `open_findings` are those that had no end yet, and `reason` says why it was closed with them."""

    round_id: UUID
    open_findings: tuple[UUID, ...]
    reason: str | None
    closed_on: date
    closed_by: str


class ActivityExpected(Event):
    """Something regular is due in a week (`2021-W45`) or month (`2021-11`), by its last day."""

    activity: Activity
    every: Every
    period: str
    due_on: date


class ActivityHeld(Event):
    """Something regular took place; `reference_id` names the hearing, round or notice."""

    activity: Activity
    every: Every
    period: str
    held_on: date
    reference_id: UUID
    held_by: str


class ActivityMissed(Event):
    """A week or month passed without what was due in it; the clock found it."""

    activity: Activity
    every: Every
    period: str
    due_on: date


class CadenceEnded(Event):
    """The county's rules no longer ask for it; nothing is due after this week or month."""

    activity: Activity
    every: Every
    period: str


class HearingHeld(Event):
    """The leading group met to hear reports (听取汇报)."""

    hearing_id: UUID
    title: str
    held_on: date
    chaired_by: str
    held_by: str


class ReportHeard(Event):
    """A unit reported, and was commented on on the spot (现场点评)."""

    hearing_id: UUID
    unit: str
    report: str
    comment: str
    heard_by: str


class TaskAssigned(Event):
    """A hearing gave a unit something to do by a day."""

    hearing_id: UUID
    task_id: UUID
    unit: str
    text: str
    due_on: date
    provisional: bool
    assigned_by: str


class TaskCompleted(Event):
    """A unit did what a hearing gave it to do."""

    hearing_id: UUID
    task_id: UUID
    unit: str
    result: str
    completed_on: date
    completed_by: str


class TaskOverdue(Event):
    """The day of a task passed; the clock found it."""

    hearing_id: UUID
    task_id: UUID
    unit: str
    due_on: date


class ContactPointVisited(Event):
    """A leader went to a contact point (联点) and guided (联点指导)."""

    visit_id: UUID
    leader: str
    unit: str
    branch: str | None
    visited_on: date
    guidance: str


class Figure(Value):
    """One figure: what is counted, of which sort, how many, and of how many where it is a rate."""

    name: str
    sort: str | None
    count: int
    of: int | None


class FiguresCompiled(Event):
    """Figures for a bulletin or of a month, counted from read models that stood at these positions (`<read model>@<service>`).

    `first_on` and `last_on` are included.
    """

    figures_id: UUID
    purpose: FiguresFor
    first_on: date
    last_on: date
    figures: tuple[Figure, ...]
    positions: dict[str, int]
    compiled_on: date
    compiled_by: str
