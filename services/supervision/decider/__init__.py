"""Supervision's rules: notices, watches, listings, rounds, what is regular, hearings."""

from services.supervision.decider.cadence import CADENCE
from services.supervision.decider.hearings import FIGURES, HEARING, VISIT
from services.supervision.decider.listings import LISTING
from services.supervision.decider.notices import NOTICE, REGISTER
from services.supervision.decider.rounds import FINDING, ROUND
from services.supervision.decider.watches import WATCH

__all__ = ["CADENCE", "FIGURES", "FINDING", "HEARING", "LISTING", "NOTICE", "REGISTER", "ROUND", "VISIT", "WATCH"]
