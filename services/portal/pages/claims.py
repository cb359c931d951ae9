"""The claim hall and what somebody holds: take on, promise, tell how far it is, declare done, give back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.portal.pages.photos import EVIDENCE_SHOWN_TO, too_large
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit, an_id
from services.portal.queries.needs import some, wishes
from services.portal.queries.projects import hall, mine, project
from shared.web.cleaning import MOST_PHOTO_BYTES, PICTURES

CLAIMING = ("member", "branch", "unit", "leader")
_HALL = 24
_QUICKER = {"project_already_claimed", "wish_already_claimed"}
Body = dict[str, Any]


async def claim_hall(visit: Visit) -> Response:
    """Show what may be claimed, what waits longest first; take a claim, and say it kindly where somebody was quicker."""
    if visit.posted:
        answer = await _claim(visit)
        if answer.ok:
            if visit.text("what") == "wish":
                return visit.go("/mine", answer, "intake", said="wish_claimed")
            return visit.go(f"/projects/{visit.text('id')}", answer, "projects", said="claimed")
        _refused_kindly(visit, answer)
    own = visit.signed_in.principal.actor if visit.signed_in is not None else None
    role = next((role for role in visit.roles if role in CLAIMING), "member")
    filters = {name: visit.asked(name) for name in ("unit", "level")}
    if "unit" not in visit.request.query_params and own is not None and own.unit and role != "leader":
        filters["unit"] = own.unit  # one claims what is one's own unit's; the filter says so and can be cleared
    after = visit.asked("after_item")
    async with visit.reading() as connection:
        start = int(after) if after.isdecimal() else 0
        projects, following = await hall(connection, visit.county, {**filters, "role": role}, start, _HALL)
        wished = await wishes(connection, visit.county, "published", None, _HALL) if role == "member" and not after else []
    return await visit.show("hall.html", projects=projects, wishes=wished, next=following, filters=filters, role=role, today=visit.today)


async def _claim(visit: Visit) -> Answer:
    thing = an_id(visit.text("id"))
    if thing is None:
        return Answer(404, {"title": visit._("没有这一项，可能已经撤销。")})
    if visit.text("what") == "wish":
        return await visit.command("intake", f"/wishes/{thing}/claim", {})
    return await visit.command("projects", f"/projects/{thing}/claim", {})


def _refused_kindly(visit: Visit, answer: Answer) -> None:
    if answer.code in _QUICKER:
        visit.said.append({"kind": "info", "text": visit._("有同志先您一步认领了这一项，谢谢您！下面还有这些等着认领。")})
    else:
        visit.refused(answer)


async def held(visit: Visit) -> Response:
    """Show what somebody holds and has done, what is due first at the top; take a fulfilled or returned wish."""
    if visit.posted and (answer := await _wish(visit)) is not None:
        if answer.ok:
            return visit.go("/mine", answer, "intake", said="wish_fulfilled" if visit.text("act") == "fulfil" else "returned_claim")
        visit.refused(answer)
    async with visit.reading() as connection:
        projects = sorted(await mine(connection, visit.county, claimant(visit)), key=_first_due)
    own = await visit.get("intake", "/wishes", claimant=claimant(visit), limit="100") if "member" in visit.roles else Answer(200)
    return await visit.show("mine.html", projects=projects, wishes=own.data.get("items", ()), away=not own.ok, today=visit.today)


def _first_due(project: Mapping[str, Any]) -> tuple[bool, date]:
    """What is in hand comes first, what is not even promised before all; what waits for others or is over keeps its order behind."""
    in_hand = project["status"] == "claimed"
    return not in_hand, (project["complete_by"] or date.min) if in_hand else date.max


async def _wish(visit: Visit) -> Answer | None:
    thing = an_id(visit.text("id"))
    bodies: dict[str, Body] = {"fulfil": {"text": visit.text("text")}, "give-back": {"reason": visit.text("text")}}
    act = visit.text("act")
    if thing is None or act not in bodies:
        return None
    return await visit.command("intake", f"/wishes/{thing}/{act}", bodies[act])


async def one(visit: Visit) -> Response:
    """Show a project to everybody, and to its claimant what can be done next."""
    if visit.posted and visit.signed_in is None:
        return await visit.site.sign_in_first(visit)  # the page is everybody's, its forms are not: what was typed is kept
    project_id = an_id(visit.request.path_params["project_id"])
    typed: Mapping[str, str] = {}
    if project_id is not None and visit.posted:
        act = visit.text("act")
        answer = await _act(visit, project_id, act)
        if answer is not None and answer.ok:
            return visit.go(f"/projects/{project_id}", answer, "projects", said=_DONE[act])
        if answer is not None:
            visit.refused(answer)
        typed = {name: visit.text(name) for name in ("promise", "complete_by", "percent", "text", "summary", "reason")}
    async with visit.reading() as connection:
        shown = None if project_id is None else await project(connection, visit.county, project_id)
        needs = [] if shown is None else await some(connection, visit.county, [UUID(each) for each in shown["need_ids"] or ()])
    if shown is None:
        return await visit.show("refused.html", 404, title=visit._("没有这个项目。请检查网址，或从承诺墙打开。"))
    photos = await visit.get_for(EVIDENCE_SHOWN_TO, "projects", "/evidence", project_id=project_id, min_position=visit.after("projects"))
    pictures = [item for item in photos.data.get("items", ()) if item["media_type"] in PICTURES]
    own = shown["claimant"] is not None and shown["claimant"] == claimant(visit)
    return await visit.show("project.html", each=shown, needs=needs, shown_photos=pictures, own=own, typed=typed, today=visit.today)


_DONE = {"pledge": "pledged", "progress": "reported", "complete": "completed", "give-back": "returned_claim", "photo": "reported"}


async def _act(visit: Visit, project_id: UUID, act: str) -> Answer | None:
    """Carry out what a claimant asks for; None where nothing was asked."""
    percent = visit.text("percent")
    bodies: dict[str, tuple[str, Body]] = {
        "pledge": ("pledge", {"promise": visit.text("promise"), "complete_by": visit.text("complete_by")}),
        "progress": ("progress", {"percent": int(percent) if percent.isdecimal() else -1, "text": visit.text("text")}),
        "complete": ("completion", {"summary": visit.text("summary")}),
        "give-back": ("claim/return", {"reason": visit.text("reason")}),
    }
    if act not in bodies:
        return None
    if act == "progress" and (photo := visit.form.get("photo")) and isinstance(photo, UploadFile) and photo.filename:
        attached = await _photo(visit, project_id, photo)
        if not attached.ok:
            return attached
    path, body = bodies[act]
    return await visit.command("projects", f"/projects/{project_id}/{path}", body)


async def _photo(visit: Visit, project_id: UUID, photo: UploadFile) -> Answer:
    """Hand a photo on; what it shows is the report's own text."""
    content = await photo.read(MOST_PHOTO_BYTES + 1)
    if len(content) > MOST_PHOTO_BYTES:
        return Answer(413, {"title": too_large(visit)})
    return await visit.site.services.upload(
        "projects",
        f"/v1/{visit.county}/projects/{project_id}/evidence",
        visit.token,
        content,
        headers={
            "Content-Type": photo.content_type or "application/octet-stream",
            "Caption": quote(visit.text("text")[:200] or "photo"),
            "Idempotency-Key": f"{visit.text('idempotency_key')}-photo",
        },
        language=visit.language,
    )


def claimant(visit: Visit) -> str:
    """Return the name under which whoever is signed in claims: members and leaders by account, units and branches by code."""
    if visit.signed_in is None:
        return ""
    actor = visit.signed_in.principal.actor
    role = next((role for role in actor.roles if role in CLAIMING), None)
    if role == "unit":
        return actor.unit or ""
    return (actor.branch or "") if role == "branch" else actor.sub


PAGES = (
    Page("/c/{county}/hall", claim_hall, roles=CLAIMING),
    Page("/c/{county}/mine", held, roles=CLAIMING),
    Page("/c/{county}/projects/{project_id}", one),
)
