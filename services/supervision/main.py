"""Supervision's composition root."""

import sys

from services.supervision.api import TABLE
from services.supervision.consumers import POLICIES, PROJECTIONS, SOURCES
from services.supervision.handlers import HANDLERS, TIMED
from services.supervision.settings import Settings
from shared.contracts.supervision import SUPERVISION
from shared.kernel.worker import Parts
from shared.web.run import run

PARTS = Parts(
    contract=SUPERVISION,
    package="services.supervision",
    handlers=HANDLERS,
    sources=SOURCES,
    projections=PROJECTIONS,
    policies=POLICIES,
    timed=TIMED,
)

if __name__ == "__main__":
    sys.exit(run(PARTS, TABLE, Settings, sys.argv[1:]))
