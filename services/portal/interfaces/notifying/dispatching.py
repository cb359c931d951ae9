"""The loop that follows the lanes, reminds of deadlines, and sends what is queued: with patience, and not at night."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from services.portal.interfaces.notifying.following import Following
from services.portal.interfaces.notifying.messages import Place
from services.portal.interfaces.notifying.outbox import Dispatch, done, forget, later, take
from services.portal.interfaces.notifying.ports import Delivery, Later, Never, Port
from services.portal.interfaces.notifying.subscriptions import Subscription, Subscriptions
from services.portal.pages.site import Site
from shared.kernel.tenancy import TROUBLE, county_transaction
from shared.kernel.workdays import business_day
from shared.kernel.workdays.instants import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ATTEMPTS = 8
_LONGEST_SECONDS = 6 * 3600.0
_LOOK_SECONDS = 1.0
_REMIND_SECONDS = 15.0
_FORGET_SECONDS = 3_600.0
ABSENT: Mapping[str, str] = {"email": "no mail server is set (smtp)"}
_NO_GATEWAY = "no gateway is set (webhook_url)"
_log = structlog.get_logger(__name__)


def wait_before(attempts: int, first_seconds: float) -> float:
    """Return the seconds before the next attempt: the first wait doubled with each that failed, six hours at most."""
    return min(first_seconds * 2.0 ** (attempts - 1), _LONGEST_SECONDS)


def is_quiet(now: datetime, quiet: str | None) -> bool:
    """Tell whether an instant lies in the quiet hours (`21:00-08:00`, over midnight or not; of Shanghai); equal ends are none."""
    if quiet is None:
        return False
    began, _, ends = quiet.partition("-")
    at = now.astimezone(SHANGHAI).strftime("%H:%M")
    return began <= at < ends if began <= ends else at >= began or at < ends


class Dispatching:
    """Runs while the portal does; several portals share the work, a row is sent by one."""

    def __init__(
        self,
        site: Site,
        subscriptions: Subscriptions,
        following: Following,
        ports: Mapping[str, Port],
        *,
        retry_seconds: float,
        quiet: str | None,
    ) -> None:
        self._site = site
        self._subscriptions = subscriptions
        self._following = following
        self._ports = ports
        self._retry_seconds = retry_seconds
        self._quiet = quiet
        self._task: asyncio.Task[None] | None = None
        self._last: dict[tuple[str, str], float] = {}

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="notifying")

    async def stop(self) -> None:
        """End; what was taken and not sent is taken again in five minutes."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def place(self, county: str) -> Place:
        """Return what a county's messages come from."""
        return Place((await self._site.names(county)).county, f"{self._site.public_url}/c/{county}")

    async def _run(self) -> None:
        while True:
            busy = False
            for county in self._site.worker.settings.counties:
                try:
                    busy |= await self._look(county)
                except TROUBLE as fault:
                    _log.warning("notifying_waits", county=county, error=repr(fault))
                except Exception as fault:  # noqa: BLE001 - one county's trouble is not the others'
                    _log.error("notifying_failed", county=county, exc_info=fault)
            await asyncio.sleep(0 if busy else _LOOK_SECONDS)

    async def _look(self, county: str) -> bool:
        """Queue what is new, send what is due; tell whether there may be more."""
        now, pool = self._site.worker.clock.now(county), self._site.worker.pool
        async with county_transaction(pool, county, alone_of="notifying") as connection:
            place = await self.place(county) if await self._following.anybody(connection, county) else None
            more = await self._following.follow(connection, county, place)
            if place is not None and self._is_time(county, "remind", _REMIND_SECONDS):
                await self._following.remind(connection, county, place, business_day(now))
            if self._is_time(county, "forget", _FORGET_SECONDS):
                await self._subscriptions.forget(connection, county)
                await forget(connection, county)
        async with county_transaction(pool, county) as connection:
            due: Sequence[Dispatch] = await take(connection, county, awake=not is_quiet(now, self._quiet))
        await asyncio.gather(*(self._send(county, dispatch, now) for dispatch in due))
        return more

    def _is_time(self, county: str, what: str, every: float) -> bool:
        last = self._last.get((county, what))
        if last is not None and time.monotonic() - last < every:
            return False
        self._last[county, what] = time.monotonic()
        return True

    async def _send(self, county: str, dispatch: Dispatch, now: datetime) -> None:
        pool = self._site.worker.pool
        async with county_transaction(pool, county) as connection:
            subscription = await self._subscriptions.find(connection, county, dispatch.subscription_id)
        state, reason, again = "sent", None, 0.0
        address = None if subscription is None else self._subscriptions.address(subscription)
        if subscription is None or subscription.sealed is None:
            state, reason = "skipped", "the subscription has ended"
        elif address is None:
            state, reason = "skipped", "its address was sealed under a key that is no longer known"
        elif (port := self._ports.get(subscription.channel)) is None:
            state, reason = "skipped", ABSENT.get(subscription.channel, _NO_GATEWAY)
        else:
            try:
                await port.send(self._delivery(subscription, address, dispatch, now, await self.place(county)))
            except Never as fault:
                state, reason = "failed", str(fault)
            except Later as fault:
                reason = str(fault)
                state, again = (
                    ("failed", 0.0)
                    if dispatch.attempts >= MOST_ATTEMPTS
                    else ("queued", wait_before(dispatch.attempts, self._retry_seconds))
                )
        async with county_transaction(pool, county) as connection:
            if state == "queued":
                await later(connection, county, dispatch, reason or "", again)
            else:
                await done(connection, county, dispatch, state, reason)
        _log.info("dispatched", county=county, state=state, reason=reason, attempts=dispatch.attempts)

    def _delivery(self, subscription: Subscription, address: str, dispatch: Dispatch, now: datetime, place: Place) -> Delivery:
        manage = f"{place.address}/subscriptions/{self._subscriptions.token(subscription.county, subscription.subscription_id)}"
        return Delivery(
            key=f"{dispatch.event_id}.{dispatch.subscription_id}",
            county=subscription.county,
            channel=subscription.channel,
            address=address,
            title=dispatch.message.title,
            body=dispatch.message.body,
            manage=manage,
            end=f"{manage}/end",
            at=now,
        )
