"""Which topics scoring reads, which read models and policies they feed."""

from collections.abc import Sequence
from typing import Any

from services.scoring.policies import OPEN_VERIFICATION, WITHDRAW_VERIFICATION
from services.scoring.projections.assessments import ASSESSMENT_RESULTS, ASSESSMENTS
from services.scoring.projections.look_backs import LOOK_BACK_ITEMS, LOOK_BACKS
from services.scoring.projections.records import LETTERS, PHOTO_USES, PROJECT_RECORDS, RATINGS, UNITS
from services.scoring.projections.surveys import SURVEY_ANSWERS, SURVEYS, UNIT_SCORES
from services.scoring.projections.verifications import COUNTY_PROFILE, VERIFICATION_BOARD, VERIFICATION_ROUNDS
from shared.contracts.intake import INTAKE
from shared.contracts.projects import PROJECTS
from shared.contracts.scoring import SCORING
from shared.contracts.supervision import SUPERVISION
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.rules import Policy

SOURCES: Sequence[Contract] = (SCORING, PROJECTS, INTAKE, SUPERVISION)
PROJECTIONS: Sequence[Projection[Any]] = (
    VERIFICATION_BOARD,
    VERIFICATION_ROUNDS,
    COUNTY_PROFILE,
    LOOK_BACKS,
    LOOK_BACK_ITEMS,
    PROJECT_RECORDS,
    RATINGS,
    LETTERS,
    UNITS,
    PHOTO_USES,
    SURVEYS,
    SURVEY_ANSWERS,
    UNIT_SCORES,
    ASSESSMENTS,
    ASSESSMENT_RESULTS,
)
POLICIES: Sequence[tuple[Policy, Contract]] = ((OPEN_VERIFICATION, PROJECTS), (WITHDRAW_VERIFICATION, PROJECTS))
