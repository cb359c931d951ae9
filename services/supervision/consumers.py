"""Which topics supervision reads, which read models and policies they feed."""

from collections.abc import Sequence
from typing import Any

from services.supervision.letters import UNIT_NAMES
from services.supervision.projections import COUNTY_PROFILE, KNOWN_PROJECTS, KNOWN_UNITS, NOTICE_BOARD, TIMERS
from shared.contracts.projects import PROJECTS
from shared.contracts.supervision import SUPERVISION
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.rules import Policy

SOURCES: Sequence[Contract] = (SUPERVISION, PROJECTS)
PROJECTIONS: Sequence[Projection[Any]] = (NOTICE_BOARD, TIMERS, COUNTY_PROFILE, KNOWN_UNITS, KNOWN_PROJECTS, UNIT_NAMES)
POLICIES: Sequence[tuple[Policy, Contract]] = ()
