"""Events of intake: the needs list."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.values import Channel, NeedKind, Rating
from shared.kernel.events import Contract, Event
from shared.kernel.sealed import Sealed


class Petitioner(BaseModel):
    """Who asks, sealed under a key of their own; `person` names the key, nobody else."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: UUID
    name: Sealed
    phone: Sealed | None = None


class NeedSubmitted(Event):
    """A need, micro-wish or opinion came in."""

    need_id: UUID
    kind: NeedKind
    channel: Channel
    title: str
    detail: str
    town: str
    petitioner: Petitioner | None
    submitted_by: str


class NeedRouted(Event):
    """A need got its handling unit (办理单位) and responsible leader (包抓领导)."""

    need_id: UUID
    handling_unit: str
    responsible_leader: str
    note: str | None = None


class NeedDeclined(Event):
    """A need will not be handled here; its outcome says what it was instead."""

    need_id: UUID
    outcome: Literal["explained", "not-ours", "cannot-be-done", "petition"]
    reason: str


class NeedAnswered(Event):
    """The petitioner got an answer; `text` is None when it follows from a project that was verified."""

    need_id: UUID
    outcome: Literal["done", "explained", "not-ours", "cannot-be-done"]
    text: str | None
    project_id: UUID | None = None


class NeedRated(Event):
    """A petitioner rated a closing (counted from 1), once; `petitioner` is a pseudonym within the need."""

    need_id: UUID
    closing: int
    petitioner: str
    rating: Rating
    good: bool
    handling_unit: str | None
    project_id: UUID | None
    text: str | None


class NeedReopened(Event):
    """A closed need goes back to work after a bad rating within the window: its project, where there is one, is done again."""

    need_id: UUID
    closing: int
    project_id: UUID | None
    reason: str


INTAKE = Contract("intake", [NeedSubmitted, NeedRouted, NeedDeclined, NeedAnswered, NeedRated, NeedReopened])
