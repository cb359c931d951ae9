"""The portal's composition root."""

import sys

from services.portal.consumers import PROJECTIONS, SOURCES
from services.portal.settings import Settings
from shared.kernel.events import Contract
from shared.kernel.worker import Parts
from shared.web.run import run

PORTAL = Contract("portal", [])
"""The portal publishes nothing."""
PARTS = Parts(contract=PORTAL, package="services.portal", handlers={}, sources=SOURCES, projections=PROJECTIONS)

if __name__ == "__main__":
    # Whoever only asks what the portal is made of, as the command line does, need not load its pages and its way to sign in.
    from services.portal.api import TABLE
    from services.portal.face import Portal

    sys.exit(run(PARTS, TABLE, Settings, sys.argv[1:], Portal))
