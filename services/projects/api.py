"""Projects' HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.projects.commands import (
    AdoptProfile,
    AttachEvidence,
    ClaimProject,
    DeclareCompletion,
    ExemptMember,
    ProposeProject,
    PublishPledge,
    RegisterMember,
    RegisterOrganisation,
    ReopenProject,
    ReportProgress,
    ReviewProject,
)
from services.projects.evidence import EvidenceFilters, attach_evidence, evidence, evidence_file
from services.projects.evidence.cleaning import MEDIA_TYPES
from services.projects.evidence.receiving import MOST_BYTES
from services.projects.queries import (
    MemberFilters,
    OrganisationFilters,
    ProjectFilters,
    members,
    organisations,
    profiles,
    project,
    project_figures,
    projects,
)
from shared.web.app import Row
from shared.web.files import Download, Upload
from shared.web.routes import Get, History, OneParams, Post

ALL = ("citizen", "clerk", "member", "branch", "unit", "office", "leader", "inspector", "auditor")
STAFF = ALL[1:]
CLAIMANTS = ("member", "branch", "unit", "leader")

TABLE: Sequence[Row] = (
    Post("/profiles", AdoptProfile),
    Get("/profiles", profiles, roles=STAFF, projection="county_profile"),
    Post("/organisations", RegisterOrganisation),
    Get("/organisations", organisations, roles=ALL, projection="organisations", params=OrganisationFilters),
    Post("/members", RegisterMember),
    Post("/members/exemption", ExemptMember),
    Get("/members", members, roles=("office", "unit", "branch"), projection="members", params=MemberFilters),
    Post("/projects", ProposeProject, new="project_id"),
    Post("/projects/{project_id}/review", ReviewProject),
    Post("/projects/{project_id}/claim", ClaimProject),
    Post("/projects/{project_id}/pledge", PublishPledge),
    Post("/projects/{project_id}/progress", ReportProgress),
    Post("/projects/{project_id}/completion", DeclareCompletion),
    Post("/projects/{project_id}/reopen", ReopenProject),
    Upload(
        "/projects/{project_id}/evidence",
        attach_evidence,
        gives=AttachEvidence,
        roles=CLAIMANTS,
        media_types=MEDIA_TYPES,
        most=MOST_BYTES,
        status=201,
        headers={"caption": "What it shows, 1,000 characters at most"},
    ),
    Download(
        "/projects/{project_id}/evidence/{evidence_id}",
        evidence_file,
        roles=(*CLAIMANTS, "office", "inspector", "auditor"),
        projection="evidence",
        media_types=MEDIA_TYPES,
    ),
    Get("/evidence", evidence, roles=(*CLAIMANTS, "office", "inspector", "auditor"), projection="evidence", params=EvidenceFilters),
    Get("/projects", projects, roles=ALL, projection="project_board", params=ProjectFilters),
    Get("/projects/{project_id}", project, roles=ALL, projection="project_board", params=OneParams),
    History("/projects/{project_id}/history", stream=lambda ids: f"project-{ids['project_id']}", roles=("office", "leader", "auditor")),
    Get("/figures", project_figures, roles=STAFF, projection="project_board", params=OneParams),
)
