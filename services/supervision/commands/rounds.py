"""What may be asked of rounds and findings."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.inspections import RoundKind, Severity
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Paragraphs, Remark, Title, UnitCode


class OpenRound(Command):
    """Open a round of roving guidance, a spot check or a special inspection, with its team, plan and units."""

    round_id: Annotated[UUID, FromPlatform]
    kind: RoundKind
    title: Title
    plan: Paragraphs
    team: Annotated[tuple[Account, ...], Field(min_length=1, max_length=50)]
    units: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=200)]
    first_on: date
    last_on: date


class InspectUnit(Command):
    """Record that a unit of the round was visited."""

    round_id: Annotated[UUID, FromPlatform]
    unit: UnitCode
    inspected_on: date


class RecordFinding(Command):
    """Record what was found at a visited unit."""

    round_id: Annotated[UUID, FromPlatform]
    finding_id: Annotated[UUID, FromPlatform]
    unit: UnitCode
    severity: Severity
    text: Paragraphs
    project_id: UUID | None = None


class ReturnConclusion(Command):
    """Tell a visited unit the conclusions."""

    round_id: Annotated[UUID, FromPlatform]
    unit: UnitCode
    text: Paragraphs


class CloseRound(Command):
    """Close a round; findings that have no end yet are named, with the reason."""

    round_id: Annotated[UUID, FromPlatform]
    leaving_open: Annotated[tuple[UUID, ...], Field(max_length=500)] = ()
    reason: Remark | None = None
    ended: Annotated[tuple[UUID, ...], FromPlatform] = ()


class LeaveFinding(Command):
    """End a finding without action, and say why."""

    finding_id: Annotated[UUID, FromPlatform]
    reason: Remark
    round_id: Annotated[UUID | None, FromPlatform] = None
    unit: Annotated[UnitCode | None, FromPlatform] = None


class EndFinding(Command):
    """A notice went out about a finding, or a plan was revised because of it."""

    finding_id: UUID
    ending: Literal["notice", "plan-revised"]
    notice_id: UUID | None = None
    project_id: UUID | None = None
    round_id: Annotated[UUID | None, FromPlatform] = None
