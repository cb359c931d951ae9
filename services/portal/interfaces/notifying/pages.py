"""The pages on which somebody subscribes, confirms it, and ends it."""

import re
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.portal.interfaces.guarding import county_of, guarded
from services.portal.interfaces.notifying.messages import Place, to_confirm
from services.portal.interfaces.notifying.outbox import put
from services.portal.interfaces.notifying.subscriptions import CHANNELS, Asked, Subscriptions, TooMany
from services.portal.pages.site import Site
from services.portal.pages.visit import Page, Visit
from shared.kernel.tenancy import county_transaction
from shared.web.problem import Problem

_ADDRESSES: dict[str, re.Pattern[str]] = {
    "email": re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}\Z"),
    "sms": re.compile(r"\+?[0-9]{7,15}\Z"),
    "wechat": re.compile(r"[A-Za-z0-9_-]{6,64}\Z"),
}
_NOT_FOUND = 404


class Subscribing:
    """Pages for those who want to be told."""

    def __init__(self, site: Site, subscriptions: Subscriptions, place: Callable[[str], Awaitable[Place]]) -> None:
        self._site = site
        self._subscriptions = subscriptions
        self._place = place

    def routes(self) -> list[BaseRoute]:
        """Return their addresses."""
        pages = [Page("/c/{county}/subscribe", self.subscribe), Page("/c/{county}/subscriptions/{token}", self.manage)]
        return [*self._site.routes(pages), Route("/c/{county}/subscriptions/{token}/end", guarded(self.end_at_once), methods=["POST"])]

    async def subscribe(self, visit: Visit) -> Response:
        """Take a subscription: to a need by its query code; signed in for a unit, to its deadlines. It has to be confirmed."""
        code = "".join((visit.text("code") if visit.posted else visit.asked("code")).upper().split())
        told = {
            "kind": visit.text("kind", "need"),
            "code": code,
            "channel": visit.text("channel", "email"),
            "address": visit.text("address"),
        }
        own = None if visit.signed_in is None or "unit" not in visit.roles else visit.signed_in.principal.actor.unit
        if not visit.posted:
            return await visit.show("subscribe.html", told=told, errors={}, own=own, asked=False)
        visit.spoken()
        asked, errors = await self._asked(visit, told, own)
        if asked is not None:
            try:
                await self._keep(visit, asked)
                return await visit.show("subscribe.html", told=told, errors={}, own=own, asked=True)
            except TooMany:
                errors = {"address": visit._("订阅已满，请先退订不用的。")}
        return await visit.show("subscribe.html", 422, told=told, errors=errors, own=own, asked=False)

    async def _asked(self, visit: Visit, told: Mapping[str, str], own: str | None) -> tuple[Asked | None, dict[str, str]]:
        """Return what a form asks for; None, and by field what is to be corrected."""
        channel, address, code = next((each for each in CHANNELS if each == told["channel"]), None), told["address"], told["code"]
        if channel is None or _ADDRESSES[channel].match(address) is None:
            return None, {"address": visit._("请按所选方式填写收消息的地址，并核对有没有写错。")}
        if told["kind"] == "unit" and own is not None:
            return Asked("unit", own, visit.names.of(own), channel, address), {}
        if not (code.isascii() and code.replace("-", "").isalnum()):
            return None, {"code": visit._("请填写回执上的查询码。")}
        found = await self._site.services.get("intake", f"/v1/{visit.county}/tracking/{code}", None, language=visit.language)
        if found.ok:
            return Asked("need", found.data["id"], found.data["receipt"], channel, address), {}
        missing = visit._("没有找到这个查询码，请对照回执再输一遍。")
        return None, {"code": missing if found.status == _NOT_FOUND else visit._("查询服务暂时没有回应，请过一会儿再试。")}

    async def _keep(self, visit: Visit, asked: Asked) -> None:
        place = await self._place(visit.county)
        async with county_transaction(self._site.worker.pool, visit.county) as connection:
            made = await self._subscriptions.make(connection, visit.county, asked)
            if made is not None:
                subscription_id, event_id = made
                await put(connection, visit.county, event_id, subscription_id, to_confirm(visit._, place, asked.label), urgent=True)

    async def manage(self, visit: Visit) -> Response:
        """Show a subscription to whoever holds its token, which only its address was told; confirm or end it."""
        subscription = await self._subscriptions.opened(visit.county, visit.request.path_params["token"])
        if subscription is None or subscription.ended_at is not None:
            return await visit.show("refused.html", 404, title=visit._("这个订阅已经退订，或地址不完整。"))
        state = "confirmed" if subscription.confirmed_at is not None else "asked"
        if visit.posted and visit.text("act") == "end":
            await self._subscriptions.end(subscription)
            state = "ended"
        elif visit.posted and state == "asked":
            if not await self._subscriptions.confirm(subscription):
                return await visit.show("refused.html", 404, title=visit._("确认已经超过 7 天，请重新订阅。"))
            state = "confirmed"
        return await visit.show("subscription.html", subscription=subscription, state=state)

    async def end_at_once(self, request: Request) -> Response:
        """End a subscription as mail programs ask for it (RFC 8058): the token is all it takes."""
        subscription = await self._subscriptions.opened(county_of(self._site, request), request.path_params["token"])
        if subscription is None:
            raise Problem("not_found")
        await self._subscriptions.end(subscription)
        return Response(status_code=204)
