"""What the services' projections say: rows of their figures and lists, each asked for once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from campaigns.calls import SHANGHAI
from campaigns.figures import Against, Source

Row = Mapping[str, Any]
Rows = Mapping[Source, Sequence[Row]]
_FIGURES: Mapping[Source, tuple[str, str]] = {
    "organisations": ("projects", "organisations"),
    "members": ("projects", "members"),
    "project-figures": ("projects", "rows"),
    "need-figures": ("intake", "rows"),
    "notice-figures": ("supervision", "rows"),
    "verification-figures": ("scoring", "rows"),
}
_LISTS: Mapping[Source, str] = {"projects": "projects", "needs": "intake", "notices": "supervision", "verifications": "scoring"}


class Asks(Protocol):
    """Whoever asks the services: a campaign about what it did, or a replay as of a moment of the past."""

    async def known(self, service: str, path: str) -> Any:  # noqa: ANN401 - a JSON document
        """Return a resource."""
        ...

    async def items(self, service: str, path: str) -> list[dict[str, Any]]:
        """Return all items of a list."""
        ...

    async def get(self, service: str, path: str) -> Any:  # noqa: ANN401 - a JSON document
        """Return what a query answers."""
        ...


async def read(api: Asks) -> Rows:
    """Return every source's rows, no older than what the one who asks knows of."""
    rows: dict[Source, Sequence[Row]] = {}
    for source, (service, part) in _FIGURES.items():
        rows[source] = (await api.known(service, "/figures"))[part]
    for source, service in _LISTS.items():
        rows[source] = await api.items(service, f"/{source}")
    rows["replies"] = replies(rows["notices"])
    rows["inspections"] = await _inspections(api, rows["verifications"])
    return rows


def replies(notices: Sequence[Row]) -> list[Row]:
    """Return a row for each addressee of each notice: `sent_back` once a reply had a reason to be."""
    return [
        {"kind": notice["kind"], "unit": unit, "status": at["status"], "sent_back": "reason" in at}
        for notice in notices
        for unit, at in notice["units"].items()
    ]


async def _inspections(api: Asks, verifications: Sequence[Row]) -> list[Row]:
    """Return a row for each score that an inspector gave, from the histories of what has a remark, as inspectors leave one."""
    found: list[Row] = []
    for verification in verifications:
        if verification["remark"]:
            history = await api.get("scoring", f"/verifications/{verification['id']}/history")
            found += [
                {"unit": verification["unit"], "at": event["time"]}
                for event in history["items"]
                if event["type"] == "ProjectScored" and event["role"] == "inspector"
            ]
    return found


def count(rows: Rows, against: Against) -> int:
    """Return what a figure is compared with."""
    fitting = [row for row in rows[against.read] if _fits(row, against)]
    how, _, field = against.take.partition(" ")
    match how:
        case "sum":
            return sum(row[field] for row in fitting)
        case "distinct":
            return len({row[field] for row in fitting} - {None})
        case _:
            return len(fitting)


def _fits(row: Row, against: Against) -> bool:
    for field, wanted in against.where.items():
        if row[field] not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            return False
    return all(row[field] and _day(row[field]) >= day for field, day in against.since.items()) and all(
        row[field] and _day(row[field]) <= day for field, day in against.until.items()
    )


def _day(instant: str) -> date:
    """Return the calendar day in the counties' own time."""
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).date()
