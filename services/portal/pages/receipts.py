"""Receipts: shown once to whoever said something, or got later where they were still being made; and who carries in what is said."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import segno
from starlette.responses import Response

from services.portal.login.oidc import LoginFailed
from services.portal.pages.photos import attach_held
from services.portal.pages.visit import Page, Visit

if TYPE_CHECKING:
    from services.portal.pages.site import Site

_MAY_SUBMIT = {"citizen", "clerk", "member", "branch", "unit", "office", "leader"}
_RECEIPT_SECONDS = 7 * 24 * 3_600


async def receipt(visit: Visit) -> Response:
    """Show a receipt that was not to be had when something was said, to whoever was given its address then."""
    try:
        said = visit.site.vault.open("receipt", visit.county, bytes.fromhex(visit.request.path_params["of"]))
    except ValueError:
        said = None
    if said is None or said["until"] < time.time():
        return await visit.show("refused.html", 404, title=visit._("这个取回执的网址不完整，或已经超过七天。"))
    return await receipt_of(visit, said["need_id"], said["position"], await carrier(visit), said["photos"])


async def receipt_of(visit: Visit, need_id: str, position: str, token: str, held: Sequence[str] = ()) -> Response:
    """Show a receipt to whoever has just said something, and attach the photos they chose with its code.

    Where it is still being made, show the address to get it from.
    """
    own = token == visit.token
    found = await visit.site.services.get(
        "intake",
        f"/v1/{visit.county}/needs/{need_id}/receipts",
        token,
        params={"min_position": position, **({} if own else {"after": str(int(position) - 1), "limit": "1"})},
        language=visit.language,
    )
    items = found.data.get("items", ())
    # Nobody else's: the portal's own token holds the receipts of everybody who did not sign in. One's own voice may be from before.
    shown = next((item for item in items if item["position"] == position), items[-1] if own and items else None)
    if shown is None:
        return await visit.show("receipt.html", 202, receipt=None, qr="", address=later(visit.site, visit.county, need_id, position, held))
    if shown["code"] is not None:
        await attach_held(visit, need_id, shown["code"], held)
    address = visit.site.public_url + visit.address("/track", code=shown["code"])
    return await visit.show("receipt.html", 201, receipt=shown, qr=qr(address), address=address.removeprefix(visit.site.public_url))


def later(site: "Site", county: str, need_id: str, position: str, held: Sequence[str] = ()) -> str:
    """Return the address from which a receipt can be got that is still being made; the photos that were chosen go with it."""
    said = {"need_id": need_id, "position": position, "until": time.time() + _RECEIPT_SECONDS, "photos": list(held)}
    return f"/c/{county}/receipt/{site.vault.seal('receipt', county, said).hex()}"


def qr(text: str) -> str:
    """Return a QR code as SVG that stands in a page."""
    return str(segno.make(text, error="m", micro=False).svg_inline(scale=1, border=2, omitsize=True))


async def carrier(visit: Visit) -> str:
    """Return the token that carries in what somebody says: their own where it may, otherwise the portal's for visitors."""
    token = visit.token
    if token is not None and set(visit.roles) & _MAY_SUBMIT:
        return token
    try:
        return await visit.site.provider.visitor(visit.county)
    except LoginFailed:
        return ""


PAGES = (Page("/c/{county}/receipt/{of}", receipt, methods=("GET",)),)
