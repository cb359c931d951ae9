"""What the services' projections say: rows of their figures and lists, each asked for once."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from campaigns.calls import SHANGHAI
from campaigns.figures import Against, Figures, Source

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
_LISTS: Mapping[str, Sequence[Source]] = {
    "intake": ("needs", "wishes"),
    "projects": ("projects", "spot-checks", "leaders", "contact-points", "demonstrations"),
    "supervision": ("notices", "rounds", "findings", "hearings", "listings", "cadence", "visits"),
    "scoring": ("verifications", "look-backs"),
}
_ALWAYS: Mapping[str, Sequence[str]] = {
    "needs": ("id", "kind", "outcome", "project_id"),
    "projects": ("id", "status", "claimant", "need_ids", "reopened", "completed_at", "signed_off_at"),
    "notices": ("kind", "units"),
    "rounds": ("id",),
    "verifications": ("id", "status", "unit", "remark", "round"),
}
_STATUS_AFTER = {
    "CompletionDeclared": "completed",
    "ProjectSignedOff": "signed-off",
    "ProjectReopened": "claimed",
    "SpotCheckFailed": "proposed",
}


class Asks(Protocol):
    """Whoever asks the services: a campaign about what it did, or a replay as of a moment of the past."""

    async def known(self, service: str, path: str) -> Any:  # noqa: ANN401 - a JSON document
        """Return a resource."""
        ...

    def pages(self, service: str, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[list[Any]]:
        """Yield a list page by page."""
        ...

    async def get(self, service: str, path: str) -> Any:  # noqa: ANN401 - a JSON document
        """Return what a query answers."""
        ...


async def read(api: Asks, figures: Figures) -> Rows:
    """Return every source's rows, no older than what the one who asks knows of, with the fields that are looked at (lists are long)."""
    looked_at = _looked_at(figures)
    parts = await asyncio.gather(*(_of(api, service, looked_at) for service in _LISTS))
    rows: dict[Source, Sequence[Row]] = {source: found for part in parts for source, found in part.items()}
    rows["projects"] = [{**row, "steps": await _steps(api, row)} for row in rows["projects"]]
    rows["quotas"] = [
        {**row, "whose": whose}
        for whose in ("committee", "leader")
        async for page in api.pages("projects", "/demonstrations/quotas", {"whose": whose})
        for row in page
    ]
    rows["replies"] = replies(rows["notices"])
    rows["inspections"] = await _inspections(api, rows["verifications"])
    rows["visited"] = visited([await api.known("supervision", f"/rounds/{row['id']}") for row in rows["rounds"]])
    return {**rows, **ledger(await api.known("projects", "/ledger"))}


async def _of(api: Asks, service: str, looked_at: Mapping[str, Collection[str]]) -> dict[Source, Sequence[Row]]:
    """Return the rows of a service's figures and lists; the past of each service is folded while the others fold theirs."""
    figures = await api.known(service, "/figures")
    rows: dict[Source, Sequence[Row]] = {source: figures[part] for source, (of, part) in _FIGURES.items() if of == service}
    for source in _LISTS[service]:
        fields = looked_at[source]
        rows[source] = [{name: row[name] for name in fields} async for page in api.pages(service, f"/{source}") for row in page]
    return rows


def _looked_at(figures: Figures) -> Mapping[str, Collection[str]]:
    """Return by list which fields of its rows are looked at: by these figures, by the funnel, or below."""
    fields: defaultdict[str, set[str]] = defaultdict(set, {source: set(names) for source, names in _ALWAYS.items()})
    for against in (figure.against for figure in figures.figures):
        _, _, taken = against.take.partition(" ")
        fields[against.read] |= {*against.where, *against.since, *against.until, *((taken,) if taken else ())}
    return fields


async def _steps(api: Asks, project: Row) -> list[tuple[str, str]]:
    """Return when a project got which status, from its declared completion on: what went back to work tells it by its history."""
    if project["reopened"]:
        history = await api.get("projects", f"/projects/{project['id']}/history")
        return [(event["time"], _STATUS_AFTER[event["type"]]) for event in history["items"] if event["type"] in _STATUS_AFTER]
    at = (("completed_at", "completed"), ("signed_off_at", "signed-off"))
    return [(project[field], status) for field, status in at if project[field]]


def visited(rounds: Sequence[Row]) -> list[Row]:
    """Return a row for each unit in each round that was there: since when the round was, whether the unit was told the conclusions."""
    return [
        {"kind": each["kind"], "first_on": each["first_on"], "unit": unit["unit"], "told": unit["conclusion"] is not None}
        for each in rounds
        for unit in each["units"]
        if unit["days"]
    ]


def ledger(answer: Mapping[str, Any]) -> Rows:
    """Return what the standing register says of itself: its differences, and each announced figure beside its own, by level."""
    announced: Sequence[Row] = answer["announced"]
    levels = [{"label": each["label"], "level": level, "opened": opened} for each in announced for level, opened in each["parts"].items()]
    return {"ledger": answer["differences"], "announced": announced, "register": levels}


def replies(notices: Sequence[Row]) -> list[Row]:
    """Return a row for each addressee of each notice: `sent_back` once a reply had a reason to be."""
    return [
        {"kind": notice["kind"], "unit": unit, "status": at["status"], "sent_back": "reason" in at}
        for notice in notices
        for unit, at in notice["units"].items()
    ]


async def _inspections(api: Asks, verifications: Sequence[Row]) -> list[Row]:
    """Return a row for each score that an inspector gave, from the histories of what has a remark, as they leave one, or had."""
    found: list[Row] = []
    for verification in verifications:
        if verification["remark"] or verification["round"] > 1:
            history = await api.get("scoring", f"/verifications/{verification['id']}/history")
            found += [
                {"unit": verification["unit"], "at": event["time"]}
                for event in history["items"]
                if event["type"] == "ProjectScored" and event["role"] == "inspector"
            ]
    return found


def count(rows: Rows, against: Against) -> int:
    """Return what a figure is compared with."""
    known = rows[against.read] if against.as_of is None else [_as_of(row, against.as_of) for row in rows[against.read]]
    fitting = [row for row in known if _fits(row, against)]
    how, _, field = against.take.partition(" ")
    match how:
        case "sum":
            return sum(row[field] for row in fitting)
        case "distinct":
            return len({row[field] for row in fitting} - {None})
        case _:
            return len(fitting)


def _as_of(row: Row, day: date) -> Row:
    """Return a project's row with the status it had at the end of a day: until the work was declared done it is in hand."""
    reached = [status for at, status in row["steps"] if _day(at) <= day]
    return {**row, "status": reached[-1] if reached else "in-hand"}


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
