"""What may be asked of micro-wishes and of collection calls."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.commands.known import MemberKnown
from shared.contracts.profile import NeedRules
from shared.contracts.values import Channel
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Name, Paragraphs, Remark, Title


class PublishWish(Command):
    """Let members claim a micro-wish."""

    need_id: Annotated[UUID, FromPlatform]


class ClaimWish(Command):
    """Take a published micro-wish on, as a member."""

    need_id: Annotated[UUID, FromPlatform]
    member: Annotated[MemberKnown | None, FromPlatform] = None


class GiveWishBack(Command):
    """Give a claimed micro-wish back, so that another may claim it."""

    need_id: Annotated[UUID, FromPlatform]
    reason: Remark


class FulfilWish(Command):
    """Say that a claimed micro-wish has come true, and how."""

    need_id: Annotated[UUID, FromPlatform]
    text: Paragraphs
    rules: Annotated[NeedRules, FromPlatform] = NeedRules()


class ThankByCode(Command):
    """Thank for a fulfilled micro-wish, with the query code instead of a login."""

    need_id: Annotated[UUID, FromPlatform]
    code: Name
    text: Remark


class PublishCall(Command):
    """Ask people what they need, over these channels, from one day to another (both included)."""

    call_id: Annotated[UUID, FromPlatform]
    title: Title
    text: Paragraphs
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=11)]
    opens_on: date
    closes_on: date


class CloseCall(Command):
    """End a collection call before its day."""

    call_id: Annotated[UUID, FromPlatform]
    reason: Remark
