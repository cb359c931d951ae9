"""Scoring's rules."""

from services.scoring.decider.looking_back import LOOK_BACK, look_back_id
from services.scoring.decider.verification import VERIFICATION
from services.scoring.decider.weighing import weighted

__all__ = ["LOOK_BACK", "VERIFICATION", "look_back_id", "weighted"]
