"""The portal's read models: every event as it came, and what lists, pictures and filters ask of the four services' facts."""

from services.portal.projections.archive import ARCHIVE
from services.portal.projections.names import NAMES
from services.portal.projections.needs import NEED_CARDS
from services.portal.projections.notices import NOTICE_CARDS
from services.portal.projections.projects import PROJECT_CARDS
from services.portal.projections.register import COUNTY_PROFILE, MEMBER_CARDS, UNITS

__all__ = ["ARCHIVE", "COUNTY_PROFILE", "MEMBER_CARDS", "NAMES", "NEED_CARDS", "NOTICE_CARDS", "PROJECT_CARDS", "UNITS"]
