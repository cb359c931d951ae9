"""What the open interfaces that are read share: problems told as everywhere, answers that need not be sent again."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.portal.pages.site import Site
from shared.kernel.tenancy import COUNTY, TROUBLE
from shared.web.problem import Problem
from shared.web.requests import correlation_of, language

Answer = Callable[[Request], Awaitable[Response]]
_log = structlog.get_logger(__name__)


def county_of(site: Site, request: Request) -> str:
    """Return the path's county; a Problem where it is none here."""
    county: str = request.path_params["county"]
    if COUNTY.match(county) is None or county not in site.worker.settings.counties:
        raise Problem("county_unknown")
    return county


def guarded(inner: Answer) -> Answer:
    """Wrap an endpoint: whatever goes wrong is a problem document."""

    async def endpoint(request: Request) -> Response:
        try:
            return await inner(request)
        except Problem as problem:
            return problem.response(language(request), correlation_of(request))
        except TROUBLE as fault:
            _log.warning("request_failed", path=request.url.path, error=repr(fault))
            return Problem("unavailable", headers={"Retry-After": "1"}).response(language(request), correlation_of(request))
        except ClientDisconnect:
            raise
        except Exception as fault:  # noqa: BLE001 - the last door
            _log.error("internal_error", correlation_id=correlation_of(request), exc_info=fault)
            return Problem("internal").response(language(request), correlation_of(request))

    return endpoint


def tag_of(*parts: bytes) -> str:
    """Return the entity tag of what these parts make."""
    return f'"{hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:32]}"'


def unchanged(request: Request, tag: str, changed: datetime | None) -> bool:
    """Tell whether whoever asks has it already (RFC 9110, section 13.2.2): by the tag, only without one by the time it changed."""
    told = request.headers.get("if-none-match")
    if told is not None:
        return told.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in told.split(","))
    since = _since(request.headers.get("if-modified-since"))
    return since is not None and changed is not None and changed.replace(microsecond=0) <= since


def conditional(
    request: Request,
    content: bytes,
    media_type: str,
    changed: datetime | None,
    *,
    cache: str = "public, max-age=60",
    tag: str | None = None,
) -> Response:
    """Return a content, or 304 where whoever asks has it."""
    known = tag_of(content) if tag is None else tag
    headers = {"ETag": known, "Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    if changed is not None:
        headers["Last-Modified"] = http_date(changed)
    if unchanged(request, known, changed):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def http_date(instant: datetime) -> str:
    """Return an instant as headers write it."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def _since(told: str | None) -> datetime | None:
    if told is None:
        return None
    try:
        found = parsedate_to_datetime(told)
    except ValueError:
        return None
    return found if found.utcoffset() == timedelta(0) else None
