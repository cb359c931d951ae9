"""The open interfaces: what other programs read of the portal, and what it tells people who asked to be told."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from services.portal.interfaces.calendars.api import Calendaring
from services.portal.interfaces.feeds.api import Feeds
from services.portal.interfaces.notifying import Notifying
from services.portal.interfaces.open311.api import Open311
from services.portal.interfaces.open_data.api import OpenData
from services.portal.login.authority import Authority
from services.portal.pages.site import Site
from services.portal.settings import Settings


class Interfaces:
    """All open interfaces of one running portal."""

    def __init__(self, site: Site, authority: Authority, settings: Settings) -> None:
        self._open311 = Open311(site, keys=settings.open311_keys(), keyless=settings.environment == "development")
        self._open_data = OpenData(site)
        self._feeds = Feeds(site)
        self._calendaring = Calendaring(site, authority)
        self._notifying = Notifying(site, settings)

    def routes(self) -> Sequence[BaseRoute]:
        """Return their addresses."""
        parts = (self._open311, self._open_data, self._feeds, self._calendaring, self._notifying)
        return [route for part in parts for route in part.routes()]

    def start(self) -> None:
        """Begin what runs by itself."""
        self._notifying.start()

    async def stop(self) -> None:
        """End it."""
        await self._notifying.stop()
