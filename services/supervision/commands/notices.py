"""What may be asked of notices."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.values import NoticeKind
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Name, Paragraphs, Remark, Title, UnitCode
from shared.kernel.workdays import Period


class IssueNotice(Command):
    """Issue a work prompt, letter or bulletin to units; the days to acknowledge and reply are the county's unless given."""

    notice_id: Annotated[UUID, FromPlatform]
    kind: NoticeKind
    title: Title
    text: Paragraphs
    addressees: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=200)]
    project_ids: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()
    acknowledge_within: Period | None = None
    reply_within: Period | None = None
    watch_id: UUID | None = None
    finding_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    figures_id: UUID | None = None
    names: Annotated[dict[str, str], FromPlatform] = Field(default_factory=dict)


class NumberNotice(Command):
    """Give an issued notice the next number of its kind and year."""

    notice_id: UUID
    kind: NoticeKind
    year: int
    sender_code: Annotated[Name | None, FromPlatform] = None


class AcknowledgeNotice(Command):
    """Sign for a notice, for one's own unit."""

    notice_id: Annotated[UUID, FromPlatform]


class RespondToNotice(Command):
    """Reply to a notice, for one's own unit."""

    notice_id: Annotated[UUID, FromPlatform]
    text: Paragraphs


class AcceptResponse(Command):
    """Find a unit's reply enough (the unit may be left out where there is one addressee)."""

    notice_id: Annotated[UUID, FromPlatform]
    unit: UnitCode | None = None


class SendResponseBack(Command):
    """Find a unit's reply not enough, say why and until when it must be mended."""

    notice_id: Annotated[UUID, FromPlatform]
    unit: UnitCode | None = None
    reason: Remark
    reply_within: Period


class RequestReplyExtension(Command):
    """Ask to reply by a later day, for one's own unit; nothing moves until it is granted."""

    notice_id: Annotated[UUID, FromPlatform]
    reply_by: date
    reason: Remark


class JudgeReplyExtension(Command):
    """Grant a unit the later day it asked for, or say why not (the unit may be left out where there is one addressee)."""

    notice_id: Annotated[UUID, FromPlatform]
    unit: UnitCode | None = None
    verdict: Literal["grant", "decline"]
    reason: Remark | None = None


class CloseNotice(Command):
    """Close a notice whose replies are all accepted, or that asked for none."""

    notice_id: Annotated[UUID, FromPlatform]
    remark: Remark | None = None


class MarkOverdue(Command):
    """The reply date passed; only the timer says so."""

    notice_id: UUID
    due_on: date
