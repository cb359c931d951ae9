"""Events of supervision: notices and what becomes of them; ladders and inspections stand in modules of their own."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.inspections import (
    ActivityExpected,
    ActivityHeld,
    ActivityMissed,
    CadenceEnded,
    ConclusionReturned,
    ContactPointVisited,
    FiguresCompiled,
    FindingEnded,
    FindingRecorded,
    HearingHeld,
    ReportHeard,
    RoundClosed,
    RoundOpened,
    TaskAssigned,
    TaskCompleted,
    TaskOverdue,
    UnitInspected,
)
from shared.contracts.ladders import (
    EscalationDue,
    ListingOwnerNamed,
    SubjectDelisted,
    SubjectEscalated,
    SubjectListed,
    WatchDeadlineMoved,
    WatchEnded,
    WatchPaused,
    WatchResumed,
    WatchStarted,
)
from shared.contracts.values import NoticeKind
from shared.kernel.events import Contract, Event


class NoticeIssued(Event):
    """A prompt, letter or bulletin went out. `provisional`: a due date counts on a year without its holiday notice yet.

    `names` are the addressees' names on that day, by code; `watch_id`, `finding_ids` and `figures_id` say what it follows from.
    """

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
    names: dict[str, str] = Field(default_factory=dict)
    watch_id: UUID | None = None
    finding_ids: tuple[UUID, ...] = ()
    figures_id: UUID | None = None


class NoticeNumbered(Event):
    """A notice got its number: 1, 2, 3 … within its county, kind and year, none left out.

    `text` is the number as printed (发文字号), e.g. 邵学教督〔2021〕5号; None where the county has no sender's code.
    """

    notice_id: UUID
    kind: NoticeKind
    year: int
    number: int
    text: str | None


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


class ReplyExtensionRequested(Event):
    """An addressee asks to reply by a later day; the clock runs on until somebody grants it."""

    notice_id: UUID
    unit: str
    reply_by: date
    reason: str


class ReplyExtensionGranted(Event):
    """An addressee's day to reply moved, by who approved it."""

    notice_id: UUID
    unit: str
    reply_by: date
    approved_by: str


class ReplyExtensionDeclined(Event):
    """An addressee's day to reply stands."""

    notice_id: UUID
    unit: str
    reason: str
    declined_by: str


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
    [
        NoticeIssued,
        NoticeNumbered,
        NoticeAcknowledged,
        NoticeResponded,
        ResponseAccepted,
        ResponseSentBack,
        ReplyExtensionRequested,
        ReplyExtensionGranted,
        ReplyExtensionDeclined,
        NoticeOverdue,
        NoticeClosed,
        WatchStarted,
        WatchDeadlineMoved,
        WatchPaused,
        WatchResumed,
        WatchEnded,
        EscalationDue,
        SubjectEscalated,
        SubjectListed,
        ListingOwnerNamed,
        SubjectDelisted,
        RoundOpened,
        UnitInspected,
        FindingRecorded,
        FindingEnded,
        ConclusionReturned,
        RoundClosed,
        ActivityExpected,
        ActivityHeld,
        ActivityMissed,
        CadenceEnded,
        HearingHeld,
        ReportHeard,
        TaskAssigned,
        TaskCompleted,
        TaskOverdue,
        ContactPointVisited,
        FiguresCompiled,
    ],
)
