"""Intake's read models: the needs board, voices and what became of them, deadlines, and what it knows of others."""

from services.intake.projections.board import NEED_BOARD
from services.intake.projections.deadlines import TIMERS
from services.intake.projections.known import COUNTY_PROFILE, MEMBERS, PROJECT_STEPS, UNITS
from services.intake.projections.voices import CALLS, PETITIONS, PHOTOS, RATINGS, WISHES
from services.intake.projections.words import NEED_WORDS

__all__ = [
    "CALLS",
    "COUNTY_PROFILE",
    "MEMBERS",
    "NEED_BOARD",
    "NEED_WORDS",
    "PETITIONS",
    "PHOTOS",
    "PROJECT_STEPS",
    "RATINGS",
    "TIMERS",
    "UNITS",
    "WISHES",
]
