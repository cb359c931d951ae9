"""The big screen of a county, for walls: dark, kept current by the stream; and the screens that may show it without a login."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.responses import RedirectResponse, Response

from services.portal.login.kiosks import COOKIE, Kiosks
from services.portal.pages import pictures
from services.portal.pages.counting import Counted, counting
from services.portal.pages.filters import clock_time
from services.portal.pages.site import STALE_SECONDS
from services.portal.pages.told import EVENT_WORDS, said
from services.portal.pages.visit import Page, Visit
from services.portal.queries.figures import share
from shared.kernel.workdays.instants import SHANGHAI

VIEWERS = ("leader", "office", "inspector", "auditor", "operator", "kiosk")
PARTS = ("tiles", "funnel", "towns", "burndown", "ranking", "flow", "ticker")
_RANKED = 8
_TICKER = 7
_YEAR_SECONDS = 365 * 24 * 3600
_NAME_MOST = 50
_KIOSK_ID = 64


def _watching(answer: Callable[[Visit], Awaitable[Response]]) -> Callable[[Visit], Awaitable[Response]]:
    """Let in who may look: by their role, or as a screen of this county that was not revoked."""

    @wraps(answer)
    async def guarded(visit: Visit) -> Response:
        viewer = await visit.site.viewers.of(visit.request)
        if not viewer.actor.has(*VIEWERS):
            return await visit.show("screen_closed.html", 403, signed_in=visit.signed_in is not None)
        return await answer(visit)

    return guarded


@_watching
async def screen(visit: Visit) -> Response:
    """Show the whole screen."""
    counted = await counting(visit.site).of(visit.county)
    return await visit.show(
        "screen.html",
        big=True,
        theme="dark",
        stream=f"/v1/{visit.county}/stream",
        freshness=_freshness(counted),
        parts=PARTS,
        live_on=" ".join(EVENT_WORDS),
        **_shown(visit, counted),
    )


@_watching
async def part(visit: Visit) -> Response:
    """Answer with one part of the screen, and up to when it reaches."""
    name = visit.request.path_params["name"]
    if name not in PARTS:
        return await visit.show("refused.html", 404, title=visit._("大屏没有这一部分。"))
    counted = await counting(visit.site).of(visit.county)
    response = await visit.show("screen_part.html", name=name, **_shown(visit, counted))
    response.headers["Yinuo-As-Of"] = counted.as_of.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    response.headers["Yinuo-Behind-Seconds"] = f"{counted.behind_seconds:.1f}"
    return response


def _freshness(counted: Counted) -> dict[str, object]:
    stale = counted.behind_seconds > STALE_SECONDS
    return {"as_of": clock_time(counted.as_of), "behind_seconds": f"{counted.behind_seconds:.1f}", "stale": stale}


def _shown(visit: Visit, counted: Counted) -> dict[str, Any]:
    """Return what the parts say."""
    figures = counted.figures
    return {
        "figures": figures,
        "satisfied": share(figures["satisfied"], figures["rated"]) if figures["rated"] else None,
        "closed_share": share(figures["closed"], figures["submitted"]),
        "rate": counted.rate,
        "pictures": {
            "funnel": pictures.funnel(visit, figures),
            "towns": pictures.tiles(visit, counted.towns),
            "burndown": pictures.burndown(visit, counted.burndown, counted.today),
            "ranking": pictures.ranking(visit, counted.ranking, _RANKED),
            "flow": pictures.flow(visit, counted.flow),
        },
        "ticker": [said(visit, row) for row in counted.latest[:_TICKER]],
    }


async def enter(visit: Visit) -> Response:
    """Take a screen's secret, typed or out of the address's fragment, which no server and no log ever sees; keep it in the browser."""
    if visit.posted:
        secret = visit.text("secret").rpartition("#")[2]
        if await _kiosks(visit).find(visit.county, secret) is not None:
            response = RedirectResponse(visit.address("/screen"), 303)
            response.set_cookie(COOKIE, secret, max_age=_YEAR_SECONDS, path="/", secure=True, httponly=True, samesite="strict")
            return response
        visit.said.append({"kind": "error", "text": visit._("这个口令不对，或者已经停用。请向县学教办要新的。")})
        return await visit.show("screen_enter.html", 403)
    return await visit.show("screen_enter.html")


async def kiosks(visit: Visit) -> Response:
    """List the screens on walls; make one, whose secret is shown this once; revoke one."""
    screens, made = _kiosks(visit), ""
    if visit.posted and visit.text("act") == "revoke":
        kiosk_id = visit.text("id")
        if len(kiosk_id) == _KIOSK_ID and all(digit in "0123456789abcdef" for digit in kiosk_id):
            await screens.revoke(visit.county, kiosk_id)
        return visit.go("/screen/kiosks", said="kiosk_revoked")
    if visit.posted:
        name = visit.text("name")[:_NAME_MOST]
        if name and visit.signed_in is not None:
            made = await screens.make(visit.county, name, visit.signed_in.principal.actor.sub)
        else:
            visit.said.append({"kind": "error", "text": visit._("请写明这块屏在哪里，例如：政务大厅一楼。")})
    address = f"{visit.site.public_url}{visit.address('/screen/enter')}#{made}" if made else ""
    return await visit.show("screen_kiosks.html", 201 if made else 200, kiosks=await screens.all(visit.county), made=made, enter=address)


def _kiosks(visit: Visit) -> Kiosks:
    return Kiosks(visit.site.worker.pool)


PAGES = (
    Page("/c/{county}/screen", screen, methods=("GET",)),
    Page("/c/{county}/screen/parts/{name}", part, methods=("GET",)),
    Page("/c/{county}/screen/enter", enter),
    Page("/c/{county}/screen/kiosks", kiosks, roles=("office",)),
)
