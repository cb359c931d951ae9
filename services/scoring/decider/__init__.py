"""Scoring's rules."""

from services.scoring.decider.annual import ANNUAL, assessment_id
from services.scoring.decider.looking_back import LOOK_BACK, look_back_id
from services.scoring.decider.surveys import ANSWER, SURVEY, asking, code_digest, pseudonym
from services.scoring.decider.unit_scores import UNIT_SCORE, unit_score_id
from services.scoring.decider.verification import VERIFICATION
from services.scoring.decider.weighing import weighted

__all__ = [
    "ANNUAL",
    "ANSWER",
    "LOOK_BACK",
    "SURVEY",
    "UNIT_SCORE",
    "VERIFICATION",
    "asking",
    "assessment_id",
    "code_digest",
    "look_back_id",
    "pseudonym",
    "unit_score_id",
    "weighted",
]
