"""Files that show progress: taken in, cleaned, kept by their content, given out."""

from services.projects.evidence.answers import EvidenceFilters, evidence, evidence_file
from services.projects.evidence.projections import EVIDENCE
from services.projects.evidence.receiving import attach_evidence
from services.projects.evidence.store import EvidenceStore

__all__ = ["EVIDENCE", "EvidenceFilters", "EvidenceStore", "attach_evidence", "evidence", "evidence_file"]
