"""Supervision's HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.supervision.commands.hearings import (
    AssignTask,
    CompileFigures,
    CompleteTask,
    HearReport,
    HoldActivity,
    HoldHearing,
    RecordVisit,
)
from services.supervision.commands.notices import (
    AcceptResponse,
    AcknowledgeNotice,
    CloseNotice,
    IssueNotice,
    JudgeReplyExtension,
    RequestReplyExtension,
    RespondToNotice,
    SendResponseBack,
)
from services.supervision.commands.rounds import CloseRound, InspectUnit, LeaveFinding, OpenRound, RecordFinding, ReturnConclusion
from services.supervision.commands.watches import DelistSubject, EscalateSubject, ListSubject, NameListingOwner
from services.supervision.letters import notice_letter
from services.supervision.letters.answers import DOCX
from services.supervision.queries.hearings import (
    CadenceFilters,
    CompilationFilters,
    HearingFilters,
    TaskFilters,
    VisitFilters,
    cadence,
    compilation,
    compilations,
    hearing,
    hearings,
    tasks,
    visits,
)
from services.supervision.queries.notices import NoticeFilters, notice, notice_figures, notices
from services.supervision.queries.rounds import (
    FindingFilters,
    InspectionFilters,
    RoundFilters,
    findings,
    inspections,
    one_round,
    rounds,
)
from services.supervision.queries.watches import (
    EscalationFilters,
    ListingFilters,
    WatchFilters,
    escalations,
    listing,
    listings,
    watch,
    watches,
)
from shared.web.app import Row
from shared.web.files import Download
from shared.web.routes import Get, History, OneParams, Post

READERS = ("unit", "office", "leader", "inspector", "auditor")
COUNTY = ("office", "leader", "inspector", "auditor")
WHOLE = ("office", "leader", "auditor")

TABLE: Sequence[Row] = (
    Post("/notices", IssueNotice, new="notice_id"),
    Post("/notices/{notice_id}/acknowledge", AcknowledgeNotice),
    Post("/notices/{notice_id}/respond", RespondToNotice),
    Post("/notices/{notice_id}/accept", AcceptResponse),
    Post("/notices/{notice_id}/send-back", SendResponseBack),
    Post("/notices/{notice_id}/extension", RequestReplyExtension),
    Post("/notices/{notice_id}/extension/judge", JudgeReplyExtension),
    Post("/notices/{notice_id}/close", CloseNotice),
    Get("/notices", notices, roles=READERS, projection="notice_board", params=NoticeFilters),
    Get("/notices/{notice_id}", notice, roles=READERS, projection="notice_board", params=OneParams),
    Download("/notices/{notice_id}/letter", notice_letter, roles=READERS, projection="notice_board", media_types=[DOCX]),
    History("/notices/{notice_id}/history", stream=lambda ids: f"notice-{ids['notice_id']}", roles=WHOLE),
    Post("/watches/{watch_id}/escalate", EscalateSubject),
    Get("/watches", watches, roles=READERS, projection="watch_board", params=WatchFilters),
    Get("/watches/{watch_id}", watch, roles=READERS, projection="watch_board", params=OneParams),
    History("/watches/{watch_id}/history", stream=lambda ids: f"watch-{ids['watch_id']}", roles=WHOLE),
    Get("/escalations", escalations, roles=READERS, projection="escalations", params=EscalationFilters),
    Post("/listings", ListSubject),
    Post("/listings/{listing_id}/owner", NameListingOwner),
    Post("/listings/{listing_id}/delist", DelistSubject),
    Get("/listings", listings, roles=READERS, projection="listing_board", params=ListingFilters),
    Get("/listings/{listing_id}", listing, roles=READERS, projection="listing_board", params=OneParams),
    History("/listings/{listing_id}/history", stream=lambda ids: f"listing-{ids['listing_id']}", roles=WHOLE),
    Post("/rounds", OpenRound, new="round_id"),
    Post("/rounds/{round_id}/inspections", InspectUnit),
    Post("/rounds/{round_id}/findings", RecordFinding, new="finding_id"),
    Post("/rounds/{round_id}/conclusions", ReturnConclusion),
    Post("/rounds/{round_id}/close", CloseRound),
    Get("/rounds", rounds, roles=COUNTY, projection="round_board", params=RoundFilters),
    Get("/rounds/{round_id}", one_round, roles=COUNTY, projection="round_board", params=OneParams),
    History("/rounds/{round_id}/history", stream=lambda ids: f"round-{ids['round_id']}", roles=WHOLE),
    Post("/findings/{finding_id}/leave", LeaveFinding),
    Get("/findings", findings, roles=READERS, projection="finding_board", params=FindingFilters),
    Get("/inspections", inspections, roles=READERS, projection="unit_visits", params=InspectionFilters),
    Post("/cadence/hold", HoldActivity),
    Get("/cadence", cadence, roles=COUNTY, projection="cadence_board", params=CadenceFilters),
    Post("/hearings", HoldHearing, new="hearing_id"),
    Post("/hearings/{hearing_id}/reports", HearReport),
    Post("/hearings/{hearing_id}/tasks", AssignTask, new="task_id"),
    Post("/hearings/{hearing_id}/tasks/{task_id}/complete", CompleteTask),
    Get("/hearings", hearings, roles=READERS, projection="hearing_board", params=HearingFilters),
    Get("/hearings/{hearing_id}", hearing, roles=READERS, projection="hearing_board", params=OneParams),
    Get("/tasks", tasks, roles=READERS, projection="task_board", params=TaskFilters),
    Post("/visits", RecordVisit, new="visit_id"),
    Get("/visits", visits, roles=READERS, projection="visit_board", params=VisitFilters),
    Post("/figures", CompileFigures, new="figures_id"),
    Get("/figures/compiled", compilations, roles=COUNTY, projection="figures_board", params=CompilationFilters),
    Get("/figures/compiled/{figures_id}", compilation, roles=COUNTY, projection="figures_board", params=OneParams),
    Get("/figures", notice_figures, roles=READERS, projection="notice_board", params=OneParams),
)
