"""What is open to everybody: data and interfaces for developers, how to use the site, what becomes of what people say."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.portal.lanes import LANES
from services.portal.pages.descriptions import channels, messages, operations
from services.portal.pages.event_names import EVENT_NAMES, SERVICE_NAMES
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit
from services.portal.stream.masking import PUBLIC
from shared.kernel.tenancy import COUNTY

_DOCUMENTS = ("openapi", "asyncapi")


async def opened(visit: Visit) -> Response:
    """Show what is open: addresses, an example of the stream, and the descriptions of every service."""
    return await visit.show(
        "open.html",
        services=LANES,
        service_names=SERVICE_NAMES,
        base=visit.site.public_url,
        towns=visit.names.of_kind("town"),
        public=PUBLIC,
        names=EVENT_NAMES,
    )


async def interface(visit: Visit) -> Response:
    """Show a service's HTTP interface so that it can be read."""
    service = visit.request.path_params["service"]
    found = await _document(visit, service, "openapi")
    if not found.ok:
        return await _away(visit, found)
    shown = operations(found.data)
    return await visit.show(
        "interface.html", service=service, services=LANES, service_names=SERVICE_NAMES, operations=shown, info=found.data["info"]
    )


async def events(visit: Visit) -> Response:
    """Show the events a service sends and hears so that they can be read."""
    service = visit.request.path_params["service"]
    found = await _document(visit, service, "asyncapi")
    if not found.ok:
        return await _away(visit, found)
    kinds = messages(found.data, f"{service}.events.v1")
    return await visit.show(
        "events.html",
        service=service,
        services=LANES,
        service_names=SERVICE_NAMES,
        kinds=kinds,
        channels=channels(found.data),
        names=EVENT_NAMES,
    )


async def document(visit: Visit) -> Response:
    """Hand out a description as it is, for tools."""
    found = await _document(visit, visit.request.path_params["service"], visit.request.path_params["name"])
    return await _away(visit, found) if not found.ok else Response(found.content, media_type="application/json")


async def _document(visit: Visit, service: str, name: str) -> Answer:
    if service not in LANES or name not in _DOCUMENTS:
        return Answer(404)
    return await visit.site.services.get(service, f"/{name}.json", None)


async def _away(visit: Visit, found: Answer) -> Response:
    if found.status == 404:  # noqa: PLR2004 - HTTP
        return await visit.show("refused.html", 404, title=visit._("没有这份接口说明。请从“开放数据”页打开。"))
    return await visit.show("refused.html", 503, title=visit._("这个服务暂时没有回应，它的接口说明过一会儿再看。"))


async def privacy(visit: Visit) -> Response:
    """Say what becomes of what people say of themselves."""
    return await visit.show("privacy.html")


async def help_(visit: Visit) -> Response:
    """Say how the site is used."""
    return await visit.show("help.html")


async def accessibility(visit: Visit) -> Response:
    """Say for whom the site works, and where it does not yet."""
    return await visit.show("accessibility.html")


async def accessibility_of_all(request: Request) -> Response:
    """Send whoever asks without a county to the page of the county they come from, otherwise to where counties are chosen."""
    place = request.headers.get("referer", "").partition("/c/")[2].partition("/")[0]
    return RedirectResponse(f"/c/{place}/accessibility" if COUNTY.match(place) is not None else "/", 303)


PAGES = (
    Page("/c/{county}/open", opened, methods=("GET",)),
    Page("/c/{county}/open/{service}", interface, methods=("GET",)),
    Page("/c/{county}/open/{service}/events", events, methods=("GET",)),
    Page("/c/{county}/open/{service}/{name}.json", document, methods=("GET",)),
    Page("/c/{county}/privacy", privacy, methods=("GET",)),
    Page("/c/{county}/help", help_, methods=("GET",)),
    Page("/c/{county}/accessibility", accessibility, methods=("GET",)),
)
