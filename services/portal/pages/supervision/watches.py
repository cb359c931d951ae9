"""The ladder: what is late, how far it has climbed, who moves it next; and what is under listed supervision."""

import hashlib
from collections.abc import Mapping

from starlette.responses import Response

from services.portal.pages.desk import Act, ask, carry_out, given, known, listed, missing, number, one_page, told, units_of
from services.portal.pages.history import history
from services.portal.pages.supervision.common import LADDERS, show
from services.portal.pages.visit import Visit
from services.portal.queries.desks import titles

_FILTERS = ("status", "subject", "unit", "moved_by", "step")
_SERVICE = "supervision"
_LETTERS = {"rectification-letter": "rectification-letter", "bulletin": "bulletin", "reminder": "work-prompt", "urging": "work-prompt"}
ACTS = {
    "escalate": Act(
        "/watches/{watch_id}/escalate",
        lambda visit: {"rung": number(visit, "rung"), **given(remark=visit.text("escalate_remark"))},
        "escalated",
    ),
}
LISTING_ACTS: Mapping[str, Act] = {
    "list": Act(
        "/listings",
        lambda visit: {
            "subject": visit.text("subject"),
            "subject_id": visit.text("subject_id"),
            "owner": visit.text("owner"),
            "criterion": visit.text("criterion"),
            "reason": visit.text("list_reason"),
        },
        "listed",
        {"subject_id": "请填写事项编号。", "owner": "请选择整改单位。", "list_reason": "请写明为什么挂牌。"},
        {"reason": "list_reason"},
    ),
    "owner": Act(
        "/listings/{listing_id}/owner",
        lambda visit: {"owner": visit.text("new_owner")},
        "owner_named",
        {"new_owner": "请选择整改单位。"},
    ),
    "delist": Act(
        "/listings/{listing_id}/delist",
        lambda visit: {
            "evidence": visit.text("evidence"),
            "digest": hashlib.sha256(visit.text("evidence").encode()).hexdigest(),
        },
        "delisted",
        {"evidence": "请写明凭什么摘牌：谁核验、看到什么。"},
    ),
}


async def watches(visit: Visit) -> Response:
    """List what is watched; at first what waits for people to move it up."""
    filters = {name: visit.asked(name) for name in _FILTERS}
    if "status" not in visit.request.query_params:
        filters["status"] = "waiting"
    found, following = await one_page(visit, _SERVICE, "/watches", **filters)
    async with visit.reading() as connection:
        names = await titles(connection, visit.county, known(found.rows, "subject_id"))
    return await show(
        visit,
        "watches.html",
        "/watches",
        watches=found,
        following=following,
        filters=filters,
        names=names,
        ladders=LADDERS,
        choices=units_of(visit),
    )


async def watch(visit: Visit) -> Response:
    """Show how one thing climbed and what comes next; take what whom the rung names decides."""
    watch_id = str(visit.request.path_params["watch_id"])
    outcome = await carry_out(visit, _SERVICE, ACTS, f"/supervision/watches/{watch_id}")
    if outcome.response is not None:
        return outcome.response
    found = await ask(visit, _SERVICE, f"/watches/{watch_id}")
    if not found.ok:
        return await missing(visit, found)
    row = dict(found.data)
    subject_id = str(row["subject_id"]).partition(":")[0]
    climbs = await listed(visit, _SERVICE, "/escalations", subject=row["subject"], unit=row["unit"])
    async with visit.reading() as connection:
        notices = known([{"id": each} for each in row["notice_ids"] or ()], "id")
        names = await titles(connection, visit.county, [*known([row], "subject_id"), *notices])
    mine = [each for each in climbs.rows if each["watch_id"] == row["id"]]
    return await show(
        visit,
        "watch.html",
        "/watches",
        outcome.status,
        watch=row,
        name=row["title"] or names.get(subject_id, subject_id),
        subject_id=subject_id,
        names=names,
        climbs=mine,
        climbs_away=climbs.away,
        may_move=row["next_moved_by"] in visit.roles and row["status"] == "waiting",
        letter=_LETTERS.get(row["next_step"] or row["step"] or "", "rectification-letter"),
        told=told(visit),
        errors=outcome.errors,
        summary=outcome.summary(),
        history=await history(visit, _SERVICE, f"/watches/{watch_id}"),
    )


async def listings(visit: Visit) -> Response:
    """Show what is under listed supervision; a leader lists, names who puts it right, and takes off on evidence."""
    outcome = await carry_out(visit, _SERVICE, LISTING_ACTS, "/supervision/listings")
    if outcome.response is not None:
        return outcome.response
    found = await listed(visit, _SERVICE, "/listings")
    async with visit.reading() as connection:
        names = await titles(connection, visit.county, known(found.rows, "subject_id"))
    for row in found.rows:
        row["name"] = visit.names.of(row["subject_id"]) if row["subject"] == "unit" else names.get(row["subject_id"], row["subject_id"])
    chosen = next((row for row in found.rows if row["id"] == (visit.text("listing_id") or visit.asked("listing"))), None)
    return await show(
        visit,
        "listings.html",
        "/listings",
        outcome.status,
        listings=found,
        chosen=chosen,
        told=told(visit, subject=visit.asked("subject"), subject_id=visit.asked("subject_id"), owner=visit.asked("owner")),
        errors=outcome.errors,
        summary=outcome.summary(),
        choices=units_of(visit),
        asked_for=visit.asked("subject_id") or visit.text("act") == "list",
    )
