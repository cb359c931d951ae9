"""Which topics projects reads, which read models and policies they feed."""

from collections.abc import Sequence
from typing import Any

from services.projects.evidence import EVIDENCE
from services.projects.policies import REDO_BADLY_RATED, REDO_UNCONFIRMED, REOPEN, SIGN_OFF, TAKE_IN
from services.projects.projections import (
    ANNOUNCEMENTS,
    CONTACT_POINTS,
    COUNTY_PROFILE,
    DEMONSTRATIONS,
    EXEMPTIONS,
    KNOWN_NEEDS,
    LEADERS,
    LEDGER_BOOK,
    MEMBERS,
    ORGANISATIONS,
    PROJECT_BOARD,
    SPOT_CHECKS,
)
from shared.contracts.intake import INTAKE
from shared.contracts.projects import PROJECTS
from shared.contracts.scoring import SCORING
from shared.kernel.events import Contract
from shared.kernel.projection import Projection
from shared.kernel.rules import Policy

SOURCES: Sequence[Contract] = (PROJECTS, INTAKE)
PROJECTIONS: Sequence[Projection[Any]] = (
    COUNTY_PROFILE,
    ORGANISATIONS,
    MEMBERS,
    EXEMPTIONS,
    LEADERS,
    CONTACT_POINTS,
    KNOWN_NEEDS,
    PROJECT_BOARD,
    SPOT_CHECKS,
    DEMONSTRATIONS,
    LEDGER_BOOK,
    ANNOUNCEMENTS,
    EVIDENCE,
)
POLICIES: Sequence[tuple[Policy, Contract]] = (
    (SIGN_OFF, SCORING),
    (REOPEN, SCORING),
    (REDO_UNCONFIRMED, SCORING),
    (REDO_BADLY_RATED, INTAKE),
    (TAKE_IN, PROJECTS),
)
