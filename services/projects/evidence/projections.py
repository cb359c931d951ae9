"""Evidence as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.projects import EvidenceAttached
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class EvidenceRow:
    """A file that shows a project's progress."""

    evidence_id: UUID
    position: int | None = None
    project_id: UUID | None = None
    digest: str | None = None
    media_type: str | None = None
    size: int | None = None
    caption: str | None = None
    unit: str | None = None
    attached_by: str | None = None
    attached_at: datetime | None = None


EVIDENCE = Projection("evidence", row=EvidenceRow, key="evidence_id")


@EVIDENCE.on(EvidenceAttached)
def _attached(row: EvidenceRow, event: EvidenceAttached, meta: Meta) -> None:
    row.position, row.project_id = meta.position, event.project_id
    row.digest, row.media_type, row.size, row.caption = event.digest, event.media_type, event.size, event.caption
    row.unit, row.attached_by, row.attached_at = event.unit, event.attached_by, meta.recorded_at
