"""Intake's composition root."""

import sys

from services.intake.api import TABLE
from services.intake.consumers import POLICIES, PROJECTIONS, SOURCES
from services.intake.handlers import HANDLERS, TIMED
from services.intake.settings import Settings
from shared.contracts.intake import INTAKE
from shared.kernel.file_store import FileStore
from shared.kernel.worker import Parts
from shared.web.run import run

PARTS = Parts(
    contract=INTAKE,
    package="services.intake",
    handlers=HANDLERS,
    sources=SOURCES,
    projections=PROJECTIONS,
    policies=POLICIES,
    timed=TIMED,
    opens=lambda settings: FileStore(settings.photos_url),
)

if __name__ == "__main__":
    sys.exit(run(PARTS, TABLE, Settings, sys.argv[1:]))
