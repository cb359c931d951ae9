"""Which topics scoring reads, which read models and policies they feed."""

from collections.abc import Sequence
from typing import Any

from services.scoring.policies import OPEN_VERIFICATION, WITHDRAW_VERIFICATION
from services.scoring.projections import COUNTY_PROFILE, VERIFICATION_BOARD
from shared.contracts.projects import PROJECTS
from shared.contracts.scoring import SCORING
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.rules import Policy

SOURCES: Sequence[Contract] = (SCORING, PROJECTS)
PROJECTIONS: Sequence[Projection[Any]] = (VERIFICATION_BOARD, COUNTY_PROFILE)
POLICIES: Sequence[tuple[Policy, Contract]] = ((OPEN_VERIFICATION, PROJECTS), (WITHDRAW_VERIFICATION, PROJECTS))
