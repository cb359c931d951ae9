"""Events of supervision: notices and what becomes of them."""

from datetime import date
from uuid import UUID

from shared.contracts.values import NoticeKind
from shared.kernel.events import Contract, Event


class NoticeIssued(Event):
    """A prompt, letter or bulletin went out. `provisional`: a due date counts on a year without its holiday notice yet."""

    notice_id: UUID
    kind: NoticeKind
    title: str
    text: str
    addressees: tuple[str, ...]
    project_ids: tuple[UUID, ...]
    issued_on: date
    acknowledge_by: date | None
    reply_by: date | None
    provisional: bool
    issued_by: str


class NoticeAcknowledged(Event):
    """An addressee signed for the notice (签收)."""

    notice_id: UUID
    unit: str


class NoticeResponded(Event):
    """An addressee replied."""

    notice_id: UUID
    unit: str
    text: str


class ResponseAccepted(Event):
    """An addressee's reply is enough."""

    notice_id: UUID
    unit: str
    accepted_by: str


class ResponseSentBack(Event):
    """An addressee's reply is not enough; a new date runs."""

    notice_id: UUID
    unit: str
    reason: str
    reply_by: date
    provisional: bool


class NoticeOverdue(Event):
    """The day passed without a reply from these units; the clock found it, nobody had to."""

    notice_id: UUID
    kind: NoticeKind
    due_on: date
    units: tuple[str, ...]


class NoticeClosed(Event):
    """Nothing more is asked of anybody."""

    notice_id: UUID
    remark: str | None
    closed_by: str


SUPERVISION = Contract(
    "supervision",
    [NoticeIssued, NoticeAcknowledged, NoticeResponded, ResponseAccepted, ResponseSentBack, NoticeOverdue, NoticeClosed],
)
