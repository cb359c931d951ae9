"""Events of the projects list: proposed, reviewed, checked, worked on, declared complete, struck off or gone.

`ledger` in an event is the level whose standing register (台账) it moves: entered on the first approval and again on returning from
sign-off, left on sign-off, withdrawal or merging; null where the register stands as it was.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from shared.contracts.values import Tier, Verdict
from shared.kernel.events import Event

ReopenedFor = Literal["refused", "revoked", "rated-badly", "spot-check"]
"""Why a project went back to work: not signed off (or the office sent it back), a look-back did not confirm the sign-off, a petitioner
was not satisfied, a spot check found that it should not have been let in."""


class ProjectProposed(Event):
    """A practical project was put forward, for needs or of one's own; mended after a return, again (`submission` 2, 3 …)."""

    project_id: UUID
    title: str
    level: str
    unit: str
    branch: str | None
    need_ids: tuple[UUID, ...]
    planned_completion: date
    claimed_by: tuple[str, ...]
    review_by: Tier
    sign_off_by: Tier
    proposed_by: str
    profile_version: str
    submission: int = 1


class ProjectApproved(Event):
    """A project passed the three principles."""

    project_id: UUID
    verdicts: tuple[Verdict, ...]
    reviewed_by: str
    ledger: str | None = None


class ProjectReturned(Event):
    """A project failed one of the three principles; the verdicts say which and why."""

    project_id: UUID
    verdicts: tuple[Verdict, ...]
    reviewed_by: str


class ProgressReported(Event):
    """The claimant told how far the work is."""

    project_id: UUID
    percent: int
    text: str


class CompletionDeclared(Event):
    """The claimant says the work is done; whether it is, scoring finds out. `round` counts from 1."""

    project_id: UUID
    round: int
    summary: str
    title: str
    level: str
    unit: str
    branch: str | None
    claimant: str
    need_ids: tuple[UUID, ...]
    sign_off_by: Tier


class ProjectReopened(Event):
    """A project declared complete goes back to work; `round` is the declaration's."""

    project_id: UUID
    reason: str
    round: int = 0
    because: ReopenedFor = "refused"
    ledger: str | None = None


class ProjectSignedOff(Event):
    """A project is struck off the list (销号): its verification passed."""

    project_id: UUID
    round: int
    ledger: str | None = None


class ProjectWithdrawn(Event):
    """A project left the list without being done."""

    project_id: UUID
    reason: str
    withdrawn_by: str
    freed: tuple[UUID, ...] = ()
    ledger: str | None = None


class PlanRevised(Event):
    """What is to be done was improved, of one's own or because an inspection found something (`finding_id`)."""

    project_id: UUID
    unit: str
    text: str
    finding_id: UUID | None
    revised_by: str


class EvidenceAttached(Event):
    """A file (photo, document) that shows progress; `digest` is the SHA-256 of the stored bytes, hexadecimal."""

    project_id: UUID
    evidence_id: UUID
    digest: str
    media_type: str
    size: int
    caption: str
    unit: str
    attached_by: str


class ProjectMerged(Event):
    """A project left the list for another, which takes its needs in: nobody's voice is lost."""

    project_id: UUID
    into: UUID
    need_ids: tuple[UUID, ...]
    reason: str
    merged_by: str
    freed: tuple[UUID, ...]
    ledger: str | None


class MergedProjectTakenIn(Event):
    """A project took in the needs of one that was merged into it; `added` are those it did not have yet."""

    project_id: UUID
    merged_project_id: UUID
    added: tuple[UUID, ...]


class SpotCheckDrawn(Event):
    """The office drew a sample (抽查) of what units reviewed themselves, so that anyone can draw it again.

    `candidates` counts the projects that could be drawn, `digest` is the SHA-256 (hexadecimal) of their ids as text, in ascending order,
    a line feed after each; `project_ids` are the drawn ones in the order they were drawn (`services/projects/decider/checking.py`).
    """

    spot_check_id: UUID
    unit: str | None
    seed: str
    percent: int
    profile_version: str
    candidates: int
    digest: str
    project_ids: tuple[UUID, ...]
    drawn_by: str


class SpotCheckPassed(Event):
    """A drawn project stands the three principles in the office's eyes too."""

    project_id: UUID
    spot_check_id: UUID
    verdicts: tuple[Verdict, ...]
    checked_by: str


class SpotCheckFailed(Event):
    """A drawn project does not stand the three principles: reviewed again and claimed anew (重新认领), its claimant is free."""

    project_id: UUID
    spot_check_id: UUID
    verdicts: tuple[Verdict, ...]
    claimant: str | None
    freed: tuple[UUID, ...]
    checked_by: str
