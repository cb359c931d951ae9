"""What the pages of the 考核台 share: who uses it, its views, points."""

from typing import Any

from starlette.responses import Response

from services.portal.pages.desk import number
from services.portal.pages.visit import Visit

DESK = ("office", "unit", "branch", "leader", "inspector")
WITH_UNITS = ("office", "unit", "leader", "inspector")
COUNTY = ("office", "leader", "inspector")
ITEMS = ("materials", "satisfaction", "awareness", "quality", "demonstration")
TIERS = ("office", "unit", "branch")
_VIEWS = (
    ("", "待验收", DESK),
    ("/units", "单位得分", WITH_UNITS),
    ("/look-backs", "回头看", COUNTY),
    ("/surveys", "满意度调查", DESK),
    ("/annual", "年度考核", WITH_UNITS),
    ("/signs", "走过场迹象", COUNTY),
)


async def show(visit: Visit, template: str, here: str, status: int = 200, **context: Any) -> Response:  # noqa: ANN401 - a template's
    """Show a page of the desk, with its views."""
    roles = set(visit.roles)
    tabs = [
        {"href": visit.address(f"/scoring{path}"), "text": visit._(text), "current": path == here}
        for path, text, wanted in _VIEWS
        if roles & set(wanted)
    ]
    shared = {"desk": visit._("考核台"), "tabs": tabs, "today": visit.today}
    return await visit.show(f"scoring/{template}", status, **shared, **context)


def own(visit: Visit) -> dict[str, str]:
    """Return the unit and branch a visitor is confined to; nothing for those who see the county."""
    if set(COUNTY) & set(visit.roles) or visit.signed_in is None:
        return {}
    actor = visit.signed_in.principal.actor
    return {"unit": actor.unit or "", "branch": (actor.branch or "") if "branch" in visit.roles and "unit" not in visit.roles else ""}


def account(visit: Visit) -> str:
    """Return the account of whoever is signed in."""
    return "" if visit.signed_in is None else visit.signed_in.principal.actor.sub


def points(visit: Visit) -> dict[str, Any]:
    """Return the points typed for the items of a sheet."""
    return {item: number(visit, f"points_{item}") for item in ITEMS if visit.text(f"points_{item}")}
