"""Scoring's composition root."""

import sys

from services.scoring.api import TABLE
from services.scoring.consumers import POLICIES, PROJECTIONS, SOURCES
from services.scoring.handlers import HANDLERS, TIMED
from services.scoring.settings import Settings
from shared.contracts.scoring import SCORING
from shared.kernel.worker import Parts
from shared.web.run import run

PARTS = Parts(
    contract=SCORING,
    package="services.scoring",
    handlers=HANDLERS,
    sources=SOURCES,
    projections=PROJECTIONS,
    policies=POLICIES,
    timed=TIMED,
)

if __name__ == "__main__":
    sys.exit(run(PARTS, TABLE, Settings, sys.argv[1:]))
