"""Scoring's HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.scoring.commands import RefuseVerification, ScoreProject, SignOffVerification
from services.scoring.queries import VerificationFilters, verification, verification_figures, verifications
from shared.web.app import Row
from shared.web.routes import Get, History, OneParams, Post

READERS = ("member", "branch", "unit", "office", "leader", "inspector", "auditor")

TABLE: Sequence[Row] = (
    Post("/verifications/{project_id}/score", ScoreProject),
    Post("/verifications/{project_id}/sign-off", SignOffVerification),
    Post("/verifications/{project_id}/refuse", RefuseVerification),
    Get("/verifications", verifications, roles=READERS, projection="verification_board", params=VerificationFilters),
    Get("/verifications/{project_id}", verification, roles=READERS, projection="verification_board", params=OneParams),
    History(
        "/verifications/{project_id}/history", stream=lambda ids: f"verification-{ids['project_id']}", roles=("office", "leader", "auditor")
    ),
    Get("/figures", verification_figures, roles=READERS, projection="verification_board", params=OneParams),
)
