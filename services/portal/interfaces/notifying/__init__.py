"""Telling people what they asked to be told, by mail or through a gateway for SMS and WeChat: opted in, never twice."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from services.portal.interfaces.notifying.dispatching import Dispatching
from services.portal.interfaces.notifying.following import Following
from services.portal.interfaces.notifying.pages import Subscribing
from services.portal.interfaces.notifying.ports import Mail, Port, Webhook
from services.portal.interfaces.notifying.subscriptions import Subscriptions
from services.portal.pages.site import Site
from services.portal.pages.words import translations
from services.portal.settings import Settings

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


class Notifying:
    """Subscriptions, what follows from them, and the ways out, of one running portal."""

    def __init__(self, site: Site, settings: Settings) -> None:
        subscriptions = Subscriptions(site.worker.pool, site.vault)
        self._dispatching = Dispatching(
            site,
            subscriptions,
            Following(subscriptions, translations("zh").gettext),
            ports_of(settings),
            retry_seconds=settings.notify_retry_seconds,
            quiet=settings.notify_quiet or None,
        )
        self._pages = Subscribing(site, subscriptions, self._dispatching.place)

    def routes(self) -> "list[BaseRoute]":
        """Return the pages' addresses."""
        return self._pages.routes()

    def start(self) -> None:
        """Begin telling."""
        self._dispatching.start()

    async def stop(self) -> None:
        """Tell no more."""
        await self._dispatching.stop()


def ports_of(settings: Settings) -> Mapping[str, Port]:
    """Return by channel the way out there is; none: every dispatch there is recorded as skipped, with the reason."""
    ports: dict[str, Port] = {}
    if settings.smtp is not None and settings.smtp_from is not None:
        host, _, port = settings.smtp.rpartition(":")
        ports["email"] = Mail(host, int(port), settings.smtp_from, settings.smtp_tls, settings.smtp_user, settings.smtp_password())
    secret = settings.webhook_secret()
    if settings.webhook_url is not None and secret is not None:
        ports["sms"] = ports["wechat"] = Webhook(settings.webhook_url, secret)
    return ports
