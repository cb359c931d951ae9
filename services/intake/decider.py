"""Intake's rules: what a request makes of a need."""

from collections.abc import Sequence
from typing import assert_never

from services.intake.commands import AnswerNeed, DeclineNeed, PetitionerGiven, RouteNeed, SubmitNeed
from services.intake.state import Need, NeedEvent, Status, evolve
from shared.contracts.intake import INTAKE, NeedAnswered, NeedDeclined, NeedRouted, NeedSubmitted, Petitioner
from shared.kernel.actor import SYSTEM
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider
from shared.kernel.sealed import Sealed

NeedCommand = SubmitNeed | RouteNeed | DeclineNeed | AnswerNeed
SUBMITTERS = ("citizen", "clerk", "member", "branch", "unit", "office", "leader")


def decide(command: NeedCommand, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Return the facts a command makes."""
    match command:
        case SubmitNeed():
            return submit(command, need, asked)
        case RouteNeed():
            return route(command, need, asked)
        case DeclineNeed():
            return decline(command, need, asked)
        case AnswerNeed():
            return answer(command, need, asked)
        case _:
            assert_never(command)


def submit(command: SubmitNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Anyone may submit, for a town of this county; the name and phone are sealed under a key of their own."""
    asked.actor.require(*SUBMITTERS)
    if not command.town.startswith(asked.county):
        raise Rejected("town_not_in_county", pointer="/town", town=command.town, county=asked.county)
    if need.status is not Status.ABSENT:
        return []
    return [
        NeedSubmitted(
            need_id=command.need_id,
            kind=command.kind,
            channel=command.channel,
            title=command.title,
            detail=command.detail,
            town=command.town,
            petitioner=_sealed(command.petitioner, command),
            submitted_by=asked.actor.sub,
        )
    ]


def route(command: RouteNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office routes a need that is open; routing it the same way again changes nothing."""
    asked.actor.require("office")
    _must_be_open(need)
    if (need.handling_unit, need.responsible_leader) == (command.handling_unit, command.responsible_leader):
        return []
    return [
        NeedRouted(
            need_id=command.need_id, handling_unit=command.handling_unit, responsible_leader=command.responsible_leader, note=command.note
        )
    ]


def decline(command: DeclineNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office declines an open need, with an outcome and a reason."""
    asked.actor.require("office")
    _must_be_open(need)
    return [NeedDeclined(need_id=command.need_id, outcome=command.outcome, reason=command.reason)]


def answer(command: AnswerNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office or the handling unit answers a routed need in words; a verified project answers by itself, routed or not."""
    asked.actor.require("office", "unit", SYSTEM)
    if asked.actor.has(SYSTEM):
        _must_exist(need)
        if need.status in (Status.DECLINED, Status.ANSWERED):
            return []
    else:
        _must_be_open(need)
        if need.status is not Status.ROUTED:
            raise Rejected("need_not_routed")
        if not asked.actor.has("office") and asked.actor.unit != need.handling_unit:
            raise Rejected("not_the_handling_unit")
        if command.text is None:
            raise Rejected("answer_needs_text", pointer="/text")
    return [NeedAnswered(need_id=command.need_id, outcome=command.outcome, text=command.text, project_id=command.project_id)]


def _sealed(given: PetitionerGiven | None, command: SubmitNeed) -> Petitioner | None:
    if given is None:
        return None
    person = derived("petitioner", str(command.need_id))
    phone = None if given.phone is None else Sealed.of(person, given.phone)
    return Petitioner(person=person, name=Sealed.of(person, given.name), phone=phone)


def _must_exist(need: Need) -> None:
    if need.status is Status.ABSENT:
        raise Rejected("not_found")


def _must_be_open(need: Need) -> None:
    _must_exist(need)
    if need.status in (Status.DECLINED, Status.ANSWERED):
        raise Rejected("need_already_closed")


NEED = Decider(contract=INTAKE, initial=Need(), evolve=evolve, decide=decide)
