"""Which topics the portal reads, and which read models they feed. It has no policies: it asks for nothing by itself."""

from collections.abc import Sequence
from typing import Any

from services.portal.lanes import SOURCES
from services.portal.projections import ARCHIVE, COUNTY_PROFILE, MEMBER_CARDS, NAMES, NEED_CARDS, NOTICE_CARDS, PROJECT_CARDS, UNITS
from shared.kernel.projection import Projection

PROJECTIONS: Sequence[Projection[Any]] = (ARCHIVE, NAMES, NEED_CARDS, PROJECT_CARDS, NOTICE_CARDS, COUNTY_PROFILE, UNITS, MEMBER_CARDS)

__all__ = ["PROJECTIONS", "SOURCES"]
