"""督办台: what is due and late, notices and their replies, the ladder, what nobody took, rounds, hearings, bulletins."""

from collections.abc import Sequence

from services.portal.pages.supervision.board import board, unowned
from services.portal.pages.supervision.common import COUNTY, DESK
from services.portal.pages.supervision.figures import compilation, figures
from services.portal.pages.supervision.hearings import hearing, hearings, tasks
from services.portal.pages.supervision.notices import letter, notice, notices
from services.portal.pages.supervision.rounds import new_round, one_round, rounds
from services.portal.pages.supervision.visits import visits
from services.portal.pages.supervision.watches import listings, watch, watches
from services.portal.pages.supervision.writing import new_notice
from services.portal.pages.visit import Page

_HERE = "/c/{county}/supervision"

PAGES: Sequence[Page] = (
    Page(_HERE, board, DESK, ("GET",)),
    Page(f"{_HERE}/unowned", unowned, COUNTY, ("GET",)),
    Page(f"{_HERE}/notices", notices, DESK, ("GET",)),
    Page(f"{_HERE}/notices/new", new_notice, COUNTY),
    Page(f"{_HERE}/notices/{{notice_id:uuid}}", notice, DESK),
    Page(f"{_HERE}/notices/{{notice_id:uuid}}/letter", letter, DESK, ("GET",)),
    Page(f"{_HERE}/watches", watches, DESK, ("GET",)),
    Page(f"{_HERE}/watches/{{watch_id:uuid}}", watch, DESK),
    Page(f"{_HERE}/listings", listings, DESK),
    Page(f"{_HERE}/rounds", rounds, COUNTY, ("GET",)),
    Page(f"{_HERE}/rounds/new", new_round, ("office", "leader")),
    Page(f"{_HERE}/rounds/{{round_id:uuid}}", one_round, COUNTY),
    Page(f"{_HERE}/hearings", hearings, COUNTY),
    Page(f"{_HERE}/hearings/{{hearing_id:uuid}}", hearing, COUNTY),
    Page(f"{_HERE}/tasks", tasks, DESK),
    Page(f"{_HERE}/visits", visits, DESK),
    Page(f"{_HERE}/figures", figures, COUNTY),
    Page(f"{_HERE}/figures/{{figures_id:uuid}}", compilation, COUNTY, ("GET",)),
)
