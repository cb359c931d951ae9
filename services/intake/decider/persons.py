"""Petitioners' personal data: told for a purpose that is put on record, and erased."""

from collections.abc import Sequence
from uuid import UUID

from services.intake.commands import ErasePetitioner, RevealPetitioner
from services.intake.decider.guards import petition_of
from services.intake.decider.photos import remove_with_petitioner
from services.intake.state.need import Need, NeedEvent, Petition
from shared.contracts.intake import PetitionerErased, PetitionerRevealed
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked


def reveal(command: RevealPetitioner, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office may learn who asks; the handling unit only where the petitioner agreed. Every time is put on record."""
    asked.actor.require("office", "unit")
    petition = petition_of(need, command.petitioner)
    if not asked.actor.has("office"):
        if need.handling_unit is None or asked.actor.unit != need.handling_unit:
            raise Rejected("not_the_handling_unit")
        if not petition.shared:
            raise Rejected("petitioner_not_shared")
    person = _person(petition)
    if petition.erased:
        raise Rejected("petitioner_erased")
    return [
        PetitionerRevealed(
            need_id=command.need_id,
            petitioner=petition.number,
            person=person,
            purpose=command.purpose,
            revealed_to=asked.actor.sub,
        )
    ]


def erase(command: ErasePetitioner, need: Need, asked: Asked) -> Sequence[NeedEvent]:
    """The office erases a petitioner, and what they showed: keys are destroyed in the facts' own transaction; again, it changes nothing.

    Of somebody who gave no name there may still be photos.
    """
    asked.actor.require("office")
    petition = petition_of(need, command.petitioner)
    photos = remove_with_petitioner(command, need, asked)
    if petition.erased or (photos and petition.person is None):
        return photos
    person = _person(petition)
    return [
        *photos,
        PetitionerErased(
            need_id=command.need_id, petitioner=petition.number, person=person, reason=command.reason, erased_by=asked.actor.sub
        ),
    ]


def _person(petition: Petition) -> UUID:
    if petition.person is None:
        raise Rejected("petitioner_anonymous")
    return petition.person
