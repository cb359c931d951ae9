"""Scoring's HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.scoring.commands import (
    CheckMaterials,
    ConfirmSignOff,
    DrawLookBack,
    RefuseVerification,
    RevokeSignOff,
    ScoreProject,
    SignOffVerification,
)
from services.scoring.queries.look_backs import ItemFilters, LookBackFilters, look_back, look_back_items, look_backs
from services.scoring.queries.verifications import VerificationFilters, verification, verification_figures, verifications
from shared.web.app import Row
from shared.web.routes import Get, History, OneParams, Post

READERS = ("member", "branch", "unit", "office", "leader", "inspector", "auditor")
COUNTY = ("office", "leader", "inspector", "auditor")
AUDITORS = ("office", "leader", "auditor")

TABLE: Sequence[Row] = (
    Post("/verifications/{project_id}/materials", CheckMaterials),
    Post("/verifications/{project_id}/score", ScoreProject),
    Post("/verifications/{project_id}/sign-off", SignOffVerification),
    Post("/verifications/{project_id}/refuse", RefuseVerification),
    Post("/verifications/{project_id}/confirm", ConfirmSignOff),
    Post("/verifications/{project_id}/revoke", RevokeSignOff),
    Get("/verifications", verifications, roles=READERS, projection="verification_board", params=VerificationFilters),
    Get("/verifications/{project_id}", verification, roles=READERS, projection="verification_board", params=OneParams),
    History("/verifications/{project_id}/history", stream=lambda ids: f"verification-{ids['project_id']}", roles=AUDITORS),
    Post("/look-backs", DrawLookBack),
    Get("/look-backs", look_backs, roles=COUNTY, projection="look_backs", params=LookBackFilters),
    Get("/look-backs/{look_back_id}", look_back, roles=COUNTY, projection="look_backs", params=OneParams),
    Get("/look-backs/{look_back_id}/items", look_back_items, roles=COUNTY, projection="look_back_items", params=ItemFilters),
    Get("/figures", verification_figures, roles=READERS, projection="verification_board", params=OneParams),
)
