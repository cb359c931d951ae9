"""Supervision's read models."""

from services.supervision.projections.hearings import CADENCE_BOARD, FIGURES_BOARD, HEARING_BOARD, TASK_BOARD, VISIT_BOARD
from services.supervision.projections.known import COUNTY_PROFILE, KNOWN_PROJECTS, KNOWN_UNITS
from services.supervision.projections.notices import NOTICE_BOARD
from services.supervision.projections.rounds import FINDING_BOARD, ROUND_BOARD, UNIT_VISITS
from services.supervision.projections.timers import TIMERS
from services.supervision.projections.watches import ESCALATIONS, LISTING_BOARD, WATCH_BOARD

__all__ = [
    "CADENCE_BOARD",
    "COUNTY_PROFILE",
    "ESCALATIONS",
    "FIGURES_BOARD",
    "FINDING_BOARD",
    "HEARING_BOARD",
    "KNOWN_PROJECTS",
    "KNOWN_UNITS",
    "LISTING_BOARD",
    "NOTICE_BOARD",
    "ROUND_BOARD",
    "TASK_BOARD",
    "TIMERS",
    "UNIT_VISITS",
    "VISIT_BOARD",
    "WATCH_BOARD",
]
