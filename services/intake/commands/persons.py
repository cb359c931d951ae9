"""What may be asked of photos, and of who the petitioners are."""

from typing import Annotated
from uuid import UUID

from services.intake.commands.known import PetitionerNumber
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Name, Remark


class AttachPhoto(Command):
    """Show, with the query code instead of a login, what a need is about.

    `mark` tells the picture from others, `key` (base64) opens what is kept of it under `digest`.
    """

    need_id: Annotated[UUID, FromPlatform]
    code: Name
    mark: Annotated[str, FromPlatform]
    digest: Annotated[str, FromPlatform]
    media_type: Annotated[str, FromPlatform]
    size: Annotated[int, FromPlatform]
    key: Annotated[str, FromPlatform]
    photo_id: Annotated[UUID | None, FromPlatform] = None


class RemovePhoto(Command):
    """Destroy the key of a photo that must not be seen."""

    need_id: Annotated[UUID, FromPlatform]
    photo_id: Annotated[UUID, FromPlatform]
    reason: Remark


class RemovePhotoByCode(Command):
    """Take one's own photo back, with the query code instead of a login."""

    need_id: Annotated[UUID, FromPlatform]
    photo_id: Annotated[UUID, FromPlatform]
    code: Name


class RevealPetitioner(Command):
    """Learn a petitioner's name and phone, for a purpose that is put on record."""

    need_id: Annotated[UUID, FromPlatform]
    petitioner: PetitionerNumber = 1
    purpose: Remark


class ErasePetitioner(Command):
    """Destroy the key of a petitioner's personal data."""

    need_id: Annotated[UUID, FromPlatform]
    petitioner: PetitionerNumber = 1
    reason: Remark
