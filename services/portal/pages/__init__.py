"""Pages: server-rendered, whole without scripts; they read the portal's own rows, and send what people do to the services."""

from collections.abc import Sequence

from services.portal.pages import audit, citizens, claims, dashboard, open_data, operators, review, screen, triage
from services.portal.pages.visit import Page

PAGES: Sequence[Page] = (
    *citizens.PAGES,
    *claims.PAGES,
    *triage.PAGES,
    *review.PAGES,
    *screen.PAGES,
    *dashboard.PAGES,
    *audit.PAGES,
    *operators.PAGES,
    *open_data.PAGES,
)
