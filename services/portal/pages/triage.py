"""The office's table of needs: accept, hand to a unit, ask, answer, decline, publish a wish; and a unit's needs to answer."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.portal.pages.photos import NEEDS_SHOWN_TO
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit, an_id
from services.portal.queries.needs import counts, need, waiting

STANDING = {
    "new": ["submitted"],
    "accepted": ["accepted"],
    "routed": ["routed"],
    "closed": ["answered", "declined"],
}
_PAGE = 30
_SAID = {
    "accept": "accepted",
    "unphoto": "photo_removed",
    "route": "routed",
    "ask": "done",
    "answer": "answered",
    "decline": "declined",
    "publish": "wish_published",
    "propose": "proposed",
    "merge": "done",
}
WORKERS = ("clerk", "branch", "unit", "office", "leader", "inspector", "auditor")


async def triage(visit: Visit) -> Response:
    """Show needs by where they stand, in the order they came, with the day by which somebody must own them."""
    own = "" if {"office", "clerk"} & {*visit.roles} or visit.signed_in is None else visit.signed_in.principal.actor.unit or ""
    standing = visit.asked("standing", "routed" if own else "new")
    # Units and branches see first what was handed to them; the filter says so and can be cleared.
    unit = visit.asked("unit") if "unit" in visit.request.query_params else own if standing == "routed" else ""
    filters = {"town": visit.asked("town") or None, "kind": visit.asked("kind") or None, "unit": unit or None}
    after = visit.asked("after_item")
    async with visit.reading() as connection:
        rows = await waiting(
            connection,
            visit.county,
            STANDING.get(standing, STANDING["new"]),
            filters,
            after=int(after) if after.isdecimal() else 0,
            count=_PAGE,
        )
        totals = await counts(connection, visit.county)
    following = rows[-1]["position"] if len(rows) == _PAGE else None
    return await visit.show(
        "triage.html", rows=rows, next=following, standing=standing, filters=filters, totals=totals, standings=STANDING, today=visit.today
    )


async def one(visit: Visit) -> Response:
    """Show a need to those who work on it, with what can be done next."""
    need_id = an_id(visit.request.path_params["need_id"])
    if need_id is not None and visit.posted:
        act = visit.text("act")
        answer = await _act(visit, need_id, act)
        if answer is not None and answer.ok:
            if act == "propose":
                return visit.go(f"/projects/{answer.data['id']}", answer, "projects", said="proposed")
            return visit.go(f"/needs/{need_id}", answer, "intake", said=_SAID[act])
        if answer is not None:
            visit.refused(answer)
    async with visit.reading() as connection:
        shown = None if need_id is None else await need(connection, visit.county, need_id)
    if shown is None:
        return await visit.show("refused.html", 404, title=visit._("没有这件需求。请从列表打开。"))
    leaders, similar, photos = await asyncio.gather(
        visit.get_for({"office"}, "projects", "/leaders", limit="200"),
        visit.get_for({"office"}, "intake", "/needs/similar", text=shown["title"]),
        visit.get_for(NEEDS_SHOWN_TO, "intake", f"/needs/{need_id}/photos", min_position=visit.after("intake")),
    )
    typed = {name: value for name, value in visit.form.items() if isinstance(value, str)}
    return await visit.show(
        "need.html",
        each=shown,
        leaders=leaders.data.get("items", ()),
        similar=[item for item in similar.data.get("items", ()) if item["id"] != str(need_id)][:5],
        typed=typed,
        shown_photos=photos.data.get("items", ()),
        today=visit.today,
    )


async def _act(visit: Visit, need_id: UUID, act: str) -> Answer | None:
    """Carry out what is asked for; None where nothing was."""
    text = visit.text("text")
    place = f"/needs/{need_id}"
    bodies: dict[str, tuple[str, str, dict[str, Any]]] = {
        "accept": ("intake", f"{place}/accept", {}),
        "ask": ("intake", f"{place}/ask", {"question": text}),
        "route": (
            "intake",
            f"{place}/route",
            {
                "handling_unit": visit.text("handling_unit"),
                "responsible_leader": visit.text("responsible_leader"),
                **({"note": text} if text else {}),
                **({"reason": visit.text("reason")} if visit.text("reason") else {}),
            },
        ),
        "answer": ("intake", f"{place}/answer", {"outcome": visit.text("outcome"), "text": text}),
        "decline": ("intake", f"{place}/decline", {"outcome": visit.text("outcome"), "reason": text}),
        "merge": ("intake", f"{place}/merge", {"into": visit.text("into"), "reason": text}),
        "unphoto": ("intake", f"{place}/photos/{an_id(visit.text('photo_id'))}/remove", {"reason": text}),
        "publish": ("intake", f"/wishes/{need_id}/publish", {}),
        "propose": ("projects", "/projects", _proposal(visit, need_id)),
    }
    if act not in bodies:
        return None
    service, path, body = bodies[act]
    return await visit.command(service, path, body)


def _proposal(visit: Visit, need_id: UUID) -> dict[str, Any]:
    actor = visit.signed_in.principal.actor if visit.signed_in is not None else None
    unit = visit.text("unit") or (actor.unit if actor is not None else None) or ""
    branch = visit.text("branch") or (actor.branch if actor is not None else None)
    body = {"title": visit.text("title"), "level": visit.text("level"), "unit": unit, "need_ids": [str(need_id)]}
    return {**body, "planned_completion": visit.text("planned_completion"), **({"branch": branch} if branch else {})}


PAGES = (
    Page("/c/{county}/triage", triage, roles=WORKERS, methods=("GET",)),
    Page("/c/{county}/needs/{need_id}", one, roles=WORKERS),
)
