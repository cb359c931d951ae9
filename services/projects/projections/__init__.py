"""Projects' read models: the profile, the register, known needs, the projects board, spot checks, demonstrations, the ledger."""

from services.projects.projections.board import PROJECT_BOARD
from services.projects.projections.gate import DEMONSTRATIONS, SPOT_CHECKS
from services.projects.projections.ledger import ANNOUNCEMENTS, LEDGER_BOOK
from services.projects.projections.needs import KNOWN_NEEDS
from services.projects.projections.registry import (
    CONTACT_POINTS,
    COUNTY_PROFILE,
    EXEMPTIONS,
    LEADERS,
    MEMBERS,
    ORGANISATIONS,
)

__all__ = [
    "ANNOUNCEMENTS",
    "CONTACT_POINTS",
    "COUNTY_PROFILE",
    "DEMONSTRATIONS",
    "EXEMPTIONS",
    "KNOWN_NEEDS",
    "LEADERS",
    "LEDGER_BOOK",
    "MEMBERS",
    "ORGANISATIONS",
    "PROJECT_BOARD",
    "SPOT_CHECKS",
]
