"""The audit: the story of a thing, an event's very bytes with their proof, and how to take it all away as a pack."""

import re
from typing import Any

import orjson
from starlette.responses import Response

from services.portal.lanes import LANES
from services.portal.pages.event_names import EVENT_NAMES, SERVICE_NAMES
from services.portal.pages.past import LISTS
from services.portal.pages.past import PAGES as PAST
from services.portal.pages.places import ROLE_NAMES
from services.portal.pages.visit import Page, Visit
from services.portal.queries.archive import reach
from services.portal.queries.audit import ArchiveFinder, event_at
from services.portal.stream.masking import level_of, masked
from shared.kernel.envelope import Envelope, open_body
from shared.kernel.timeline.story import Story, story
from shared.kernel.workdays.instants import SHANGHAI

READERS = ("auditor", "office", "leader")
FOLLOWED = ("need", "project", "verification", "watch", "notice", "listing", "finding")
"""The streams a story goes on through, as on the command line."""
_ID = re.compile(r"(?:[a-z]+-)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\Z")
_RECEIPT = re.compile(r"[0-9]{4}-[0-9]{6,18}-[0-9]\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DIGITS = 18
_GIST = 60
_WITHOUT_POLICY: dict[str, Any] = {"logs": [], "witnesses": [], "quorum": 0}


async def home(visit: Visit) -> Response:
    """Tell the story of the thing whose id was given; say how evidence is taken away."""
    asked = visit.asked("id").lower()
    found, missing = None, ""
    if asked:
        thing = await _thing(visit, asked)
        if thing:
            async with visit.reading() as connection:
                found = await story(ArchiveFinder(connection, visit.county), thing, FOLLOWED)
        if found is None or not found.events:
            found, missing = None, visit._("没有找到“{id}”。请核对受理编号、需求或项目的编号、事件编号。").format(id=asked)
    async with visit.reading() as connection:
        begins, ends = await reach(connection, visit.county)
    told = [] if found is None else [_told(visit, event, found) for event in found.events]
    return await visit.show(
        "audit.html",
        404 if missing else 200,
        asked=asked,
        missing=missing,
        story=found,
        events=told,
        steps=[_step(event) for event in told],
        lanes=list(zip(LANES, begins, ends, strict=True)),
        pack=_pack(visit),
        lists=LISTS,
        service_names=SERVICE_NAMES,
    )


async def _thing(visit: Visit, asked: str) -> str:
    """Return the id that a text names: itself, or the need a receipt's number is about; nothing where it is none."""
    if _RECEIPT.match(asked):
        found = await visit.get("intake", "/petitions", receipt=asked)
        items = found.data.get("items", ()) if found.ok else ()
        return str(items[0]["need_id"]) if items else ""
    named = _ID.match(asked)
    return named[1] if named else ""


def _told(visit: Visit, event: Envelope, found: Story) -> dict[str, Any]:
    meta, cause = event.meta, found.cause_of(event)
    return {
        "service": meta.service,
        "position": meta.position,
        "type": meta.type,
        "text": visit._(EVENT_NAMES[meta.type]) if meta.type in EVENT_NAMES else meta.type,
        "stream": meta.stream,
        "at": meta.recorded_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "who": _who(visit, event),
        "cause": None if cause is None else f"{cause.meta.service}@{cause.meta.position}",
        "because": "" if cause is None else visit._(EVENT_NAMES.get(cause.meta.type, cause.meta.type)),
        "href": visit.address(f"/audit/events/{meta.service}/{meta.position}"),
        "gist": _gist(event.data),
        "visit": visit,
    }


def _gist(data: dict[str, Any]) -> str:
    """Return the one sentence of an event's own that says the most."""
    found = next((data[name] for name in ("title", "promise", "reason", "text", "summary", "name") if isinstance(data.get(name), str)), "")
    return found if len(found) <= _GIST else f"{found[:_GIST]}…"


def _who(visit: Visit, event: Envelope) -> str:
    meta = event.meta
    if meta.role == "system":
        return f"{visit._('系统自动')} · {meta.actor.removeprefix('system:')}"
    role = visit._(ROLE_NAMES[meta.role]) if meta.role in ROLE_NAMES else meta.role
    unit = visit.names.of(meta.unit) if meta.unit else ""
    return " · ".join(part for part in (role, meta.actor, unit) if part)


def _step(told: dict[str, Any]) -> dict[str, Any]:
    """Return an event as the timeline shows it."""
    _ = told["visit"]._
    place = f"{told['service']}@{told['position']} · {told['stream'].partition('-')[0]}"
    because = _("起因：{what}（{where}）").format(what=told["because"], where=told["cause"]) if told["cause"] else ""
    note = "　".join(part for part in (told["gist"], because) if part)
    return {"text": told["text"], "at": told["at"], "who": f"{told['who']} · {place}", "note": note, "state": "done", "href": told["href"]}


def _pack(visit: Visit) -> dict[str, str]:
    """Return the command that writes an evidence pack of the chosen period."""
    begins, ends = (text if _DAY.match(text := visit.asked(name)) else "" for name in ("from", "to"))
    name = "-".join(part for part in (visit.county, begins, ends) if part)
    parts = [f"yinuo events export --county {visit.county} --out {name}.tar"]
    parts += [f"--{option} {day}" for option, day in (("from", begins), ("to", ends)) if day]
    return {"from": begins, "to": ends, "command": " ".join(parts)}


async def event(visit: Visit) -> Response:
    """Show one event: its envelope, the bytes, and the proof that it stands in the signed log."""
    body = await _body(visit)
    if body is None:
        return await visit.show("refused.html", 404, title=visit._("这个位置没有事件，或者门户的档案已不再保留。"))
    opened, level = open_body(body), level_of(visit.signed_in.principal.actor) if visit.signed_in else "public"
    shown = masked(body, level) or b""
    pretty = orjson.dumps(orjson.loads(shown), option=orjson.OPT_INDENT_2).decode()
    source, position = opened.meta.service, opened.meta.position
    given, why = await _proof(visit, source, position) if level == "auditor" else (None, "")
    return await visit.show(
        "audit_event.html",
        each=_told(visit, opened, Story([opened], [], [])),
        meta=opened.meta,
        raw=shown.decode(),
        whole=level == "auditor",
        size=len(body),
        pretty=pretty,
        given=given,
        why=why,
        own_list=next((name for name, one in LISTS.items() if one.service == source), "needs"),
        same=visit.address("/audit", id=opened.meta.stream[-36:]),
    )


async def raw(visit: Visit) -> Response:
    """Hand out an event's very bytes, as they were hashed, to auditors."""
    body = await _body(visit)
    if body is None:
        return await visit.show("refused.html", 404, title=visit._("这个位置没有事件，或者门户的档案已不再保留。"))
    source, position = visit.request.path_params["source"], visit.request.path_params["position"]
    headers = {"Content-Disposition": f'attachment; filename="{source}-{visit.county}-{position}.json"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/cloudevents+json", headers=headers)


async def proof(visit: Visit) -> Response:
    """Hand out the proof of an event, a file to keep, to auditors."""
    source, position = visit.request.path_params["source"], visit.request.path_params["position"]
    if source not in LANES or not position.isdecimal():
        return await visit.show("refused.html", 404, title=visit._("这个位置没有事件，或者门户的档案已不再保留。"))
    found = await visit.site.services.get(source, f"/tlog/{visit.county}/proof/{position}", visit.token, language=visit.language)
    if not found.ok:
        return await visit.show("refused.html", found.status, title=found.title or visit._("办理这件事的服务暂时没有回应，请稍后再试。"))
    headers = {"Content-Disposition": f'attachment; filename="{source}-{visit.county}-{position}.tlog-proof"', "Cache-Control": "no-store"}
    return Response(found.content, media_type="text/plain; charset=utf-8", headers=headers)


async def _body(visit: Visit) -> bytes | None:
    source, position = visit.request.path_params["source"], visit.request.path_params["position"]
    if source not in LANES or not position.isascii() or not position.isdecimal() or len(position) > _DIGITS:
        return None
    async with visit.reading() as connection:
        return await event_at(connection, visit.county, source, int(position))


async def _proof(visit: Visit, source: str, position: int) -> tuple[dict[str, Any] | None, str]:
    """Return what the browser checks a proof with, or why there is none."""
    found = await visit.site.services.get(source, f"/tlog/{visit.county}/proof/{position}", visit.token, language=visit.language)
    if not found.ok:
        return None, found.title or visit._("办理这件事的服务暂时没有回应，请稍后再试。")
    policy = await visit.site.services.get(source, f"/tlog/{visit.county}/policy", None, language=visit.language)
    trusted = trusted_by(policy.content.decode(), f"/{source}/{visit.county}") if policy.ok else _WITHOUT_POLICY
    return {"proof": found.content.decode(), **trusted}, ""


def trusted_by(policy: str, lane: str) -> dict[str, Any]:
    """Return the keys of a tlog-policy that vouch for a lane: its log's, the witnesses', and how many of them must have signed."""
    lines = [line.split() for line in policy.splitlines() if line.strip()]
    logs = [words[1] for words in lines if words[0] == "log" and words[1].partition("+")[0].endswith(lane)]
    groups = {words[1]: words[2] for words in lines if words[0] == "group"}
    named = next((words[1] for words in lines if words[0] == "quorum"), "none")
    witnesses = [words[2] for words in lines if words[0] == "witness"]
    needed = groups.get(named, "0" if named == "none" else "1")
    quorum = len(witnesses) if needed == "all" else int(needed) if needed.isdecimal() else 1
    return {"logs": logs, "witnesses": witnesses, "quorum": quorum, "origin": logs[0].partition("+")[0] if logs else None}


PAGES = (
    Page("/c/{county}/audit", home, roles=READERS, methods=("GET",)),
    Page("/c/{county}/audit/events/{source}/{position}", event, roles=READERS, methods=("GET",)),
    Page("/c/{county}/audit/events/{source}/{position}/raw", raw, roles=("auditor",), methods=("GET",)),
    Page("/c/{county}/audit/events/{source}/{position}/proof", proof, roles=("auditor",), methods=("GET",)),
    *PAST,
)
