"""Which topics projects reads, which read models and policies they feed."""

from collections.abc import Sequence
from typing import Any

from services.projects.evidence import EVIDENCE
from services.projects.policies import REOPEN, SIGN_OFF
from services.projects.projections import COUNTY_PROFILE, KNOWN_NEEDS, MEMBERS, ORGANISATIONS, PROJECT_BOARD
from shared.contracts.intake import INTAKE
from shared.contracts.projects import PROJECTS
from shared.contracts.scoring import SCORING
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.rules import Policy

SOURCES: Sequence[Contract] = (PROJECTS, INTAKE)
PROJECTIONS: Sequence[Projection[Any]] = (COUNTY_PROFILE, ORGANISATIONS, MEMBERS, KNOWN_NEEDS, PROJECT_BOARD, EVIDENCE)
POLICIES: Sequence[tuple[Policy, Contract]] = ((SIGN_OFF, SCORING), (REOPEN, SCORING))
