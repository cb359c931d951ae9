"""Which topics intake reads, which read models and policies they feed."""

from collections.abc import Sequence
from typing import Any

from services.intake.policies import ANSWER_PETITIONERS, REOPEN_THE_OTHER
from services.intake.projections import (
    CALLS,
    COUNTY_PROFILE,
    MEMBERS,
    NEED_BOARD,
    NEED_WORDS,
    PETITIONS,
    PHOTOS,
    PROJECT_STEPS,
    RATINGS,
    TIMERS,
    UNITS,
    WISHES,
)
from shared.contracts.intake import INTAKE
from shared.contracts.projects import PROJECTS
from shared.contracts.scoring import SCORING
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.rules import Policy

SOURCES: Sequence[Contract] = (INTAKE, PROJECTS)
PROJECTIONS: Sequence[Projection[Any]] = (
    NEED_BOARD,
    NEED_WORDS,
    PETITIONS,
    PHOTOS,
    RATINGS,
    WISHES,
    CALLS,
    TIMERS,
    UNITS,
    MEMBERS,
    COUNTY_PROFILE,
    PROJECT_STEPS,
)
POLICIES: Sequence[tuple[Policy, Contract]] = ((ANSWER_PETITIONERS, SCORING), (REOPEN_THE_OTHER, INTAKE))
