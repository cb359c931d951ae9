"""Pages: server-rendered, whole without scripts; they read the portal's own rows, and send what people do to the services."""

from collections.abc import Sequence

from services.portal.pages import (
    audit,
    branch,
    citizens,
    claims,
    dashboard,
    open_data,
    operators,
    photos,
    receipts,
    review,
    scoring,
    screen,
    supervision,
    tracking,
    triage,
)
from services.portal.pages.visit import Page

PAGES: Sequence[Page] = (
    *citizens.PAGES,
    *tracking.PAGES,
    *photos.PAGES,
    *receipts.PAGES,
    *claims.PAGES,
    *triage.PAGES,
    *review.PAGES,
    *supervision.PAGES,
    *scoring.PAGES,
    *branch.PAGES,
    *screen.PAGES,
    *dashboard.PAGES,
    *audit.PAGES,
    *operators.PAGES,
    *open_data.PAGES,
)
