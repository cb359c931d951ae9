"""Photos: chosen before a need is said, attached with its query code, taken back; shown to those who may see them."""

import asyncio
from collections.abc import Sequence

from starlette.datastructures import UploadFile
from starlette.responses import Response

from services.portal.login.vault import digest
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit, an_id
from shared.web.cleaning import LONGEST_PHOTO_SIDE, MOST_PHOTO_BYTES, PICTURES, Cleaned, cleaned_picture
from shared.web.problem import Problem

MOST_IN_A_FORM = 3
_SHOWN = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
_DONE = {"photo_already_attached"}
NEEDS_SHOWN_TO = {"clerk", "unit", "office", "leader", "inspector"}
EVIDENCE_SHOWN_TO = {"member", "branch", "unit", "leader", "office", "inspector", "auditor"}


async def chosen(visit: Visit) -> tuple[list[str], str]:
    """Return the secrets of the photos a form holds after this step, and what is wrong with one that was added."""
    dropped = {value for value in visit.form.getlist("drop") if isinstance(value, str)}
    held = [secret for secret in visit.text("photos").split() if secret not in dropped][:MOST_IN_A_FORM]
    counted = False
    for file in visit.form.getlist("photo"):
        if not isinstance(file, UploadFile) or not file.filename:
            continue
        if len(held) >= MOST_IN_A_FORM:
            return held, visit._("最多选 {most} 张照片，请先去掉一张。").format(most=MOST_IN_A_FORM)
        if not counted:
            visit.spoken()
            counted = True
        content = await file.read(MOST_PHOTO_BYTES + 1)
        if len(content) > MOST_PHOTO_BYTES:
            return held, too_large(visit)
        try:
            photo = await asyncio.to_thread(cleaned_picture, content, LONGEST_PHOTO_SIDE)
        except Problem as problem:
            return held, str(problem.document(visit.language, "")["title"])
        held.append(await visit.site.held.keep(visit.county, photo))
    return held, ""


def too_large(visit: Visit) -> str:
    """Say that a photo has too many bytes."""
    return visit._("照片超过 12 MB，请换一张小一些的，或在手机上压缩后再传。")


async def attach_held(visit: Visit, need_id: str, code: str, held: Sequence[str]) -> None:
    """Attach what was chosen to the need that was said; what cannot be attached is told on the page, and stays for an hour."""
    lost = 0
    for secret in held[:MOST_IN_A_FORM]:
        photo = await visit.site.held.find(visit.county, secret)
        if photo is None:
            continue
        answer = await _attached(visit, need_id, code, photo, f"photo-{digest(secret).hex()}")
        if answer.ok or answer.code in _DONE:
            await visit.site.held.end(visit.county, secret)
        else:
            lost += 1
    if lost:
        said = visit._("有 {n} 张照片没有传上。请点“查看办理情况”，在那里再传一次。").format(n=lost)
        visit.said.append({"kind": "warning", "text": said})


async def attach(visit: Visit, need_id: str, code: str) -> Answer:
    """Attach the photo a form brought to a need that is followed with its query code."""
    file = visit.form.get("photo")
    if not isinstance(file, UploadFile) or not file.filename:
        return Answer(422, {"title": visit._("请先选一张照片，再点“上传”。")})
    content = await file.read(MOST_PHOTO_BYTES + 1)
    if len(content) > MOST_PHOTO_BYTES:
        return Answer(413, {"title": too_large(visit)})
    photo = Cleaned(content, file.content_type or "application/octet-stream")  # intake cleans it
    return await _attached(visit, need_id, code, photo, visit.text("idempotency_key"))


async def _attached(visit: Visit, need_id: str, code: str, photo: Cleaned, key: str) -> Answer:
    headers = {"Content-Type": photo.media_type, "Query-Code": code, "Idempotency-Key": key}
    path = f"/v1/{visit.county}/tracking/{need_id}/photos"
    return await visit.site.services.upload("intake", path, None, photo.content, headers=headers, language=visit.language)


async def held_photo(visit: Visit) -> Response:
    """Show whoever chose a photo which one it was."""
    photo = await visit.site.held.find(visit.county, visit.request.path_params["secret"])
    return _gone(visit) if photo is None else Response(photo.content, media_type=photo.media_type, headers=_SHOWN)


async def photo_by_code(visit: Visit) -> Response:
    """Show a photo to whoever holds the query code it was shown with."""
    code, photo_id = visit.request.path_params["code"], an_id(visit.request.path_params["photo_id"])
    path = f"/v1/{visit.county}/tracking/{code}/photos/{photo_id}"
    return _picture(visit, await visit.site.services.get("intake", path, None, language=visit.language))


async def photo_of_need(visit: Visit) -> Response:
    """Show a photo of a need to those who handle it."""
    need_id, photo_id = (an_id(visit.request.path_params[name]) for name in ("need_id", "photo_id"))
    return _picture(visit, await visit.get("intake", f"/needs/{need_id}/photos/{photo_id}"))


async def evidence_of_project(visit: Visit) -> Response:
    """Show a photo of a project's progress to those who may see it."""
    project_id, evidence_id = (an_id(visit.request.path_params[name]) for name in ("project_id", "evidence_id"))
    return _picture(visit, await visit.get("projects", f"/projects/{project_id}/evidence/{evidence_id}"))


def _picture(visit: Visit, answer: Answer) -> Response:
    if not answer.ok or answer.media_type not in PICTURES:
        return _gone(visit)
    return Response(answer.content, media_type=answer.media_type, headers=_SHOWN)


def _gone(visit: Visit) -> Response:
    return Response(visit._("没有这张照片，或者它已经撤下。"), 404, media_type="text/plain; charset=utf-8", headers=_SHOWN)


PAGES = (
    Page("/c/{county}/held/{secret}", held_photo, methods=("GET",)),
    Page("/c/{county}/track/{code}/photos/{photo_id}", photo_by_code, methods=("GET",)),
    Page("/c/{county}/needs/{need_id}/photos/{photo_id}", photo_of_need, roles=tuple(sorted(NEEDS_SHOWN_TO)), methods=("GET",)),
    Page(
        "/c/{county}/projects/{project_id}/evidence/{evidence_id}",
        evidence_of_project,
        roles=tuple(sorted(EVIDENCE_SHOWN_TO)),
        methods=("GET",),
    ),
)
