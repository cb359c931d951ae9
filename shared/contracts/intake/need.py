"""Facts of a need: how it came in, who handles it, how it was answered and rated."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.values import Channel, NeedKind, Rating
from shared.kernel.events import Event
from shared.kernel.sealed import Sealed


class Petitioner(BaseModel):
    """Who asks, sealed under a key of their own; `person` names the key, nobody else."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: UUID
    name: Sealed
    phone: Sealed | None = None
    share_with_unit: bool = False
    """The petitioner agreed that the handling unit learns who asks."""


class NeedSubmitted(Event):
    """A need, micro-wish or opinion came in.

    `code_digest` is the SHA-256 (hexadecimal) of the petitioner's query code, which is published nowhere. `owner_by` is the last day
    on which somebody may come to own the need in time, by the county's rules of the day. `on_behalf`: entered for the petitioner.
    """

    need_id: UUID
    kind: NeedKind
    channel: Channel
    title: str
    detail: str
    town: str
    petitioner: Petitioner | None
    submitted_by: str
    code_digest: str | None = None
    owner_by: date | None = None
    on_behalf: bool = False
    call_id: UUID | None = None


class NeedJoined(Event):
    """Another petitioner asks the same: the need's voice of this number (the one who submitted is 1), with a receipt of its own."""

    need_id: UUID
    petition_id: UUID
    number: int
    channel: Channel
    petitioner: Petitioner | None
    joined_by: str
    on_behalf: bool
    code_digest: str


class NeedAccepted(Event):
    """The office took a need up, before it is known who handles it."""

    need_id: UUID
    accepted_by: str


class MoreAsked(Event):
    """The petitioner was asked for more, to be given by the end of a day."""

    need_id: UUID
    question: str
    answer_by: date
    asked_by: str


class MoreGiven(Event):
    """A petitioner, by number, gave what was asked for."""

    need_id: UUID
    petitioner: int
    text: str


class MoreMissed(Event):
    """What was asked for was not given by the day."""

    need_id: UUID
    answer_by: date


class NeedRouted(Event):
    """A need got its handling unit (办理单位), responsible leader (包抓领导), assisting units (协办单位); `reason`: why elsewhere."""

    need_id: UUID
    handling_unit: str
    responsible_leader: str
    note: str | None = None
    assisting_units: tuple[str, ...] = ()
    reason: str | None = None


class NeedUnowned(Event):
    """The day passed by which somebody should have owned the need; told once."""

    need_id: UUID
    owner_by: date
    town: str


class NeedMerged(Event):
    """A need asks what an earlier one asked: it is handled and answered there, every petitioner keeps the receipt."""

    need_id: UUID
    into: UUID
    reason: str
    merged_by: str


class NeedUnmerged(Event):
    """A merged need stands on its own again; `owner_by` where a day to be owned by is still to be watched."""

    need_id: UUID
    out_of: UUID
    reason: str
    status: Literal["accepted", "routed"]
    owner_by: date | None


class NeedDeclined(Event):
    """A need will not be handled here; its outcome says what it was instead. A closing, as an answer is."""

    need_id: UUID
    outcome: Literal["explained", "not-ours", "cannot-be-done", "petition"]
    reason: str
    reopen_until: date | None = None
    basically_is_good: bool = True


class NeedAnswered(Event):
    """The petitioners got an answer; `text` is None when it follows from a project that was verified.

    `reopen_until` is the last day on which a bad rating of this closing reopens the need (None: none does); `basically_is_good`
    says how "basically satisfied" counts. Both by the county's rules on the day of the closing.
    """

    need_id: UUID
    outcome: Literal["done", "explained", "not-ours", "cannot-be-done"]
    text: str | None
    project_id: UUID | None = None
    reopen_until: date | None = None
    basically_is_good: bool = True


class NeedRated(Event):
    """A petitioner rated a closing (counted from 1), once; `petitioner` is a pseudonym within the need.

    `closed_with` is the need that was closed, where this one is merged into it; the closing is counted there.
    """

    need_id: UUID
    closing: int
    petitioner: str
    rating: Rating
    good: bool
    handling_unit: str | None
    project_id: UUID | None
    text: str | None
    closed_with: UUID | None = None


class NeedReopened(Event):
    """A closed need goes back to work after a bad rating within the window: its project, where there is one, is done again.

    `through` names the need this one is merged into: that one goes back to work, and tells of the project in a fact of its own.
    `owner_by` where a day to be owned by is still to be watched.
    """

    need_id: UUID
    closing: int
    project_id: UUID | None
    reason: str
    through: UUID | None = None
    owner_by: date | None = None
