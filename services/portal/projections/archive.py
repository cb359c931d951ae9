"""The archive: every event of the four services, the very bytes, with what streams are filtered by."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.portal.lanes import SOURCES
from shared.kernel.events import Event
from shared.kernel.projection import Fact, Key, Projection

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

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

    kept = True

    @property
    def handles(self) -> Iterable[type[Event]]:
        """All events there are."""
        return [event for contract in SOURCES for event in contract.events.values()]

    async def apply(self, connection: "Connection", county: str, facts: Sequence[Fact]) -> int:
        """Keep events; return how many."""
        rows = [self.row_of(fact) for fact in facts]
        await self.save(connection, county, rows)
        return len(rows)

    def gather(self, rows: dict[Key, Archived], fact: Fact, wanted: Callable[[Key], bool] | None = None) -> None:
        """Keep one event among rows in memory."""
        key = (fact.meta.service, fact.meta.position)
        if wanted is None or wanted(key):
            rows[key] = self.row_of(fact)

    def row_of(self, fact: Fact) -> Archived:
        """Return an event's row."""
        event, meta = fact.event, fact.meta
        (need, project, town), unit_fields, units_fields = _fields(type(event))
        units = {code for name in unit_fields if isinstance(code := getattr(event, name), str)}
        for name in units_fields:
            units.update(_codes(getattr(event, name)))
        return Archived(
            meta.service,
            meta.position,
            meta.stream,
            meta.type,
            meta.recorded_at,
            getattr(event, "need_id") if need else None,  # noqa: B009
            getattr(event, "project_id") if project else None,  # noqa: B009
            getattr(event, "town") if town else None,  # noqa: B009
            " ".join(sorted(units)),
            fact.body,
        )


@cache
def _fields(event: type[Event]) -> tuple[Sequence[bool], Sequence[str], Sequence[str]]:
    """Return whether events name a need, a project and a town, and which of their fields name an organisation, and several.

    Asked once for each type of event: to ask an event for a field it does not have takes longer than all the rest.
    """
    has = event.model_fields
    return (
        [name in has for name in ("need_id", "project_id", "town")],
        [name for name in _UNIT_FIELDS if name in has],
        [name for name in _UNITS_FIELDS if name in has],
    )


def _codes(value: Any) -> Iterable[str]:  # noqa: ANN401 - a field of any event
    return [code for code in value if isinstance(code, str)] if isinstance(value, tuple | list) else ()


ARCHIVE = Archive("event_archive", row=Archived, key=("source", "position"))
