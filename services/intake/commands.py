"""What may be asked of intake."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.values import Channel, NeedKind
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Name, Paragraphs, Phone, Remark, Title, TownCode, UnitCode


class PetitionerGiven(BaseModel):
    """Who asks, in the clear: sealed before anything is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    phone: Phone | None = None


class SubmitNeed(Command):
    """Submit a need, micro-wish or opinion, in one's own name or for somebody else."""

    need_id: Annotated[UUID, FromPlatform]
    kind: NeedKind
    channel: Channel
    title: Title
    detail: Paragraphs
    town: TownCode
    petitioner: PetitionerGiven | None


class RouteNeed(Command):
    """Give a need its handling unit and its responsible leader (an account)."""

    need_id: Annotated[UUID, FromPlatform]
    handling_unit: UnitCode
    responsible_leader: Account
    note: Remark | None = None


class DeclineNeed(Command):
    """Say that a need is not handled here, and what it was instead."""

    need_id: Annotated[UUID, FromPlatform]
    outcome: Literal["explained", "not-ours", "cannot-be-done", "petition"]
    reason: Remark


class AnswerNeed(Command):
    """Answer the petitioner; the text may be left out only where a verified project is the answer."""

    need_id: Annotated[UUID, FromPlatform]
    outcome: Literal["done", "explained", "not-ours", "cannot-be-done"]
    text: Paragraphs | None = None
    project_id: Annotated[UUID | None, FromPlatform] = None
