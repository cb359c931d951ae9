"""A project as its rules see it."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import assert_never
from uuid import UUID

from shared.contracts.projects import (
    CompletionDeclared,
    EvidenceAttached,
    PledgePublished,
    ProgressReported,
    ProjectApproved,
    ProjectClaimed,
    ProjectProposed,
    ProjectReopened,
    ProjectReturned,
    ProjectSignedOff,
)
from shared.contracts.values import Tier, Venue

ProjectEvent = (
    ProjectProposed
    | ProjectApproved
    | ProjectReturned
    | ProjectClaimed
    | PledgePublished
    | ProgressReported
    | CompletionDeclared
    | ProjectReopened
    | ProjectSignedOff
    | EvidenceAttached
)


class Status(Enum):
    """Where a project is."""

    ABSENT = "absent"
    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    CLAIMED = "claimed"
    COMPLETED = "completed"
    SIGNED_OFF = "signed-off"


@dataclass(frozen=True, slots=True)
class Pledge:
    """The first promise."""

    promise: str
    complete_by: date
    venue: Venue


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its rules see it; `round` counts declared completions."""

    status: Status = Status.ABSENT
    title: str = ""
    level: str = ""
    unit: str = ""
    branch: str | None = None
    need_ids: tuple[UUID, ...] = ()
    claimed_by: tuple[str, ...] = ()
    review_by: Tier = "office"
    sign_off_by: Tier = "office"
    proposed_by: str = ""
    claimant: str | None = None
    claimant_branch: str | None = None
    pledge: Pledge | None = None
    percent: int = 0
    round: int = 0
    evidence: frozenset[UUID] = frozenset()


def evolve(project: Project, event: ProjectEvent) -> Project:  # noqa: C901, PLR0911 - one case a fact
    """Return the project after a fact."""
    match event:
        case ProjectProposed():
            return replace(
                project,
                status=Status.PROPOSED,
                title=event.title,
                level=event.level,
                unit=event.unit,
                branch=event.branch,
                need_ids=event.need_ids,
                claimed_by=event.claimed_by,
                review_by=event.review_by,
                sign_off_by=event.sign_off_by,
                proposed_by=event.proposed_by,
            )
        case ProjectApproved():
            return replace(project, status=Status.APPROVED)
        case ProjectReturned():
            return replace(project, status=Status.RETURNED)
        case ProjectClaimed():
            return replace(project, status=Status.CLAIMED, claimant=event.claimant, claimant_branch=event.branch)
        case PledgePublished():
            return replace(project, pledge=Pledge(event.promise, event.complete_by, event.venue))
        case ProgressReported():
            return replace(project, percent=event.percent)
        case CompletionDeclared():
            return replace(project, status=Status.COMPLETED, round=event.round)
        case ProjectReopened():
            return replace(project, status=Status.CLAIMED)
        case ProjectSignedOff():
            return replace(project, status=Status.SIGNED_OFF)
        case EvidenceAttached():
            return replace(project, evidence=project.evidence | {event.evidence_id})
        case _:
            assert_never(event)
