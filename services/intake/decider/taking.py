"""Taking in: a need, and those who ask the same."""

from collections.abc import Sequence
from uuid import UUID

from services.intake.commands import JoinNeed, PetitionerGiven, SubmitNeed
from services.intake.decider.guards import last_day, must_be_open
from services.intake.state.need import Need, NeedEvent, Status
from shared.contracts.intake import NeedJoined, NeedSubmitted, Petitioner
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked
from shared.kernel.sealed import Sealed
from shared.kernel.workdays import business_day

SUBMITTERS = ("citizen", "visitor", "clerk", "member", "branch", "unit", "office", "leader")
CARRIERS = ("visitor",)
"""Whose token carries in what people say who do not sign in: every voice it brings is somebody else's."""
FOR_OTHERS = ("clerk", "branch", "unit", "office")
"""Who may enter a need on somebody's behalf: at a counter, by phone, on a visit."""


def submit(command: SubmitNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Anyone may submit, for a town of this county; the name and phone are sealed under a key of their own.

    A need that names a collection call comes in while that call is open.
    """
    asked.actor.require(*SUBMITTERS)
    if not command.town.startswith(asked.county):
        raise Rejected("town_not_in_county", pointer="/town", town=command.town, county=asked.county)
    if need.status is not Status.ABSENT:
        return []
    _must_name_whom(command.petitioner, asked, on_behalf=command.on_behalf)
    if command.call_id is not None:
        if command.call is None:
            raise Rejected("call_not_known", pointer="/call_id", call=command.call_id)
        if command.call.closed or not command.call.opens_on <= business_day(asked.at) <= command.call.closes_on:
            raise Rejected("call_not_open", pointer="/call_id", opens_on=command.call.opens_on, closes_on=command.call.closes_on)
    return [
        NeedSubmitted(
            need_id=command.need_id,
            kind=command.kind,
            channel=command.channel,
            title=command.title,
            detail=command.detail,
            town=command.town,
            petitioner=_sealed(command.petitioner, command.need_id),
            submitted_by=asked.actor.sub,
            code_digest=command.code_digest,
            owner_by=last_day(asked, command.rules.owner_within),
            on_behalf=command.on_behalf,
            call_id=command.call_id,
        )
    ]


def join(command: JoinNeed, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """Anyone may join an open need; who has already spoken for themselves in it gains no second voice. A carrier speaks for others."""
    asked.actor.require(*SUBMITTERS)
    must_be_open(need)
    _must_name_whom(command.petitioner, asked, on_behalf=command.on_behalf)
    own = not command.on_behalf and not asked.actor.has(*CARRIERS)
    if own and any(petition.by == asked.actor.sub and not petition.on_behalf for petition in need.petitions):
        return []
    return [
        NeedJoined(
            need_id=command.need_id,
            petition_id=command.petition_id,
            number=len(need.petitions) + 1,
            channel=command.channel,
            petitioner=_sealed(command.petitioner, command.petition_id),
            joined_by=asked.actor.sub,
            on_behalf=command.on_behalf,
            code_digest=command.code_digest,
        )
    ]


def _must_name_whom(petitioner: PetitionerGiven | None, asked: Asked, *, on_behalf: bool) -> None:
    """On somebody's behalf means: of somebody who is named, by somebody whose work it is."""
    if not on_behalf:
        return
    asked.actor.require(*FOR_OTHERS)
    if petitioner is None:
        raise Rejected("petitioner_needed", pointer="/petitioner")


def _sealed(given: PetitionerGiven | None, petition_id: UUID) -> Petitioner | None:
    if given is None:
        return None
    person = derived("petitioner", str(petition_id))
    phone = None if given.phone is None else Sealed.of(person, given.phone)
    return Petitioner(person=person, name=Sealed.of(person, given.name), phone=phone, share_with_unit=given.share_with_unit)
