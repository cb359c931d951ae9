"""Files that show progress: taken in, cleaned, kept by their content, given out."""

from services.projects.evidence.answers import EvidenceFilters, evidence, evidence_file
from services.projects.evidence.projections import EVIDENCE
from services.projects.evidence.receiving import attach_evidence
from shared.kernel.file_store import FileStore

__all__ = ["EVIDENCE", "EvidenceFilters", "FileStore", "attach_evidence", "evidence", "evidence_file"]
