"""Projects's composition root."""

import sys

from services.projects.api import TABLE
from services.projects.consumers import POLICIES, PROJECTIONS, SOURCES
from services.projects.evidence import FileStore
from services.projects.handlers import HANDLERS, TIMED
from services.projects.settings import Settings
from shared.contracts.projects import PROJECTS
from shared.kernel.worker import Parts
from shared.web.run import run

PARTS = Parts(
    contract=PROJECTS,
    package="services.projects",
    handlers=HANDLERS,
    sources=SOURCES,
    projections=PROJECTIONS,
    policies=POLICIES,
    timed=TIMED,
    opens=lambda settings: FileStore(settings.evidence_url),
)

if __name__ == "__main__":
    sys.exit(run(PARTS, TABLE, Settings, sys.argv[1:]))
