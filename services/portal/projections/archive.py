"""The archive: every event of the four services, the very bytes, with what streams are filtered by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.portal.lanes import SOURCES
from shared.kernel.events import Event
from shared.kernel.projection import Fact, Key, Projection

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_KEEP = """
INSERT INTO read.event_archive (county, source, position, stream, type, recorded_at, need_id, project_id, town, units, body)
SELECT $1, u.* FROM unnest(
  $2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::bytea[]
) AS u ON CONFLICT DO NOTHING
"""
_UNIT_FIELDS = ("unit", "handling_unit", "code", "organisation", "whose_unit")
_UNITS_FIELDS = ("assisting_units", "addressees", "units")


@dataclass(slots=True)
class Archived:
    """An event as it came: where it stands in its lane, what it is about, its bytes."""

    source: str
    position: int
    stream: str = ""
    type: str = ""
    recorded_at: datetime | None = None
    need_id: UUID | None = None
    project_id: UUID | None = None
    town: str | None = None
    units: str = ""
    """Codes of the organisations it names, one space apart."""
    body: bytes = b""


class Archive(Projection[Archived]):
    """Keeps events instead of folding them: an event is its own row, written once, read never while it is written."""

    @property
    def handles(self) -> Iterable[type[Event]]:
        """All events there are."""
        return [event for contract in SOURCES for event in contract.events.values()]

    async def apply(self, connection: "Connection", county: str, facts: Sequence[Fact]) -> int:
        """Keep events; return how many."""
        rows = [self.row_of(fact) for fact in facts]
        names = ("source", "position", "stream", "type", "recorded_at", "need_id", "project_id", "town", "units", "body")
        await connection.execute(_KEEP, county, *([getattr(row, name) for row in rows] for name in names))
        return len(rows)

    def gather(self, rows: dict[Key, Archived], fact: Fact, wanted: Callable[[Key], bool] | None = None) -> None:
        """Keep one event among rows in memory."""
        key = (fact.meta.service, fact.meta.position)
        if wanted is None or wanted(key):
            rows[key] = self.row_of(fact)

    def row_of(self, fact: Fact) -> Archived:
        """Return an event's row."""
        event, meta = fact.event, fact.meta
        return Archived(
            meta.service,
            meta.position,
            meta.stream,
            meta.type,
            meta.recorded_at,
            getattr(event, "need_id", None),
            getattr(event, "project_id", None),
            getattr(event, "town", None),
            " ".join(sorted(units_of(event))),
            fact.body,
        )


def units_of(event: Event) -> set[str]:
    """Return the codes of the organisations an event names."""
    one = {code for name in _UNIT_FIELDS if isinstance(code := getattr(event, name, None), str)}
    return one | {code for name in _UNITS_FIELDS for code in _codes(getattr(event, name, None))}


def _codes(value: Any) -> Iterable[str]:  # noqa: ANN401 - a field of any event
    return [code for code in value if isinstance(code, str)] if isinstance(value, tuple | list) else ()


ARCHIVE = Archive("event_archive", row=Archived, key=("source", "position"))
