"""Intake's HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.intake.commands import AnswerNeed, DeclineNeed, RouteNeed, SubmitNeed
from services.intake.queries import NeedFilters, need, need_figures, needs
from services.intake.spreadsheets import ExportFilters, ImportParams, export_needs, import_needs
from services.intake.spreadsheets.exporting import CSV, XLSX
from services.intake.spreadsheets.importing import MOST_BYTES
from shared.web.app import Row
from shared.web.files import Download, Upload
from shared.web.routes import Get, History, OneParams, Post

STAFF = ("clerk", "branch", "unit", "office", "leader", "inspector", "auditor")

TABLE: Sequence[Row] = (
    Post("/needs", SubmitNeed, new="need_id"),
    Post("/needs/{need_id}/route", RouteNeed),
    Post("/needs/{need_id}/decline", DeclineNeed),
    Post("/needs/{need_id}/answer", AnswerNeed),
    Upload(
        "/needs:import",
        import_needs,
        gives=SubmitNeed,
        roles=("clerk", "office"),
        media_types=[XLSX, CSV],
        most=MOST_BYTES,
        status=200,
        params=ImportParams,
    ),
    Download(
        "/needs:export", export_needs, roles=("clerk", "office"), projection="need_board", media_types=[XLSX, CSV], params=ExportFilters
    ),
    Get("/needs", needs, roles=STAFF, projection="need_board", params=NeedFilters),
    Get("/needs/{need_id}", need, roles=("citizen", "member", *STAFF), projection="need_board", params=OneParams),
    History("/needs/{need_id}/history", stream=lambda ids: f"need-{ids['need_id']}", roles=("office", "leader", "auditor")),
    Get("/figures", need_figures, roles=STAFF, projection="need_board", params=OneParams),
)
