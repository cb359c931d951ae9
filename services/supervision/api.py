"""Supervision's HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.supervision.commands import (
    AcceptResponse,
    AcknowledgeNotice,
    CloseNotice,
    IssueNotice,
    RespondToNotice,
    SendResponseBack,
)
from services.supervision.letters import notice_letter
from services.supervision.letters.answers import DOCX
from services.supervision.queries import NoticeFilters, notice, notice_figures, notices
from shared.web.app import Row
from shared.web.files import Download
from shared.web.routes import Get, History, OneParams, Post

READERS = ("unit", "office", "leader", "inspector", "auditor")

TABLE: Sequence[Row] = (
    Post("/notices", IssueNotice, new="notice_id"),
    Post("/notices/{notice_id}/acknowledge", AcknowledgeNotice),
    Post("/notices/{notice_id}/respond", RespondToNotice),
    Post("/notices/{notice_id}/accept", AcceptResponse),
    Post("/notices/{notice_id}/send-back", SendResponseBack),
    Post("/notices/{notice_id}/close", CloseNotice),
    Get("/notices", notices, roles=READERS, projection="notice_board", params=NoticeFilters),
    Get("/notices/{notice_id}", notice, roles=READERS, projection="notice_board", params=OneParams),
    Download("/notices/{notice_id}/letter", notice_letter, roles=READERS, projection="notice_board", media_types=[DOCX]),
    History("/notices/{notice_id}/history", stream=lambda ids: f"notice-{ids['notice_id']}", roles=("office", "leader", "auditor")),
    Get("/figures", notice_figures, roles=READERS, projection="notice_board", params=OneParams),
)
