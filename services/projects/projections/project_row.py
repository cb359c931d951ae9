"""A project's row on the projects board."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class ProjectRow:
    """A project as lists show it.

    `promise` and `complete_by` are what is promised now, `first_promise` and `first_complete_by` what was promised first by who holds it;
    `amendments` are the steps between. `submissions` are the proposals, each with its verdicts. `ledger_moves` are days
    (Asia/Shanghai) with what the project did on its level's register: open, signed_off, withdrawn, merged.
    """

    project_id: UUID
    position: int | None = None
    version: int = 0
    status: str = "proposed"
    title: str | None = None
    level: str | None = None
    unit: str | None = None
    branch: str | None = None
    need_ids: list[str] | None = None
    planned_completion: date | None = None
    review_by: str | None = None
    sign_off_by: str | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    verdicts: list[dict[str, Any]] | None = None
    submissions: list[dict[str, Any]] | None = None
    spot_check: str | None = None
    spot_check_id: UUID | None = None
    claimant: str | None = None
    claimant_role: str | None = None
    claimed_at: datetime | None = None
    team: list[str] | None = None
    given_back: int = 0
    promise: str | None = None
    complete_by: date | None = None
    venue: str | None = None
    first_promise: str | None = None
    first_complete_by: date | None = None
    amendments: list[dict[str, Any]] | None = None
    extension_asked: dict[str, Any] | None = None
    suspended: bool = False
    milestones: list[dict[str, Any]] | None = None
    plan: str | None = None
    plan_revisions: int = 0
    percent: int = 0
    progress: str | None = None
    round: int = 0
    completed_at: datetime | None = None
    reopened: int = 0
    reopened_for: str | None = None
    signed_off_at: datetime | None = None
    merged_into: UUID | None = None
    left_because: str | None = None
    ledger_moves: list[list[str]] | None = None
