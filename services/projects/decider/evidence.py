"""Who may attach evidence, and when."""

from collections.abc import Sequence

from services.projects.commands import AttachEvidence
from services.projects.state.project import Project, ProjectEvent
from shared.contracts.projects import EvidenceAttached
from shared.kernel.rules import Asked


def attach(command: AttachEvidence, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """A file is attached to a project once; what is said of it first stands."""
    if command.evidence_id in project.evidence:
        return []
    return [
        EvidenceAttached(
            project_id=command.project_id,
            evidence_id=command.evidence_id,
            digest=command.digest,
            media_type=command.media_type,
            size=command.size,
            caption=command.caption,
            unit=project.unit,
            attached_by=asked.actor.sub,
        )
    ]
