"""What may be asked of supervision."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.values import NoticeKind
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Paragraphs, Remark, Title, UnitCode
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


class CloseNotice(Command):
    """Close a notice whose replies are all accepted, or that asked for none."""

    notice_id: Annotated[UUID, FromPlatform]
    remark: Remark | None = None


class MarkOverdue(Command):
    """The reply date passed; only the timer says so."""

    notice_id: UUID
    due_on: date
