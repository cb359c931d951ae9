"""Which topics supervision reads, which read models and policies they feed."""

from collections.abc import Sequence
from typing import Any

from services.supervision.letters import UNIT_NAMES
from services.supervision.policies import (
    BEGIN_CADENCE,
    END_FINDING,
    FOLLOW_UP_NOTICE,
    HOLD_ACTIVITY,
    LIST_ESCALATED,
    WATCH_NEED,
    WATCH_NOTICE,
    WATCH_PROJECT,
)
from services.supervision.projections import (
    CADENCE_BOARD,
    COUNTY_PROFILE,
    ESCALATIONS,
    FIGURES_BOARD,
    FINDING_BOARD,
    HEARING_BOARD,
    KNOWN_PROJECTS,
    KNOWN_UNITS,
    LISTING_BOARD,
    NOTICE_BOARD,
    ROUND_BOARD,
    TASK_BOARD,
    TIMERS,
    UNIT_VISITS,
    VISIT_BOARD,
    WATCH_BOARD,
)
from shared.contracts.intake import INTAKE
from shared.contracts.projects import PROJECTS
from shared.contracts.supervision import SUPERVISION
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.rules import Policy

SOURCES: Sequence[Contract] = (SUPERVISION, PROJECTS)
PROJECTIONS: Sequence[Projection[Any]] = (
    NOTICE_BOARD,
    WATCH_BOARD,
    ESCALATIONS,
    LISTING_BOARD,
    ROUND_BOARD,
    UNIT_VISITS,
    FINDING_BOARD,
    CADENCE_BOARD,
    HEARING_BOARD,
    TASK_BOARD,
    VISIT_BOARD,
    FIGURES_BOARD,
    TIMERS,
    COUNTY_PROFILE,
    KNOWN_UNITS,
    KNOWN_PROJECTS,
    UNIT_NAMES,
)
POLICIES: Sequence[tuple[Policy, Contract]] = (
    (WATCH_NEED, INTAKE),
    (WATCH_PROJECT, PROJECTS),
    (WATCH_NOTICE, SUPERVISION),
    (FOLLOW_UP_NOTICE, SUPERVISION),
    (HOLD_ACTIVITY, SUPERVISION),
    (LIST_ESCALATED, SUPERVISION),
    (END_FINDING, PROJECTS),
    (BEGIN_CADENCE, PROJECTS),
)
