"""Rounds: who goes where, what is found there, and what becomes of it."""

from collections.abc import Sequence
from typing import assert_never

from services.supervision.commands.rounds import (
    CloseRound,
    EndFinding,
    InspectUnit,
    LeaveFinding,
    OpenRound,
    RecordFinding,
    ReturnConclusion,
)
from services.supervision.state.rounds import Finding, Round, RoundEvent, evolve_finding, evolve_round
from shared.contracts.inspections import ConclusionReturned, FindingEnded, FindingRecorded, RoundClosed, RoundOpened, UnitInspected
from shared.contracts.supervision import SUPERVISION
from shared.kernel.actor import SYSTEM
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.workdays import business_day

RoundCommand = OpenRound | InspectUnit | RecordFinding | ReturnConclusion | CloseRound
FindingCommand = LeaveFinding | EndFinding
OPENERS = ("office", "leader")
VISITORS = ("inspector", "office")


def decide_round(command: RoundCommand, at: Round, asked: Asked) -> Sequence[RoundEvent]:
    """Return the facts a command makes."""
    match command:
        case OpenRound():
            return open_round(command, at, asked)
        case InspectUnit():
            return inspect(command, at, asked)
        case RecordFinding():
            return record(command, at, asked)
        case ReturnConclusion():
            return return_conclusion(command, at, asked)
        case CloseRound():
            return close(command, at, asked)
        case _:
            assert_never(command)


def open_round(command: OpenRound, at: Round, asked: Asked) -> Sequence[RoundEvent]:
    """The office or a leader opens a round, each unit in it once."""
    asked.actor.require(*OPENERS)
    if at.opened:
        return []
    if command.last_on < command.first_on:
        raise Rejected("days_reversed", pointer="/last_on")
    for unit in command.units:
        if command.units.count(unit) > 1:
            raise Rejected("unit_twice", pointer="/units", unit=unit)
    return [
        RoundOpened(
            round_id=command.round_id,
            kind=command.kind,
            title=command.title,
            plan=command.plan,
            team=tuple(dict.fromkeys(command.team)),
            units=command.units,
            first_on=command.first_on,
            last_on=command.last_on,
            opened_by=asked.actor.sub,
        )
    ]


def inspect(command: InspectUnit, at: Round, asked: Asked) -> Sequence[RoundEvent]:
    """A unit of the round was visited between its first day and today, by somebody of another unit."""
    asked.actor.require(*VISITORS)
    _must_be_open(at)
    _must_be_of_the_round(command.unit, at, asked)
    if command.inspected_on > business_day(asked.at):
        raise Rejected("day_not_yet", pointer="/inspected_on")
    if at.first_on is not None and command.inspected_on < at.first_on:
        raise Rejected("day_before_round", pointer="/inspected_on")
    if (command.unit, command.inspected_on) in at.visits:
        return []
    return [UnitInspected(round_id=command.round_id, unit=command.unit, inspected_on=command.inspected_on, inspected_by=asked.actor.sub)]


def record(command: RecordFinding, at: Round, asked: Asked) -> Sequence[RoundEvent]:
    """Something is found only where somebody went."""
    asked.actor.require(*VISITORS)
    _must_be_open(at)
    _must_be_visited(command.unit, at, asked)
    if any(command.finding_id == finding for finding, _ in at.findings):
        return []
    return [
        FindingRecorded(
            round_id=command.round_id,
            finding_id=command.finding_id,
            unit=command.unit,
            severity=command.severity,
            text=command.text,
            project_id=command.project_id,
            recorded_on=business_day(asked.at),
            recorded_by=asked.actor.sub,
        )
    ]


def return_conclusion(command: ReturnConclusion, at: Round, asked: Asked) -> Sequence[RoundEvent]:
    """A visited unit is told the conclusions once."""
    asked.actor.require(*VISITORS)
    _must_be_open(at)
    _must_be_visited(command.unit, at, asked)
    if command.unit in at.told:
        return []
    return [
        ConclusionReturned(
            round_id=command.round_id,
            unit=command.unit,
            text=command.text,
            returned_on=business_day(asked.at),
            returned_by=asked.actor.sub,
        )
    ]


def close(command: CloseRound, at: Round, asked: Asked) -> Sequence[RoundEvent]:
    """A round is closed when every visited unit was told the conclusions and every finding has its end or is named as open."""
    asked.actor.require(*OPENERS)
    _must_be_open(at)
    untold = [unit for unit in at.units if unit in at.visited and unit not in at.told]
    if untold:
        raise Rejected("conclusions_outstanding", units=", ".join(untold))
    ended, named = set(command.ended), set(command.leaving_open)
    still_open = tuple(finding for finding, _ in at.findings if finding not in ended)
    if unnamed := [str(finding) for finding in still_open if finding not in named]:
        raise Rejected("findings_open", pointer="/leaving_open", findings=", ".join(unnamed))
    if named - set(still_open):
        raise Rejected("finding_not_open", pointer="/leaving_open")
    if still_open and command.reason is None:
        raise Rejected("reason_missing", pointer="/reason")
    return [
        RoundClosed(
            round_id=command.round_id,
            open_findings=still_open,
            reason=command.reason,
            closed_on=business_day(asked.at),
            closed_by=asked.actor.sub,
        )
    ]


def decide_finding(command: FindingCommand, finding: Finding, asked: Asked) -> Sequence[FindingEnded]:
    """Return the facts a command makes."""
    match command:
        case LeaveFinding():
            return leave(command, finding, asked)
        case EndFinding():
            return end(command, finding, asked)
        case _:
            assert_never(command)


def leave(command: LeaveFinding, finding: Finding, asked: Asked) -> Sequence[FindingEnded]:
    """Who visits may say that nothing need be done, and why; not of their own unit's."""
    asked.actor.require(*VISITORS)
    if command.round_id is None:
        raise Rejected("not_found")
    if asked.actor.unit is not None and asked.actor.unit == command.unit:
        raise Rejected("own_item")
    if finding.ended:
        raise Rejected("finding_already_ended")
    return [
        FindingEnded(
            finding_id=command.finding_id,
            round_id=command.round_id,
            ending="no-action",
            reason=command.reason,
            notice_id=None,
            project_id=None,
            ended_on=business_day(asked.at),
            ended_by=asked.actor.sub,
        )
    ]


def end(command: EndFinding, finding: Finding, asked: Asked) -> Sequence[FindingEnded]:
    """The first notice about a finding, or the first plan revised because of it, ends it."""
    asked.actor.require(SYSTEM)
    if command.round_id is None:
        raise Rejected("finding_not_known", finding=command.finding_id)
    if finding.ended:
        return []
    return [
        FindingEnded(
            finding_id=command.finding_id,
            round_id=command.round_id,
            ending=command.ending,
            reason=None,
            notice_id=command.notice_id,
            project_id=command.project_id,
            ended_on=business_day(asked.at),
            ended_by=asked.actor.sub,
        )
    ]


def _must_be_open(at: Round) -> None:
    if not at.opened:
        raise Rejected("not_found")
    if at.closed:
        raise Rejected("round_closed")


def _must_be_of_the_round(unit: str, at: Round, asked: Asked) -> None:
    if unit not in at.units:
        raise Rejected("unit_not_in_round", pointer="/unit", unit=unit)
    if asked.actor.unit == unit:
        raise Rejected("own_item")


def _must_be_visited(unit: str, at: Round, asked: Asked) -> None:
    _must_be_of_the_round(unit, at, asked)
    if unit not in at.visited:
        raise Rejected("unit_not_inspected", pointer="/unit", unit=unit)


ROUND = Decider(contract=SUPERVISION, initial=Round(), evolve=evolve_round, decide=decide_round)
FINDING = Decider(contract=SUPERVISION, initial=Finding(), evolve=evolve_finding, decide=decide_finding)
