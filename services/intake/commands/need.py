"""What may be asked of a need."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.intake.commands.known import CallKnown, Closing, OtherNeed, PetitionerGiven, PetitionerNumber
from shared.contracts.profile import NeedRules
from shared.contracts.values import Channel, NeedKind, Rating
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Account, Name, Paragraphs, Remark, Title, TownCode, UnitCode


class SubmitNeed(Command):
    """Submit a need, micro-wish or opinion, in one's own name or (`on_behalf`) for somebody else, perhaps to a collection call."""

    need_id: Annotated[UUID, FromPlatform]
    kind: NeedKind
    channel: Channel
    title: Title
    detail: Paragraphs
    town: TownCode
    petitioner: PetitionerGiven | None
    on_behalf: bool = False
    call_id: UUID | None = None
    call: Annotated[CallKnown | None, FromPlatform] = None
    rules: Annotated[NeedRules, FromPlatform] = NeedRules()
    code_digest: Annotated[str | None, FromPlatform] = None


class JoinNeed(Command):
    """Ask the same as a need that is there ("me too"), in one's own name or (`on_behalf`) for somebody else."""

    need_id: Annotated[UUID, FromPlatform]
    petition_id: Annotated[UUID, FromPlatform]
    channel: Channel
    petitioner: PetitionerGiven | None
    on_behalf: bool = False
    code_digest: Annotated[str, FromPlatform] = ""


class AcceptNeed(Command):
    """Take a need up before it is known who handles it."""

    need_id: Annotated[UUID, FromPlatform]


class AskForMore(Command):
    """Ask the petitioner for what is missing; the county's rules say how long it is waited for."""

    need_id: Annotated[UUID, FromPlatform]
    question: Remark
    rules: Annotated[NeedRules, FromPlatform] = NeedRules()


class GiveMore(Command):
    """Give, for a petitioner, what was asked for."""

    need_id: Annotated[UUID, FromPlatform]
    petitioner: PetitionerNumber = 1
    text: Paragraphs


class GiveMoreByCode(Command):
    """Give what was asked for, with the query code instead of a login."""

    need_id: Annotated[UUID, FromPlatform]
    code: Name
    text: Paragraphs


class MissMore(Command):
    """The day passed by which more should have been given; only the timer says so."""

    need_id: UUID
    answer_by: date


class RouteNeed(Command):
    """Give a need its handling unit, its responsible leader (an account) and assisting units; elsewhere than before: with a reason."""

    need_id: Annotated[UUID, FromPlatform]
    handling_unit: UnitCode
    responsible_leader: Account
    note: Remark | None = None
    assisting_units: Annotated[tuple[UnitCode, ...], Field(max_length=10)] = ()
    reason: Remark | None = None


class MarkUnowned(Command):
    """The day passed by which somebody should have owned the need; only the timer says so."""

    need_id: UUID
    owner_by: date


class MergeNeed(Command):
    """Handle a need with an earlier one that asks the same."""

    need_id: Annotated[UUID, FromPlatform]
    into: UUID
    reason: Remark
    other: Annotated[OtherNeed | None, FromPlatform] = None


class UnmergeNeed(Command):
    """Let a merged need stand on its own again."""

    need_id: Annotated[UUID, FromPlatform]
    reason: Remark


class DeclineNeed(Command):
    """Say that a need is not handled here, and what it was instead."""

    need_id: Annotated[UUID, FromPlatform]
    outcome: Literal["explained", "not-ours", "cannot-be-done", "petition"]
    reason: Remark
    rules: Annotated[NeedRules, FromPlatform] = NeedRules()


class AnswerNeed(Command):
    """Answer the petitioners; the text may be left out only where a verified project is the answer."""

    need_id: Annotated[UUID, FromPlatform]
    outcome: Literal["done", "explained", "not-ours", "cannot-be-done"]
    text: Paragraphs | None = None
    project_id: Annotated[UUID | None, FromPlatform] = None
    rules: Annotated[NeedRules, FromPlatform] = NeedRules()


class RateNeed(Command):
    """Record how a petitioner, asked by the clerk, rates the latest closing."""

    need_id: Annotated[UUID, FromPlatform]
    petitioner: PetitionerNumber = 1
    rating: Rating
    text: Remark | None = None
    elsewhere: Annotated[Closing | None, FromPlatform] = None


class RateByCode(Command):
    """Rate the latest closing, with the query code instead of a login."""

    need_id: Annotated[UUID, FromPlatform]
    code: Name
    rating: Rating
    text: Remark | None = None
    elsewhere: Annotated[Closing | None, FromPlatform] = None


class ReopenNeed(Command):
    """A need merged into this one was rated badly: this one goes back to work."""

    need_id: UUID
    closing: int
    reason: Remark
