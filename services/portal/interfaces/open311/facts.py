"""What GeoReport v2 calls things: services, their definitions, and a need as a service request. Only what everybody may see."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.portal.pages.filters import WORDS
from services.portal.queries.register import Names
from shared.kernel.workdays.instants import SHANGHAI, end_of

Translate = Callable[[str], str]
DESCRIPTIONS: Mapping[str, str] = {
    "need": "急难愁盼：需要有人办的事",
    "micro-wish": "微心愿：党员可以认领的小愿望",
    "opinion": "意见建议：对工作的看法",
}
"""By code, what a service is; the codes are the kinds of needs."""
CLOSED = ("answered", "declined")


def services(_: Translate) -> list[dict[str, Any]]:
    """Return the list of services."""
    return [
        {
            "service_code": code,
            "service_name": _(WORDS[code]),
            "description": _(description),
            "metadata": True,
            "type": "realtime",
            "keywords": _(WORDS[code]),
            "group": _("群众需求"),
        }
        for code, description in DESCRIPTIONS.items()
    ]


def definition(_: Translate, code: str, names: Names) -> dict[str, Any]:
    """Return a service's definition: the town is chosen, a title may be given."""
    towns = [{"key": town["code"], "name": town["name"]} for town in names.of_kind("town")]
    return {
        "service_code": code,
        "attributes": [
            _attribute("town", 1, _("所在乡镇，九位代码"), values=towns),
            _attribute("title", 2, _("一句话说明是什么事；不填时取内容的第一行")),
        ],
    }


def _attribute(code: str, order: int, description: str, *, values: Sequence[Mapping[str, str]] | None = None) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": "string" if values is None else "singlevaluelist",
        "required": values is not None,
        "datatype_description": "",
        "order": order,
        "description": description,
        **({} if values is None else {"values": list(values)}),
    }


def request(_: Translate, row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Return a need as a service request; what was said and by whom is never among it, whatever the row holds."""
    stands = row["stands"]
    return {
        "service_request_id": str(row["need_id"]),
        "status": "closed" if stands in CLOSED else "open",
        "status_notes": _(WORDS.get(row["outcome"] or row["status"], row["status"])),
        "service_name": _(WORDS.get(row["kind"], row["kind"])),
        "service_code": row["kind"],
        "description": None,
        "agency_responsible": names.of(row["handling_unit"]) or None,
        "service_notice": None,
        "requested_datetime": moment(row["submitted_at"]),
        "updated_datetime": moment(row["changed_at"]),
        "expected_datetime": _end(row["complete_by"]),
        "address": names.of(row["town"]) or None,
        "address_id": row["town"],
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
        "extended_attributes": {
            "state": row["status"],
            "outcome": row["outcome"],
            "channel": row["channel"],
            "unit": row["handling_unit"],
            "project_id": None if row["project_id"] is None else str(row["project_id"]),
            "accepted_datetime": moment(row["accepted_at"]),
            "routed_datetime": moment(row["routed_at"]),
            "closed_datetime": moment(row["closed_at"]),
            "reopened": row["reopened"],
            "rating": row["last_rating"],
        },
    }


def moment(instant: datetime | None) -> str | None:
    """Return an instant as GeoReport writes it (ISO 8601 with the zone), in Shanghai, to the second."""
    return None if instant is None else instant.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _end(day: date | None) -> str | None:
    """Return the last second of a promised day."""
    return None if day is None else moment(end_of(day))
