"""Intake's HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.intake.commands import (
    AcceptNeed,
    AnswerNeed,
    AskForMore,
    AttachPhoto,
    ClaimWish,
    CloseCall,
    DeclineNeed,
    ErasePetitioner,
    FulfilWish,
    GiveMore,
    GiveMoreByCode,
    GiveWishBack,
    JoinNeed,
    MergeNeed,
    PublishCall,
    PublishWish,
    RateByCode,
    RateNeed,
    RemovePhoto,
    RemovePhotoByCode,
    RevealPetitioner,
    RouteNeed,
    SubmitNeed,
    ThankByCode,
    UnmergeNeed,
)
from services.intake.photos import attach_photo, photo_by_code, photo_file, photos
from services.intake.queries.needs import Alike, NeedFilters, need, need_figures, needs, similar_needs
from services.intake.queries.voices import (
    PetitionFilters,
    RatingFilters,
    petitioner_shown,
    petitions,
    ratings,
    receipts,
    tracking,
    tracking_proof,
)
from services.intake.queries.wishes import CallFilters, WishFilters, call, calls, wishes
from services.intake.spreadsheets import ExportFilters, ImportParams, export_needs, import_needs
from services.intake.spreadsheets.exporting import CSV, XLSX
from services.intake.spreadsheets.importing import MOST_BYTES
from shared.web.app import Row
from shared.web.cleaning import MOST_PHOTO_BYTES, PICTURES
from shared.web.files import Download, Proof, Upload
from shared.web.routes import Get, History, OneParams, Params, Post

STAFF = ("clerk", "branch", "unit", "office", "leader", "inspector", "auditor")
EVERYBODY = ("citizen", "member", *STAFF)
TO_SPEAK = ("citizen", "visitor", "member", *STAFF)
"""Who may say something, and reads what that takes: visitors through whoever carries their word in."""
SHOWN_TO = ("clerk", "unit", "office", "leader", "inspector")
"""Who sees photos: they may show people, and auditors look at masked data."""
JUDGES = ("clerk", "office", "leader", "inspector", "auditor")

TABLE: Sequence[Row] = (
    Post("/needs", SubmitNeed, new="need_id"),
    Post("/needs/{need_id}/join", JoinNeed, new="petition_id"),
    Post("/needs/{need_id}/accept", AcceptNeed),
    Post("/needs/{need_id}/ask", AskForMore),
    Post("/needs/{need_id}/more", GiveMore),
    Post("/needs/{need_id}/route", RouteNeed),
    Post("/needs/{need_id}/merge", MergeNeed),
    Post("/needs/{need_id}/unmerge", UnmergeNeed),
    Post("/needs/{need_id}/decline", DeclineNeed),
    Post("/needs/{need_id}/answer", AnswerNeed),
    Post("/needs/{need_id}/rate", RateNeed),
    Post("/needs/{need_id}/reveal", RevealPetitioner, shows=petitioner_shown),
    Post("/needs/{need_id}/erase", ErasePetitioner),
    Post("/needs/{need_id}/photos/{photo_id}/remove", RemovePhoto),
    Post("/tracking/{need_id}/photos/{photo_id}/remove", RemovePhotoByCode, public=True),
    Post("/tracking/{need_id}/more", GiveMoreByCode, public=True),
    Post("/tracking/{need_id}/rate", RateByCode, public=True),
    Post("/tracking/{need_id}/thank", ThankByCode, public=True),
    Post("/wishes/{need_id}/publish", PublishWish),
    Post("/wishes/{need_id}/claim", ClaimWish),
    Post("/wishes/{need_id}/give-back", GiveWishBack),
    Post("/wishes/{need_id}/fulfil", FulfilWish),
    Post("/calls", PublishCall, new="call_id"),
    Post("/calls/{call_id}/close", CloseCall),
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
    Upload(
        "/tracking/{need_id}/photos",
        attach_photo,
        gives=AttachPhoto,
        roles=(),
        media_types=PICTURES,
        most=MOST_PHOTO_BYTES,
        status=201,
        headers={"query-code": "The query code of whoever shows it"},
        public=True,
    ),
    Get("/needs", needs, roles=STAFF, projection="need_board", params=NeedFilters),
    Get("/needs/similar", similar_needs, roles=TO_SPEAK, projection="need_words", params=Alike),
    Get("/needs/{need_id}", need, roles=EVERYBODY, projection="need_board", params=OneParams),
    Get("/needs/{need_id}/receipts", receipts, roles=TO_SPEAK, projection="petitions", params=Params),
    Get("/needs/{need_id}/photos", photos, roles=SHOWN_TO, projection="photos", params=Params),
    Download("/needs/{need_id}/photos/{photo_id}", photo_file, roles=SHOWN_TO, projection="photos", media_types=PICTURES),
    History("/needs/{need_id}/history", stream=lambda ids: f"need-{ids['need_id']}", roles=("office", "leader", "auditor")),
    Get("/petitions", petitions, roles=STAFF, projection="petitions", params=PetitionFilters),
    Get("/ratings", ratings, roles=JUDGES, projection="ratings", params=RatingFilters),
    Get("/wishes", wishes, roles=EVERYBODY, projection="wishes", params=WishFilters),
    Get("/calls", calls, roles=EVERYBODY, projection="calls", params=CallFilters),
    Get("/calls/{call_id}", call, roles=EVERYBODY, projection="calls", params=OneParams),
    Get("/tracking/{code}", tracking, roles=(), projection="petitions", params=OneParams, text_ids=True, public=True),
    Download(
        "/tracking/{code}/photos/{photo_id}",
        photo_by_code,
        roles=(),
        projection="photos",
        media_types=PICTURES,
        text_ids=True,
        public=True,
    ),
    Proof("/tracking/{code}/proof", tracking_proof, roles=(), projection="petitions", text_ids=True, public=True),
    Get("/figures", need_figures, roles=STAFF, projection="need_board", params=OneParams),
)
