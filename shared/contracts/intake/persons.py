"""Facts of what petitioners showed, and of who they are: sealed, told and destroyed."""

from uuid import UUID

from shared.kernel.events import Event
from shared.kernel.sealed import Sealed


class PhotoAttached(Event):
    """A petitioner, by number, showed what a need is about.

    Kept is the picture's ciphertext alone, under a key of its own: `digest` is the SHA-256 (hexadecimal) of the bytes that are kept,
    `size` counts the picture's. `key` names the photo as its person, so that it can be destroyed by itself.
    """

    need_id: UUID
    photo_id: UUID
    petitioner: int
    digest: str
    media_type: str
    size: int
    key: Sealed


class PhotoRemoved(Event):
    """A photo's key was destroyed with this fact: nobody sees the picture any more. `reason` is None where its petitioner took it back.

    `person` is what the key was kept under.
    """

    need_id: UUID
    photo_id: UUID
    person: UUID
    reason: str | None
    removed_by: str


class PetitionerRevealed(Event):
    """Somebody was told a petitioner's name and phone, and said what for."""

    need_id: UUID
    petitioner: int
    person: UUID
    purpose: str
    revealed_to: str


class PetitionerErased(Event):
    """A petitioner's key was destroyed with this fact: what was sealed under it can be read by nobody any more."""

    need_id: UUID
    petitioner: int
    person: UUID
    reason: str
    erased_by: str
