"""Reading requests to GeoReport v2: which needs are asked for, and what a form that creates one says to intake."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.portal.interfaces.open311.answers import Refused
from services.portal.interfaces.open311.facts import DESCRIPTIONS, Translate
from services.portal.queries.open311 import Asked
from shared.kernel.workdays.instants import SHANGHAI

SPAN = timedelta(days=90)
"""The longest time one question covers, and the one it covers when it names none (GeoReport v2)."""
MOST_IDS, PAGE_SIZE, MOST_PAGE_SIZE, MOST_PAGES = 500, 50, 500, 1_000
_TITLE_MOST = 200
_NOT_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_YEARS = range(1970, 3000)
_STATUSES = ("open", "closed")


def asked(_: Translate, given: Mapping[str, str], now: datetime) -> Asked:
    """Return which needs a query asks for. Ids set aside all else; without days, the last 90."""
    limit, offset = _paging(_, given)
    if given.get("service_request_id", "").strip():
        return Asked(need_ids=_ids(_, given["service_request_id"]), limit=limit, offset=offset)
    kinds = _codes(given.get("service_code", ""))
    statuses = _codes(given.get("status", ""))
    if unknown := set(statuses) - set(_STATUSES):
        raise Refused(400, _("status 只能是 open 或 closed，收到 {what}。").format(what=_shown(unknown)))
    since, until = (_moment(_, name, given.get(name, "")) for name in ("start_date", "end_date"))
    if since is None and until is None:
        since = now - SPAN
    elif since is None and until is not None:
        since = until - SPAN
    elif since is not None and until is None:
        until = since + SPAN
    if since is not None and until is not None and not timedelta(0) <= until - since <= SPAN:
        raise Refused(400, _("start_date 应早于 end_date，且相隔不超过 90 天，请分段查询。"))
    closed = None if set(statuses) in (set(), set(_STATUSES)) else statuses == ["closed"]
    return Asked(kinds=kinds or None, since=since, until=until, closed=closed, limit=limit, offset=offset)


def form(_: Translate, given: Mapping[str, str], towns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body that submits a need to intake; what GeoReport knows and intake does not take is left out, save where it happened."""
    code = given.get("service_code", "").strip()
    if not code:
        raise Refused(400, _("请给出 service_code，可选 {codes}。").format(codes=", ".join(DESCRIPTIONS)))
    if code not in DESCRIPTIONS:
        raise Refused(404, _("没有这个 service_code，可选 {codes}。").format(codes=", ".join(DESCRIPTIONS)))
    description = given.get("description", "").replace("\r\n", "\n").strip()
    if not description:
        raise Refused(400, _("请在 description 中写明情况。"))
    town = (given.get("attribute[town]") or given.get("address_id") or "").strip()
    if town not in towns:
        raise Refused(400, _("请在 attribute[town] 或 address_id 中给出乡镇的九位代码，见该服务的定义；只有坐标不能受理。"))
    title = given.get("attribute[title]", "").strip() or description.split("\n", 1)[0]
    where = _where(_, given)
    return {
        "kind": code,
        "channel": "website",
        "title": _NOT_A_LINE.sub(" ", title)[:_TITLE_MOST],
        "detail": f"{description}\n{where}" if where else description,
        "town": town,
        "petitioner": _petitioner(_, given),
        "on_behalf": False,
    }


def _where(_: Translate, given: Mapping[str, str]) -> str:
    place, lat, long = (_NOT_A_LINE.sub(" ", given.get(name, "")).strip() for name in ("address_string", "lat", "long"))
    point = f"{lat}, {long}" if lat and long else ""
    return _("地点：{place}").format(place=" ".join(part for part in (place, point) if part)) if place or point else ""


def _petitioner(_: Translate, given: Mapping[str, str]) -> dict[str, Any] | None:
    name = "".join(given.get(part, "").strip() for part in ("last_name", "first_name"))
    phone = given.get("phone", "").strip()
    if phone and not name:
        raise Refused(400, _("留了 phone，请也给出 last_name 或 first_name；不留名时请都不给。"))
    if not name:
        return None
    return {"name": name, "share_with_unit": False, **({"phone": phone} if phone else {})}


def _paging(_: Translate, given: Mapping[str, str]) -> tuple[int, int]:
    size = _number(_, "page_size", given.get("page_size", ""), PAGE_SIZE, MOST_PAGE_SIZE)
    page = _number(_, "page", given.get("page", ""), 1, MOST_PAGES)
    return size, (page - 1) * size


def _number(_: Translate, name: str, told: str, otherwise: int, most: int) -> int:
    if not told.strip():
        return otherwise
    if not (told.isascii() and told.isdecimal() and len(told) <= len(str(most)) and 1 <= int(told) <= most):
        raise Refused(400, _("{name} 应是 1 到 {most} 的整数。").format(name=name, most=most))
    return int(told)


def _ids(_: Translate, told: str) -> list[UUID]:
    parts = _codes(told)
    if len(parts) > MOST_IDS:
        raise Refused(400, _("service_request_id 一次最多 {most} 个。").format(most=MOST_IDS))
    found: list[UUID] = []
    for part in parts:
        try:
            found.append(UUID(part))
        except ValueError:
            continue  # no such request, as with any other id that is none of ours
    return found


def _moment(_: Translate, name: str, told: str) -> datetime | None:
    if not told.strip():
        return None
    try:
        found = datetime.fromisoformat(told.strip().replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise Refused(400, _("{name} 应是 ISO 8601 时间，例如 2021-11-01T00:00:00+08:00。").format(name=name))
    return (found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _codes(told: str) -> list[str]:
    return [part.strip() for part in told.replace("\x00", "").split(",") if part.strip()]


def _shown(codes: Sequence[str] | set[str]) -> str:
    return ", ".join(sorted(codes))[:100]
