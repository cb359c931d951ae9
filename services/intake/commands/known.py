"""What callers and the platform put into commands."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.values import Value
from shared.kernel.text import Name, Phone

PetitionerNumber = Annotated[int, Field(ge=1, le=1_000_000)]
"""A petitioner within a need: 1 submitted it, the others joined."""


class PetitionerGiven(BaseModel):
    """Who asks, in the clear: sealed before anything is written. The handling unit learns it only where the petitioner agreed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    phone: Phone | None = None
    share_with_unit: bool = False


class CallKnown(Value):
    """A collection call that a need names, as it stands."""

    opens_on: date
    closes_on: date
    closed: bool


class MemberKnown(Value):
    """What the register says of a member who claims a wish."""

    member_id: UUID
    unit: str
    branch: str | None
    exempt: bool


class OtherNeed(Value):
    """The need another is to be merged into, as it stands."""

    open: bool
    merged: bool


class Closing(Value):
    """A closing that may be rated: of which need, which in its order, by whom, and what the county's rules made of it."""

    need_id: UUID
    number: int
    handling_unit: str | None
    project_id: UUID | None
    reopen_until: date | None
    basically_is_good: bool
    standing: bool
    """The need is still closed."""
