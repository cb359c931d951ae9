"""Scoring's HTTP interface: POST is a command, GET is a query."""

from collections.abc import Sequence

from services.scoring.commands import (
    AnswerSurvey,
    AssessYear,
    CheckMaterials,
    CloseSurvey,
    ConfirmSignOff,
    DrawLookBack,
    IssueSurveyCodes,
    OpenSurvey,
    RefuseVerification,
    RevokeSignOff,
    ScoreProject,
    ScoreUnit,
    SignOffVerification,
)
from services.scoring.queries.assessments import AssessmentFilters, ResultFilters, assessment_results, assessments
from services.scoring.queries.look_backs import ItemFilters, LookBackFilters, look_back, look_back_items, look_backs
from services.scoring.queries.signs import SignFilters, signs
from services.scoring.queries.surveys import (
    SheetFilters,
    SurveyFilters,
    UnitScoreFilters,
    score_sheet,
    score_sheets,
    survey,
    surveys,
    unit_scores,
)
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
    Post("/surveys", OpenSurvey, new="survey_id"),
    Post("/surveys/{survey_id}/codes", IssueSurveyCodes),
    Post("/surveys/{survey_id}/answers", AnswerSurvey),
    Post("/surveys/{survey_id}/close", CloseSurvey),
    Get("/surveys", surveys, roles=("citizen", "clerk", *READERS), projection="surveys", params=SurveyFilters),
    Get("/surveys/{survey_id}", survey, roles=("citizen", "clerk", *READERS), projection="surveys", params=OneParams),
    History("/surveys/{survey_id}/history", stream=lambda ids: f"survey-{ids['survey_id']}", roles=AUDITORS),
    Get("/score-sheets", score_sheets, roles=READERS, projection="county_profile", params=SheetFilters),
    Get("/score-sheets/{version}", score_sheet, roles=READERS, projection="county_profile", params=OneParams, text_ids=True),
    Post("/unit-scores", ScoreUnit),
    Get("/unit-scores", unit_scores, roles=("unit", *COUNTY), projection="unit_scores", params=UnitScoreFilters),
    History("/unit-scores/{score_id}/history", stream=lambda ids: f"unitscore-{ids['score_id']}", roles=AUDITORS),
    Post("/assessments", AssessYear),
    Get("/assessments", assessments, roles=("unit", *COUNTY), projection="assessments", params=AssessmentFilters),
    Get(
        "/assessments/{assessment_id}/results",
        assessment_results,
        roles=("unit", *COUNTY),
        projection="assessment_results",
        params=ResultFilters,
    ),
    History("/assessments/{assessment_id}/history", stream=lambda ids: f"assessment-{ids['assessment_id']}", roles=AUDITORS),
    Get("/signs", signs, roles=COUNTY, projection="project_records", params=SignFilters),
    Get("/figures", verification_figures, roles=READERS, projection="verification_board", params=OneParams),
)
