"""The little intake's rules must remember of a need."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never
from uuid import UUID

from shared.contracts.intake import NeedAnswered, NeedDeclined, NeedRouted, NeedSubmitted

NeedEvent = NeedSubmitted | NeedRouted | NeedDeclined | NeedAnswered


class Status(Enum):
    """Where a need is."""

    ABSENT = "absent"
    SUBMITTED = "submitted"
    ROUTED = "routed"
    DECLINED = "declined"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Need:
    """A need as its rules see it."""

    status: Status = Status.ABSENT
    handling_unit: str | None = None
    responsible_leader: str | None = None
    answered_by_project: UUID | None = None


def evolve(need: Need, event: NeedEvent) -> Need:
    """Return the need after a fact."""
    match event:
        case NeedSubmitted():
            return replace(need, status=Status.SUBMITTED)
        case NeedRouted():
            return replace(need, status=Status.ROUTED, handling_unit=event.handling_unit, responsible_leader=event.responsible_leader)
        case NeedDeclined():
            return replace(need, status=Status.DECLINED)
        case NeedAnswered():
            return replace(need, status=Status.ANSWERED, answered_by_project=event.project_id)
        case _:
            assert_never(event)
